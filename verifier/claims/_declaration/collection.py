"""All declarations of a snapshot, and what could not be read of them."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.claims import OpenFile
from verifier.claims._declaration import MALFORMED, MAX_BYTES
from verifier.claims._declaration.own import SPELLINGS, declaration
from verifier.claims._front_matter import MAX_BYTES as MAX_MATTER
from verifier.claims._front_matter import PATH as CARD
from verifier.claims._front_matter import front_matter
from verifier.claims._tree import tree
from verifier.errors import BudgetExceeded, Malformed, SourceError
from verifier.records import Coverage, CoverageState, Evidence, Finding, Snapshot
from verifier.records.declaration import Declaration

HOW = "declaration/1"


def declarations(snapshot: Snapshot, open_file: OpenFile) -> Iterator[Declaration | Finding | Coverage]:
    """Yields what is declared, a finding where a declaration is malformed, and coverage where it cannot be read."""
    names = {f"{spelling}.yaml": spelling for spelling in SPELLINGS}
    for artifact in snapshot.artifacts:
        path = artifact.path
        if path not in names and path != CARD:
            continue
        try:
            yield from _card(open_file) if path == CARD else _file(path, names[path], open_file)
        except SourceError as error:
            yield Coverage(path, CoverageState.NOT_FETCHED, f"the declaration could not be read: {error}", HOW)
        except BudgetExceeded as error:
            yield Coverage(path, CoverageState.LIMIT, f"the declaration could not be read: {error}", HOW)
        except Malformed as error:
            place = Evidence(path, error.message, HOW)
            yield Finding(MALFORMED, (place,), f"The declaration of behavior cannot be used: {error.message}.")


def _file(path: str, spelling: str, open_file: OpenFile) -> Iterator[Declaration]:
    reader = open_file(path)
    if reader.size > MAX_BYTES:
        raise BudgetExceeded(f"it has {reader.size} bytes, more than the {MAX_BYTES} that are read")
    yield declaration(tree(_decoded(reader.read_at(0, MAX_BYTES))), path, spelling)


def _card(open_file: OpenFile) -> Iterator[Declaration]:
    """What stands in front matter; front matter that is malformed is what the model card's own module tells."""
    matter, _, first_line = front_matter(open_file(CARD).read_at(0, MAX_MATTER))
    if not any(spelling.encode() in matter for spelling in SPELLINGS):
        return
    document = tree(_decoded(matter), first_line)
    for spelling in SPELLINGS:
        if isinstance(document, dict) and spelling in document:
            yield declaration(document[spelling], CARD, spelling)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(f"byte {error.start} is not UTF-8") from error
