"""The model card: what the author declares in the YAML front matter of `README.md`.

Front matter stands between two lines `---` at the top of the file (hub documentation, "Model Cards"); the fields read
are those of CardField. Declarations are claims: they never lower anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.claims import OpenFile, Yield
from verifier.claims._front_matter import MAX_BYTES, PATH, front_matter
from verifier.claims._yaml import Entry, entries
from verifier.errors import Malformed, SourceError
from verifier.records import (
    Claim,
    Coverage,
    CoverageState,
    Edge,
    EdgeKind,
    Evidence,
    Finding,
    Reader,
    Snapshot,
    Standing,
    visible,
)
from verifier.records.card import CardField

RULES = ("card-malformed",)

HOW = "card/1"

MAX_ITEMS = 1000
"""Items a declaration may list."""

MAX_TEXT = 1000
"""Characters a declaration may have."""

_HUB_ID = re.compile(r"(?:[\w.-]{1,96}/)?[\w.-]{1,96}", re.ASCII)

_FIELDS = {field.key: field for field in CardField}


def collect(snapshot: Snapshot, open_file: OpenFile, _trust: object = None) -> Iterator[Yield]:
    """Yields a claim a declared field, a derived-from edge a base model, and an absent claim for a missing license."""
    declared = set()
    if any(artifact.path == PATH for artifact in snapshot.artifacts):
        try:
            for record in _card(open_file(PATH)):
                declared |= {record.kind} if isinstance(record, Claim) else set()
                yield record
        except SourceError as error:
            yield Coverage(PATH, CoverageState.NOT_FETCHED, f"the model card could not be read: {error}", HOW)
            return
        except Malformed as error:
            yield _malformed(f"The model card's front matter is malformed: {error}.", 0)
    if CardField.LICENSE not in declared:
        place = Evidence(PATH, "no license is declared", HOW)
        yield Claim(CardField.LICENSE, None, "publisher", "model-card", ".", Standing.ABSENT, place)


def _card(reader: Reader) -> Iterator[Yield]:
    matter, start, first_line = front_matter(reader.read_at(0, MAX_BYTES))
    try:
        text = matter.decode()
    except UnicodeDecodeError as error:
        raise Malformed(f"byte {start + error.start} is not UTF-8") from error
    seen: dict[str, int] = {}
    for entry in entries(text, first_line):
        if entry.key not in _FIELDS:
            continue
        offset = start + len(text[: entry.index].encode())
        if entry.key in seen:
            yield _malformed(
                f"The model card declares {entry.key} twice, in lines {seen[entry.key]} and {entry.line}.", offset
            )
        elif not _plain(entry):
            yield _malformed(
                f"The model card's {entry.key} (line {entry.line}) is neither a text nor a list of texts.", offset
            )
        elif entry.value is not None and entry.value != "unknown":
            yield from _declared(_FIELDS[entry.key], entry.value, offset)
        seen.setdefault(entry.key, entry.line)


def _plain(entry: Entry) -> bool:
    items = entry.value if isinstance(entry.value, tuple) else (entry.value or "",)
    return entry.flat and len(items) <= MAX_ITEMS and all(len(item) <= MAX_TEXT for item in items)


def _declared(field: CardField, value: str | tuple[str, ...], offset: int) -> Iterator[Yield]:
    items = tuple(visible(item, MAX_TEXT) for item in (value if isinstance(value, tuple) else (value,)))
    place = Evidence(PATH, f"{field.key}: {', '.join(items)}", HOW, offset, pointer=f"/{field.key}")
    shown = items if isinstance(value, tuple) else items[0]
    yield Claim(field, shown, "publisher", "model-card", ".", Standing.UNVERIFIED, place)
    if field is CardField.BASE_MODEL:
        for item in items:
            if _HUB_ID.fullmatch(item):
                yield Edge(EdgeKind.DERIVED_FROM, item, None, place)


def _malformed(message: str, offset: int) -> Finding:
    return Finding("card-malformed", (Evidence(PATH, "front matter", HOW, offset),), message)
