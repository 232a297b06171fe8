"""All declarations of a snapshot, and what could not be read of them; who reads one is loaded when there is one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, cast

from verifier.claims import OpenFile
from verifier.claims._declaration import MALFORMED, MAX_BYTES, SPELLINGS
from verifier.claims._front_matter import MAX_BYTES as MAX_MATTER
from verifier.claims._front_matter import PATH as CARD
from verifier.claims._front_matter import front_matter
from verifier.errors import BudgetExceeded, Malformed, SourceError
from verifier.records import Coverage, CoverageState, Evidence, Finding, Reader, Snapshot

if TYPE_CHECKING:
    from verifier.claims._tree import Tree
    from verifier.records.declaration import Declaration

HOW = "declaration/1"

MAX_RESULTS = 300
"""Result files of MTEB that are read; it has about as many tasks in English."""

_OWN = {f"{spelling}.yaml": spelling for spelling in SPELLINGS}
_BIOIMAGEIO = frozenset({"rdf.yaml", "bioimageio.yaml"})
_MTEB = re.compile(r"(?:.*/)?(?:mteb[^/]*|results)/(?:.*/)?[^/]+\.json")
_KEY = re.compile(rb"^behaviou?r\s*:", re.MULTILINE)
_INDEX = re.compile(rb"^model-index\s*:", re.MULTILINE)


def declarations(snapshot: Snapshot, open_file: OpenFile) -> Iterator[Declaration | Finding | Coverage]:
    """Yields what is declared, a finding where a declaration is malformed, and coverage where it cannot be read.

    Result files of MTEB, of which there are many, are read on this machine only.
    """
    paths = [artifact.path for artifact in snapshot.artifacts]
    for path in paths:
        if path == CARD:
            yield from _guarded(path, partial(_card, open_file))
        elif path in _OWN:
            yield from _guarded(path, partial(_file, path, open_file))
        elif path in _BIOIMAGEIO or path.startswith(".eval_results/"):
            yield from _guarded(path, partial(_foreign, path, open_file))
    for path in [path for path in paths if snapshot.local and _MTEB.fullmatch(path)][:MAX_RESULTS]:
        from verifier.claims._declaration import foreign

        with suppress(Malformed, BudgetExceeded, SourceError):  # any other program may write results as well
            yield foreign.mteb(_json(open_file(path)), path)


def _guarded(path: str, read: Callable[[], Iterator[Declaration]]) -> Iterator[Declaration | Finding | Coverage]:
    try:
        yield from read()
    except SourceError as error:
        yield Coverage(path, CoverageState.NOT_FETCHED, f"the declaration could not be read: {error}", HOW)
    except BudgetExceeded as error:
        yield Coverage(path, CoverageState.LIMIT, f"the declaration could not be read: {error}", HOW)
    except Malformed as error:
        place = Evidence(path, error.message, HOW)
        yield Finding(MALFORMED, (place,), f"The declaration of behavior cannot be used: {error.message}.")


def _file(path: str, open_file: OpenFile) -> Iterator[Declaration]:
    from verifier.claims._declaration.own import declaration
    from verifier.claims._tree import tree

    yield declaration(tree(_text(open_file(path))), path, _OWN[path])


def _foreign(path: str, open_file: OpenFile) -> Iterator[Declaration]:
    from verifier.claims._declaration import foreign
    from verifier.claims._tree import tree

    read = foreign.bioimageio if path in _BIOIMAGEIO else foreign.eval_results
    yield read(tree(_text(open_file(path))), path)


def _card(open_file: OpenFile) -> Iterator[Declaration]:
    """What stands in front matter; front matter that is malformed is what the model card's own module tells."""
    from verifier.claims._declaration import foreign
    from verifier.claims._declaration.own import declaration
    from verifier.claims._tree import tree

    matter, _, first_line = front_matter(open_file(CARD).read_at(0, MAX_MATTER))
    if _KEY.search(matter):
        document = tree(_decoded(matter), first_line)
        for spelling in SPELLINGS:
            if isinstance(document, dict) and spelling in document:
                yield declaration(document[spelling], CARD, spelling)
    if _INDEX.search(matter):
        with suppress(Malformed, BudgetExceeded):
            document = tree(_decoded(matter), first_line)
            yield foreign.model_index(document["model-index"] if isinstance(document, dict) else None, CARD)


def _text(reader: Reader) -> str:
    if reader.size > MAX_BYTES:
        raise BudgetExceeded(f"it has {reader.size} bytes, more than the {MAX_BYTES} that are read")
    return _decoded(reader.read_at(0, MAX_BYTES))


def _json(reader: Reader) -> Tree:
    try:
        return cast("Tree", json.loads(_text(reader)))
    except (ValueError, RecursionError) as error:
        raise Malformed("it is not JSON") from error


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(f"byte {error.start} is not UTF-8") from error
