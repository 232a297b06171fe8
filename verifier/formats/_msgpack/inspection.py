"""From a MessagePack document to findings, facts and coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Context, Member, Yield
from verifier.formats._msgpack import ARRAY, ARRAYS, EXTENSION, MALFORMED, PICKLE, TRAILING, is_container
from verifier.formats._msgpack.arrays import read_array
from verifier.formats._msgpack.walk import Kind, Value, walk
from verifier.formats._ranges import Range, between, merged
from verifier.formats._readers import Window, rest
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Reader, parameters

_COMPLEX: Final = 2
_TIMESTAMP: Final = -1

_LONGEST_KEY: Final = 8
"""Characters of the keys that msgpack-numpy goes by: `nd`, `type`, `kind`, `shape`, `data`."""

_MOST_RANGES: Final = 1000
"""Ranges told apart in the coverage of one file."""

_MOST_MEMBERS: Final = 1000
"""Payloads handed back from one file."""


def inspect_document(artifact: Artifact, reader: Reader, context: Context, how: str) -> Iterator[Yield]:
    """Walks the document and accounts for every byte."""
    first = reader.read_at(0, 1)
    if not is_container(first):
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no map or list in MessagePack", how)
        return
    inspection = _Inspection(artifact, reader, context, how)
    try:
        for value in walk(reader, 0, None, context.budget.spend_steps):
            inspection.end = value.end
            yield from inspection.value(value)
    except Malformed as error:
        inspection.is_whole = False
        yield inspection.finding(MALFORMED, error.offset or 0, f"The document breaks off: {error.message}.")
        yield Coverage(artifact.name, CoverageState.PARTIAL, error.message, how, inspection.end)
    yield from inspection.facts()
    yield from inspection.accounted()


@dataclass(slots=True)
class _Inspection:
    """One document under way."""

    artifact: Artifact
    reader: Reader
    context: Context
    how: str
    end: int = 0
    """Behind the last value that was read."""
    data: list[Range] = field(default_factory=list)
    dtypes: Counter[str] = field(default_factory=Counter)
    arrays: int = 0
    members: int = 0
    keys: dict[int, bytes] = field(default_factory=dict)
    """By depth, the key whose value comes next."""
    held: dict[int, Value] = field(default_factory=dict)
    """By depth, the data of the map there."""
    objects: set[int] = field(default_factory=set)
    """Depths at which the map says that its data is a pickle."""
    is_whole: bool = True

    def value(self, value: Value) -> Iterator[Yield]:
        """One value."""
        if value.is_key:
            short = value.kind in (Kind.TEXT, Kind.BYTES) and value.size <= _LONGEST_KEY
            self.keys[value.depth] = self.payload(value) if short else b""
            return
        if value.kind is Kind.MAP:
            self.objects.discard(value.depth + 1)
            self.held.pop(value.depth + 1, None)
        elif value.kind is Kind.EXTENSION:
            yield from self.extension(value)
        elif value.kind in (Kind.TEXT, Kind.BYTES):
            yield from self.text(value)

    def payload(self, value: Value) -> bytes:
        """The bytes of a short value."""
        return self.reader.read_at(value.body, value.size)

    def text(self, value: Value) -> Iterator[Yield]:
        """Text and bytes are what they are, but for the data of an array of objects: msgpack-numpy unpickles it."""
        key, depth = self.keys.get(value.depth, b""), value.depth
        if key in (b"kind", b"type") and value.size == 1 and self.payload(value) == b"O":
            self.objects.add(depth)
        elif key == b"data":
            self.held[depth] = value
        if depth in self.objects and depth in self.held:
            held = self.held.pop(depth)
            yield self.finding(PICKLE, held.start, f"msgpack-numpy unpickles {held.size} bytes, an array of objects.")
            yield from self.back(held)
        self.data.append((value.body, value.end))

    def extension(self, value: Value) -> Iterator[Yield]:
        """Arrays are numbers; what other extensions hold is up to the program that reads them."""
        if value.code in ARRAYS:
            yield from self.array(value)
        elif value.code == _TIMESTAMP or (value.code == _COMPLEX and value.size <= 32):
            self.data.append((value.body, value.end))
        else:
            message = f"An extension of type {value.code} holds {value.size} bytes; Flax writes types 1 to 3 only."
            yield self.finding(EXTENSION, value.start, message)
            yield from self.back(value)

    def array(self, value: Value) -> Iterator[Yield]:
        """An array, or what is said to be one: Flax refuses what does not agree, and builds nothing else from it."""
        self.arrays += 1
        try:
            array = read_array(self.reader, value)
        except (Malformed, StopIteration) as error:
            reason = error.message if isinstance(error, Malformed) else "it ends early"
            yield self.finding(ARRAY, value.start, f"An array cannot be read: {reason}.")
            self.data.append((value.body, value.end))
        else:
            self.dtypes[array.dtype] += array.count
            self.data.append((array.start, array.start + array.size))

    def back(self, value: Value) -> Iterator[Member]:
        """Hands a payload back to the queue."""
        self.members += 1
        if self.members > _MOST_MEMBERS:
            raise BudgetExceeded(f"more than {_MOST_MEMBERS} values are no data")
        if value.size:
            child = self.artifact.member(f"bytes at {value.body}", value.size)
            yield Member(child, Window(self.reader, value.body, value.size))

    def finding(self, rule: str, offset: int, message: str) -> Finding:
        return Finding(rule, (Evidence(self.artifact.name, message, self.how, offset),), message)

    def facts(self) -> Iterator[Fact]:
        place = Evidence(self.artifact.name, f"{self.arrays} arrays", self.how)
        yield Fact("tensor-count", self.arrays, place)
        yield Fact("parameter-count", self.dtypes.total(), place)
        yield Fact("dtypes", tuple(sorted(self.dtypes)), place)

    def accounted(self) -> Iterator[Yield]:
        """Every byte: structure, payloads, and what stands behind the document."""
        name, size = self.artifact.name, self.reader.size - self.end
        payloads = merged(self.data)
        if len(payloads) > _MOST_RANGES:
            reason = f"{len(payloads)} arrays and texts, with structure between them that was inspected"
            yield Coverage(name, CoverageState.DATA, reason, self.how, 0, self.end)
        else:
            for start, end in between(payloads, 0, self.end):
                yield Coverage(name, CoverageState.INSPECTED, "", self.how, start, end - start)
            for start, end in payloads:
                yield Coverage(name, CoverageState.DATA, "items of arrays, texts", self.how, start, end - start)
        if not size or not self.is_whole:
            return
        place = Evidence(name, f"{size} bytes behind the document", self.how, self.end, size)
        yield Finding(TRAILING, (place,), f"{size} bytes stand behind the document.", parameters(bytes=size))
        yield rest(self.artifact, self.reader, self.end)
        yield Coverage(name, CoverageState.INSPECTED, "", self.how, self.end)
