"""From the index of a checkpoint to findings, facts and coverage of it and its shards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Final

from verifier.errors import Malformed
from verifier.formats import Budget, Context, Yield
from verifier.formats._neighbors import coverage_beside
from verifier.formats._protobuf.wire import BYTES, VARINT, Wire
from verifier.formats._readers import BytesReader
from verifier.formats._tensorflow import INCONSISTENT, MISSING
from verifier.formats._tensorflow.constants import BYTES_OF, NAMES, read_shape
from verifier.formats._tensorflow.table import entries, is_table
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Reader, Value, visible

_MOST: Final = 20
_MAX_SHARDS: Final = 10_000
_EMPTY: Final = 4096
"""Bytes up to which a file of zeros is looked at whole."""

_NUMBERS: Final = {1: "dtype", 3: "shard", 4: "offset", 5: "size"}
"""Fields of a BundleEntryProto that are numbers."""


@dataclass(slots=True)
class _Bundle:
    """What an index says.

    Args:
        shards: how many there are.
        spans: ranges of each shard that are numbers.
        dtypes: how many tensors of each type.
        elements: of all tensors.
        flaws: what contradicts itself.
    """

    shards: int = 0
    spans: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    dtypes: Counter[int] = field(default_factory=Counter)
    elements: int = 0
    flaws: list[str] = field(default_factory=list)


def inspect_bundle(artifact: Artifact, reader: Reader, context: Context, how: str) -> Iterator[Yield]:
    """Holds every tensor of the index against the shards beside it."""
    if not is_table(reader):
        yield _no_table(artifact, reader, how)
        return
    bundle = _Bundle()
    try:
        for key, value in entries(reader, context.budget):
            _add(bundle, key, value, context.budget)
        if not 0 < bundle.shards <= _MAX_SHARDS:
            bundle.flaws.append(f"it has {bundle.shards} shards")
    except Malformed as error:
        yield _finding(artifact, INCONSISTENT, f"The index of the checkpoint cannot be read: {error.message}.", how)
        reason = "its index could not be read to its end"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how)
        return
    for flaw in bundle.flaws[:_MOST]:
        yield _finding(artifact, INCONSISTENT, f"The checkpoint contradicts itself: {flaw}.", how)
    yield from _facts(artifact, bundle, how)
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", how)
    if not bundle.flaws:
        yield from _shards(artifact, context, bundle, how)


def _no_table(artifact: Artifact, reader: Reader, how: str) -> Coverage:
    if 0 < reader.size <= _EMPTY and not any(reader.read_at(0, reader.size)):
        reason = "zeros alone, of which no checkpoint is read"
        return Coverage(artifact.name, CoverageState.DATA, reason, how)
    return Coverage(artifact.name, CoverageState.UNKNOWN, "it is no index of a checkpoint", how)


def _add(bundle: _Bundle, key: bytes, value: bytes, budget: Budget) -> None:
    """One entry: the header, whose key is empty, or a tensor."""
    wire = Wire(BytesReader(value), budget)
    numbers = dict.fromkeys(_NUMBERS, 0)
    dims: list[int] = []
    sliced = False
    for part in wire.fields(0, len(value)):
        if part.wire == VARINT and part.number in numbers:
            numbers[part.number] = wire.numbers(part)[0]
        elif part.number == 2 and part.wire == BYTES:
            dims = read_shape(wire, part)
        elif part.number == 7:
            sliced = True
    if not key:
        bundle.shards = numbers[1]
        return
    dtype, shard, offset, size = numbers.values()
    name = visible(key.decode("utf-8", "backslashreplace"), 80)
    needed = BYTES_OF.get(dtype, 0) * prod(dims)
    if offset < 0 or size < 0 or not 0 <= shard < bundle.shards or any(length < 0 for length in dims):
        bundle.flaws.append(f"the tensor {name} stands nowhere")
    elif needed != size and dtype in BYTES_OF and not sliced:
        bundle.flaws.append(f"the tensor {name} needs {needed} bytes and has {size}")
    else:
        bundle.dtypes[dtype] += 1
        bundle.elements += prod(dims) if dtype in BYTES_OF else 0
        bundle.spans.setdefault(shard, []).append((offset, offset + size))


def _shards(artifact: Artifact, context: Context, bundle: _Bundle, how: str) -> Iterator[Yield]:
    """The files the index proves to be numbers."""
    own = artifact.own_path
    missing = 0
    for shard, spans in sorted(bundle.spans.items()):
        path = f"{own.removesuffix('.index')}.data-{shard:05d}-of-{bundle.shards:05d}"
        size = context.siblings.get(path)
        if size is None:
            missing += 1
            if missing <= _MOST:
                yield _finding(artifact, MISSING, f"The checkpoint's file {visible(path, 80)} is not there.", how)
        elif max(end for _, end in spans) > size:
            yield _finding(artifact, INCONSISTENT, f"Tensors stand behind the end of {visible(path, 80)}.", how)
        else:
            yield from coverage_beside(artifact, context, path, spans, how, unchecked="tensor-bundle-padding")


def _facts(artifact: Artifact, bundle: _Bundle, how: str) -> Iterator[Fact]:
    dtypes = ((NAMES.get(dtype, str(dtype)), count) for dtype, count in bundle.dtypes.items())
    facts: dict[str, Value] = {
        "tensor-count": bundle.dtypes.total(),
        "parameter-count": bundle.elements,
        "tensor-dtypes": tuple(sorted(dtypes)),
    }
    for kind, value in facts.items():
        yield Fact(kind, value, Evidence(artifact.name, f"{kind} {value}", how, 0))


def _finding(artifact: Artifact, rule: str, message: str, how: str) -> Finding:
    return Finding(rule, (Evidence(artifact.name, message, how, 0),), message)
