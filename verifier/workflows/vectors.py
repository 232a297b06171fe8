"""Folders of golden vectors that `verify record` made, and what the lock pins of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from verifier import sources
from verifier.claims._declaration import MALFORMED
from verifier.claims._declaration.collection import HOW, declarations
from verifier.errors import UsageError
from verifier.pipeline.pins import Pins
from verifier.records import Coverage, CoverageState, Dossier
from verifier.records.declaration import Declaration
from verifier.sources import local
from verifier.sources.local import LocalSource
from verifier.store.lock import LockedGolden

FILE = "behavior.yaml"
"""What declares the vectors of a folder."""

RESTORE = "Restore it from version control, or record again: verify record."


def declared(source: LocalSource) -> list[Declaration]:
    """Everything that files of a folder declare of behavior."""
    with ExitStack() as opened:
        found = declarations(source.snapshot, lambda path: opened.enter_context(source.open(path)))
        return [one for one in found if isinstance(one, Declaration)]


def unread(dossier: Dossier) -> Iterator[Coverage]:
    """Yields a gap for each declaration that could not be read: nobody knows what a run would have to give."""
    for finding in dossier.findings:
        if finding.rule == MALFORMED:
            (place,) = finding.evidence
            reason = f"the declaration could not be read: {place.what}"
            yield Coverage(place.artifact, CoverageState.ERROR, reason, HOW)
    yield from (one for one in dossier.coverage if one.how == HOW and not one.state.clean)


def source(folder: Path) -> LocalSource:
    """A folder of vectors, every file of which is the declared one.

    Raises:
        UsageError: one is not.
        SourceError: there is no such folder.
    """
    found = local.resolve(sources.parse(str(folder.absolute())))
    if wrong := next(_others(found), None):
        raise UsageError(f"{folder / wrong} is not the file that {FILE} beside it declares.", RESTORE)
    return found


def pinned(pins: Pins, model: str) -> Path | None:
    """The folder of vectors that the lock pins for a model; None where it pins none.

    Raises:
        UsageError: they are not there, or are others.
    """
    entry = pins.models.get(model)
    if entry is None or entry.golden is None:
        return None
    if fault := standing(pins.file, entry.golden):
        raise UsageError(f"{entry.golden.path}, which {pins.file.name} pins, is {fault}.", RESTORE)
    return pins.file.absolute().parent / Path(entry.golden.path).parent


def standing(lock: Path, golden: LockedGolden) -> str:
    """What is wrong with what a lock pins: `missing`, `changed`, or "" where nothing is."""
    path = lock.absolute().parent / golden.path
    try:
        return "" if _sha256(path) == golden.sha256 else "changed"
    except OSError:
        return "missing"


def _others(found: LocalSource) -> Iterator[str]:
    """Yields paths of files that are not the declared ones."""
    for one in declared(found):
        for vectors in one.golden:
            for file in (*vectors.inputs, *vectors.outputs):
                try:
                    right = not file.sha256 or _sha256(found.folder / file.file) == file.sha256
                except OSError:
                    right = False
                if not right:
                    yield file.file


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
