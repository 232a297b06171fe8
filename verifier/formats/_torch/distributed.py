"""From a file of a distributed checkpoint to its archives, or to what its metadata names."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import normpath

from verifier.errors import Malformed
from verifier.formats._context import Budget, Context, Member
from verifier.formats._names import unsafe_name
from verifier.formats._pickle.events import Build, Call, Event
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._pickle.values import Dict, Global, Result, Tuple, Value
from verifier.formats._readers import Window
from verifier.formats._torch import REFERENCE
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Reader, visible

_METADATA = re.compile(r"(__\d+)?\.metadata")
"""Names of the pickles: one for all processes, or one for each."""

_MOST_FINDINGS = 100

_END = struct.Struct("<4s8x2LH")
_LOCATOR_SIZE = 20
_END64 = struct.Struct("<4s36x2Q")
_TAIL = _END64.size + _LOCATOR_SIZE + _END.size
"""Bytes of the end records that torch writes, which are always those of zip64 and have no comment."""


def inspect_checkpoint(
    artifact: Artifact, reader: Reader, context: Context, how: str
) -> Iterator[Finding | Coverage | Member]:
    """Hands back the archives of a `.distcp`, or checks the places a `.metadata` names."""
    name = artifact.own_path
    if _METADATA.fullmatch(name.rpartition("/")[2]) and reader.read_at(0, 1) == b"\x80":
        yield from _metadata(artifact, reader, context, name.rpartition("/")[0], how)
    elif reader.size == 0 or reader.read_at(0, 4) == b"PK\x03\x04":
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", how)
        for start, end in pieces(reader, context.budget):
            size = end - start
            yield Member(artifact.member(f"item at byte {start}", size), Window(reader, start, size))
    else:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it holds no archives of torch", how)


def pieces(reader: Reader, budget: Budget) -> list[tuple[int, int]]:
    """Where the archives begin and end, from the first to the last; what is none at the start is one piece.

    Two reads of about 100 bytes an archive, from the end, where each says how long it is.
    """
    found: list[tuple[int, int]] = []
    end = reader.size
    while end:
        budget.spend_steps(1)
        start = _start(reader, end)
        found.append((start, end))
        end = start
    return found[::-1]


def _start(reader: Reader, end: int) -> int:
    """Where the archive that ends at `end` begins; 0 where none does."""
    tail = reader.read_at(max(0, end - _TAIL), min(end, _TAIL))
    if len(tail) < _TAIL:
        return 0
    signature, size, offset, comment = _END.unpack(tail[-_END.size :])
    records = end - _END.size
    if tail[-_END.size - _LOCATOR_SIZE :].startswith(b"PK\x06\x07") and tail.startswith(b"PK\x06\x06"):
        _, size, offset = _END64.unpack_from(tail)
        records = end - _TAIL
    start = int(records - size - offset)
    is_archive = signature == b"PK\x05\x06" and not comment and 0 <= start < records
    return start if is_archive and reader.read_at(start, 4) == b"PK\x03\x04" else 0


@dataclass(slots=True)
class _Places:
    """Gathers what `_StorageInfo` objects say: which bytes of which file."""

    named: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    """Offset of the first mention of each file."""
    unknown: str = ""
    """Why a place is not known."""

    def observe(self, event: Event) -> None:
        if isinstance(event, Call) and _is_info(event.callee) and not _is_plain(event):
            self.unknown = "a place in it is not written as torch writes places"
        elif isinstance(event, Build) and isinstance(event.target, Result) and _is_info(event.target.callee):
            self._placed(event)

    def _placed(self, event: Build) -> None:
        state = dict(_texts(event.state))
        match state.get("relative_path"), state.get("offset"), state.get("length"):
            case str(path), int(offset), int(length):
                self.named.setdefault(path, set()).add((offset, offset + length))
                self.first.setdefault(path, event.offset)
            case _:
                self.unknown = "a place in it is not written as torch writes places"
        if state.get("transform_descriptors") is not None:
            self.unknown = "its items are compressed by an extension, so that their places say nothing"


def _is_info(callee: Value) -> bool:
    return isinstance(callee, Global) and callee.name == "_StorageInfo"


def _is_plain(event: Call) -> bool:
    return event.use == "new" and isinstance(event.args, Tuple) and not event.args.size


def _texts(state: Value) -> Iterator[tuple[str, Value]]:
    for key, value in state.pairs() if isinstance(state, Dict) else ():
        if isinstance(key, str):
            yield key, value


def _metadata(
    artifact: Artifact, reader: Reader, context: Context, folder: str, how: str
) -> Iterator[Finding | Coverage]:
    places = _Places()
    stream = PickleStream(reader, 0, context.budget)
    for event in stream:
        places.observe(event)
    wrong = 0
    for path, named in sorted(places.named.items()):
        message = unsafe_name(path) or _misplaced(context, normpath(f"{folder}/{path}".lstrip("/")), named)
        if message and wrong < _MOST_FINDINGS:
            wrong += 1
            text = f"The checkpoint is loaded from {visible(path, 80)}: {message}"
            place = Evidence(artifact.name, text, how, places.first[path])
            yield Finding(REFERENCE, (place,), f"{text}.")
    if places.unknown or not stream.summary.stopped:
        reason = places.unknown or "its pickle could not be read to an end"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how)
    else:
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", how)


def _misplaced(context: Context, path: str, named: set[tuple[int, int]]) -> str | None:
    """What is wrong with places in a file beside the metadata; nothing where the file is not there to be loaded."""
    if path not in context.siblings:
        return None
    try:
        strange = named - set(pieces(context.open_sibling(path), context.budget))
    except Malformed as error:
        return f"it cannot be opened: {error.message}"
    if strange:
        start, end = min(strange)
        return f"bytes {start} to {end} are no item of it"
    return None
