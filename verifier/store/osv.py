"""Records of known-bad models in the OSV schema (ossf.github.io/osv-schema): from JSON to what they match by.

A model is named by a purl, `pkg:huggingface/org/name` (purl-spec, type huggingface); its commits are `versions`, or all
where a range of type GIT begins at `0` and has no end. Files are named by SHA-256, under `sha256` in
`database_specific` or `ecosystem_specific`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from verifier.records import visible
from verifier.records.canonical import Plain

MAX_BYTES = 1 << 20
"""Bytes a record may have."""

_PURL = re.compile(r"pkg:huggingface/([^@?#]+)(?:@([^?#]+))?", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_Table = dict[str, Plain]


@dataclass(frozen=True, slots=True)
class Affected:
    """Commits of a model.

    Args:
        model: hub id, in lower case.
        commits: those named.
        every: all commits are affected.
        some: further commits are, which only the repository's history tells.
    """

    model: str
    commits: frozenset[str]
    every: bool
    some: bool


@dataclass(frozen=True, slots=True)
class Advisory:
    """A record.

    Args:
        id: as its database names it.
        summary: one line.
        modified: when it was written last.
        affected: models.
        digests: SHA-256, hex, of files that are bad wherever they are.
        withdrawn: it counts no more.
    """

    id: str
    summary: str
    modified: datetime
    affected: tuple[Affected, ...]
    digests: frozenset[str]
    withdrawn: bool


def read(raw: bytes) -> Advisory:
    """A record.

    Raises:
        ValueError: it is none; the text says why, and fits into a sentence.
    """
    if len(raw) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES >> 20} MiB")
    try:
        record: Plain = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not JSON") from error
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        raise ValueError("it is no OSV record, which has an id")  # noqa: TRY004 - of bytes, not of a call
    entries = [entry for entry in _list(record, "affected") if isinstance(entry, dict)]
    holders = [record, *entries]
    specific = [holder.get(key) for holder in holders for key in ("database_specific", "ecosystem_specific")]
    digests = [digest for part in specific if isinstance(part, dict) for digest in _list(part, "sha256")]
    return Advisory(
        str(record["id"]),
        str(record.get("summary") or record.get("details") or "").split("\n")[0],
        _time(record.get("modified")),
        tuple(found for entry in entries for found in _affected(entry)),
        frozenset(text for digest in digests if _SHA256.fullmatch(text := str(digest).lower())),
        "withdrawn" in record,
    )


def _time(text: Plain) -> datetime:
    try:
        when = datetime.fromisoformat(str(text))
    except ValueError:
        raise ValueError(f"its 'modified' is no time: {visible(str(text), 40)}") from None
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)


def _affected(entry: _Table) -> Iterator[Affected]:
    package = entry.get("package")
    found = _PURL.fullmatch(str(package.get("purl", ""))) if isinstance(package, dict) else None
    if found is None:
        return
    events = [
        event
        for span in _list(entry, "ranges")
        if isinstance(span, dict) and span.get("type") == "GIT"
        for event in _list(span, "events")
        if isinstance(event, dict)
    ]
    begins = {str(event["introduced"]) for event in events if "introduced" in event}
    ends = any({"fixed", "last_affected", "limit"} & event.keys() for event in events)
    commits = {str(version).lower() for version in _list(entry, "versions")} | begins - {"0"}
    if found[2]:
        commits.add(found[2].lower())
    every = ("0" in begins and not ends) or not (commits or events)
    yield Affected(unquote(found[1]).lower(), frozenset(commits), every, bool(events) and not every)


def _list(table: _Table, key: str) -> list[Plain]:
    value = table.get(key)
    return value if isinstance(value, list) else []
