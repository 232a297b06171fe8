"""From a tar of four members to findings, facts and coverage."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from verifier.errors import Malformed
from verifier.formats._context import Context, Member
from verifier.formats._pickle.events import Event, PersistentLoad
from verifier.formats._pickle.inspection import inspect_stream
from verifier.formats._pickle.place import PLAIN_LOADER, Loader
from verifier.formats._pickle.rendering import render
from verifier.formats._pickle.values import Global, Tuple, Value
from verifier.formats._readers import rest
from verifier.formats._tar.report import inspect_members
from verifier.formats._torch import IDENTITY, MISMATCH, TRAILING
from verifier.formats._torch.dtypes import DTYPE_SIZES, STORAGES
from verifier.formats._torch.tensors import MOST_PROBLEMS, fits, tensor_facts
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Reader

Found: TypeAlias = Finding | Fact | Coverage | Member

_MOST_DIMENSIONS = 64
"""Dimensions a tensor may have (at::Tensor, c10/util/DimVector.h, keeps fewer in practice)."""


def inspect_tar(artifact: Artifact, reader: Reader, context: Context, how: str) -> Iterator[Found]:
    """Inspects every pickle in the four members, never reads a storage, and hands back other members."""
    archive = _Inspection(context, how)
    yield from inspect_members(artifact, reader, context.budget, how, archive.member)
    yield from tensor_facts(archive.tensors, artifact, how)


@dataclass(slots=True)
class _Walk:
    """A way through a member in which pickles and numbers take turns."""

    artifact: Artifact
    reader: Reader
    context: Context
    how: str
    end: int = 0
    """Offset up to which the member is accounted for."""

    def stream(self, label: str, loader: Loader = PLAIN_LOADER) -> Generator[Found, None, Value]:
        """Inspects the pickle that stands next and returns what it loads as.

        Raises:
            Malformed: it cannot be read to an end.
        """
        start = self.end
        summary = yield from inspect_stream(
            self.artifact, self.reader, self.context, how=self.how, start=start, label=label, loader=loader
        )
        self.end = summary.end
        yield Coverage(self.artifact.name, CoverageState.INSPECTED, "", self.how, start, self.end - start)
        if not summary.stopped:
            raise Malformed(f"its {label} could not be read to an end")
        return summary.value

    def number(self, width: int) -> int:
        """The number that stands next, in so many bytes.

        Raises:
            Malformed: the member ends before.
        """
        raw = self.reader.read_at(self.end, width)
        if len(raw) < width:
            raise Malformed("it is cut short")
        self.end += width
        return int.from_bytes(raw, "little", signed=True)

    def numbers(self, count: int) -> tuple[int, ...]:
        """So many numbers of 8 bytes."""
        return tuple(self.number(8) for _ in range(count))

    def data(self, start: int, reason: str) -> Coverage:
        """That what stands between `start` and here is read as numbers."""
        return Coverage(self.artifact.name, CoverageState.DATA, reason, self.how, start, self.end - start)

    def finding(self, rule: str, message: str, offset: int, length: int | None = None) -> Finding:
        """A finding at an offset."""
        return Finding(rule, (Evidence(self.artifact.name, message, self.how, offset, length),), f"{message}.")

    def trailing(self) -> Iterator[Finding | Coverage | Member]:
        """What stands behind all that torch reads."""
        size = self.reader.size - self.end
        if size:
            message = f"{size} bytes stand behind the end of {self.artifact.members[-1]}; torch does not read them"
            yield self.finding(TRAILING, message, self.end, size)
            yield rest(self.artifact, self.reader, self.end)
            yield Coverage(self.artifact.name, CoverageState.INSPECTED, "", self.how, self.end)


@dataclass(slots=True)
class _Inspection:
    """One archive under way."""

    context: Context
    how: str
    rooms: dict[int, int] = field(default_factory=dict)
    """Bytes of each storage by its key; views are missing."""
    tensors: dict[tuple[str, int, tuple[int, ...]], str] = field(default_factory=dict)
    """As `tensor_facts` takes them."""

    def member(self, child: Artifact, body: Reader) -> Iterator[Found]:
        walks = {"sys_info": self._system, "pickle": self._object, "storages": self._storages, "tensors": self._tensors}
        if child.own_path not in walks:
            yield Member(child, body)
            return
        self.context.budget.spend_member(len(child.members))
        walk = _Walk(child, body, self.context, self.how)
        try:
            yield from walks[child.own_path](walk)
        except Malformed as error:
            yield Coverage(child.name, CoverageState.PARTIAL, error.message, self.how, walk.end)
        else:
            yield from walk.trailing()

    def _system(self, walk: _Walk) -> Iterator[Found]:
        yield from walk.stream("system information")

    def _object(self, walk: _Walk) -> Iterator[Found]:
        """The object; its ids are keys of tensors and storages, or classes of modules with their source."""
        wrong: list[PersistentLoad] = []

        def observe(event: Event) -> None:
            if isinstance(event, PersistentLoad) and not _is_known(event.value.id) and len(wrong) < MOST_PROBLEMS:
                wrong.append(event)

        yield from walk.stream("object", Loader(observe=observe, persistent=True))
        for event in wrong:
            yield walk.finding(IDENTITY, f"The persistent id {render(event.value.id)} names no tensor", event.offset)

    def _storages(self, walk: _Walk) -> Iterator[Found]:
        """A count; pickles and raw items by turns; views."""
        count = _counted((yield from walk.stream("count of storages")))
        for _ in range(count):
            key, _, kind = _described((yield from walk.stream("description of a storage")))
            start = walk.end
            numel = walk.number(8)
            size = numel * DTYPE_SIZES[STORAGES[kind]]
            if not 0 <= size <= walk.reader.size - walk.end:
                raise Malformed(f"a storage of {numel} torch.{kind} elements is cut short")
            walk.end += size
            self.rooms[key] = size
            yield walk.data(start, f"tensor storage of {numel} torch.{kind} elements")
        yield from walk.stream("views")

    def _tensors(self, walk: _Walk) -> Iterator[Found]:
        """A count; pickles and dimensions by turns."""
        count = _counted((yield from walk.stream("count of tensors")))
        for _ in range(count):
            _, storage, kind = _described((yield from walk.stream("description of a tensor")))
            start = walk.end
            dimensions = walk.number(4)
            walk.number(4)
            if not 0 <= dimensions <= _MOST_DIMENSIONS:
                raise Malformed(f"a tensor has {dimensions} dimensions")
            size, stride, offset = walk.numbers(dimensions), walk.numbers(dimensions), walk.number(8)
            yield walk.data(start, f"a tensor of size {size}")
            self.tensors[render(storage), offset, size] = STORAGES[kind]
            room = self.rooms.get(storage, sys.maxsize) if isinstance(storage, int) else 0
            if min((*size, *stride, 0)) < 0 or not fits(offset, size, stride, STORAGES[kind], room):
                message = f"A tensor of size {size}, stride {stride}, offset {offset} does not fit into its storage"
                yield walk.finding(MISMATCH, message, start)


def _counted(value: Value) -> int:
    if type(value) is not int or value < 0:
        raise Malformed(f"it begins with {render(value)} instead of a count")
    return value


def _described(value: Value) -> tuple[int, Value, str]:
    """Key, second field and class of a storage or tensor; the class as its storage is called."""
    match value.items if isinstance(value, Tuple) else []:
        case [int(key), second, Global("torch", name)] if name.replace("Tensor", "Storage") in STORAGES:
            return key, second, name.replace("Tensor", "Storage")
    raise Malformed(f"{render(value)} describes no storage or tensor")


def _is_known(identity: Value) -> bool:
    """A key, in digits or as a number; or the class of a module with the file and text of its source."""
    if isinstance(identity, Tuple):
        return len(identity.items) == 3 and isinstance(identity.items[0], Global)
    return type(identity) is int or (isinstance(identity, str) and identity.isdecimal())
