"""Holding what is locked against records of known-bad models, which somebody must have signed and kept up to date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from verifier.claims._signing import signature
from verifier.claims._signing.flaw import Flaw
from verifier.claims._signing.manifest import Manifest
from verifier.errors import SourceError
from verifier.policy.sections.advisories import Advisories
from verifier.records import Outcome, visible
from verifier.records.trust import Method, Signer, Trust
from verifier.sources import web
from verifier.store import osv
from verifier.store.lock import LockedModel
from verifier.store.osv import Advisory
from verifier.workflows.signature import MAX_FILE, Question, ask

SIGNATURE = "model.sig"
"""Name of the signature in a folder of records, as `verify sign` writes it."""

MAX_RECORDS = 20_000
"""Records a folder may hold."""


@dataclass(frozen=True, slots=True)
class Match:
    """A locked model that a record is about.

    Args:
        model: hub id.
        advisory: the record.
        reason: why it is, as a sentence.
        certain: False where only the repository's history tells.
    """

    model: str
    advisory: Advisory
    reason: str
    certain: bool


def load(wanted: Iterable[Advisories], now: datetime) -> tuple[Advisory, ...]:
    """The records policies name, without those that were withdrawn.

    Raises:
        SourceError: some cannot be obtained, are not signed as the policy wants, malformed, or too old.
    """
    found = [record for section in wanted for place in section.records for record in _fresh(place, section, now)]
    return tuple(record for record in found if not record.withdrawn)


def _fresh(place: str, wanted: Advisories, now: datetime) -> list[Advisory]:
    """The records of one place."""
    if "://" in place:
        with TemporaryDirectory(prefix="model-verify-") as folder:
            _fetch(place.rstrip("/"), Path(folder), Trust(now, (_keeper(wanted.key),)))
            records = _read(Path(folder), place, wanted.key)
    else:
        records = _read(Path(place), place, wanted.key)
    newest = max(record.modified for record in records)
    if now - newest > timedelta(days=wanted.max_age):
        raise SourceError(
            f"The newest record of {visible(place)} is of {newest:%Y-%m-%d}, older than {wanted.max_age} days.",
            "Bring the records up to date, or raise advisories.max-age in the policy.",
        )
    return records


def matches(models: Iterable[LockedModel], advisories: Iterable[Advisory]) -> Iterator[Match]:
    """Yields each record with each model it is about."""
    advisories = tuple(advisories)
    for model in models:
        digests = {file.sha256: path for path, file in model.files.items()}
        for advisory in advisories:
            if bad := sorted(digests[digest] for digest in advisory.digests & digests.keys()):
                yield Match(model.id, advisory, f"{bad[0]} has a digest it names", certain=True)
                continue
            about = [one for one in advisory.affected if one.model == model.id.lower()]
            if any(one.every for one in about):
                yield Match(model.id, advisory, "it is about every commit of the model", certain=True)
            elif any(model.commit in one.commits for one in about):
                yield Match(model.id, advisory, f"it names commit {model.commit}", certain=True)
            elif any(one.some for one in about):
                reason = "it is about some commits of the model; whether this is one, only the history tells"
                yield Match(model.id, advisory, reason, certain=False)


def _read(folder: Path, place: str, key: str) -> list[Advisory]:
    """The records of a folder, once all of it is signed."""
    if not folder.is_dir():
        raise SourceError(f"There is no folder of records {visible(place)}.", "Correct advisories.records.")
    answer = ask(str(folder.absolute()), Question((_keeper(key),), offline=True))
    if answer.outcome is not Outcome.ACCEPTED:
        signed = answer.signatures
        why = next((one.reason or f"{(*one.differs, *one.uncovered, *one.missing)[:1]}" for one in signed), "it is not")
        raise SourceError(
            f"The records of {visible(place)} are not signed by the key the policy names: {visible(why)}.",
            "Get them again; whoever keeps them signs the folder with `verify sign`.",
        )
    paths = sorted(folder.rglob("*.json"))[: MAX_RECORDS + 1]
    if not paths or len(paths) > MAX_RECORDS:
        raise SourceError(f"{visible(place)} holds {'no' if not paths else 'too many'} records (*.json).")
    return [_record(path) for path in paths]


def _record(path: Path) -> Advisory:
    try:
        with path.open("rb") as file:
            return osv.read(file.read(osv.MAX_BYTES + 1))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SourceError(f"The record {visible(path.name)} cannot be read: {reason}.") from error


def _keeper(key: str) -> Signer:
    return Signer("whoever keeps the records", Method.KEY, key)


def _fetch(base: str, folder: Path, trust: Trust) -> None:
    """Fetches a signature from the web and, if the right one made it, the files it speaks for."""
    url = f"{base}/{SIGNATURE}"
    raw = web.get(url, subject=url, limit=MAX_FILE).body
    try:
        signed = signature.read(raw, base, trust)
    except Flaw as error:
        raise SourceError(f"{visible(url)} is no good: {error}.") from error
    if not signed.signers or not isinstance(signed.covers, Manifest):
        raise SourceError(f"{visible(url)} is not by the key the policy names.", "Correct advisories.key.")
    (folder / SIGNATURE).write_bytes(raw)
    for path in sorted({resource.path for resource in signed.covers.resources} - {"."})[:MAX_RECORDS]:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        url = f"{base}/{quote(path)}"
        target.write_bytes(web.get(url, subject=url, limit=osv.MAX_BYTES).body)
