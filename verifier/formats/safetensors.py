"""safetensors: a JSON header that says where each tensor is, then nothing but the tensors.

Source: the format's specification (huggingface/safetensors README) and its reference library, version 0.8. Whatever
that library refuses is refused here. Stricter than it: spaces before the header, `__metadata__` of null, duplicate
keys, a tensor description that is a list or holds unknown fields.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Budget, Context, Probe, Yield
from verifier.formats._json import Json, parse, pointer
from verifier.formats._rows import is_told, unmoved_rows
from verifier.formats._shapes import layout_of, shapes_of
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Format, Reader, Value, visible
from verifier.records.tensor import Placed

FORMAT = Format("safetensors", 1, "safetensors", suffixes=(".safetensors",))
MALFORMED = "safetensors-malformed-header"
INCONSISTENT = "safetensors-inconsistent-tensors"
TRAILING = "safetensors-trailing-bytes"
DUPLICATE = "safetensors-duplicate-key"
RULES: tuple[str, ...] = (MALFORMED, INCONSISTENT, TRAILING, DUPLICATE)

MAX_HEADER = 100_000_000
"""Bytes of header the library reads (MAX_HEADER_SIZE)."""

MAX_INSPECTED = 25_000_000
"""Bytes of header inspected: about 200,000 tensors. A hundred megabytes would take a gigabyte of memory."""

MAX_TABLES = 4
"""Tables of embeddings that are read; models of two towers have two of tokens and two of positions."""

MAX_COUNT = (1 << 64) - 1
"""Largest dimension, offset or element count: the library counts in 64 bits."""

BITS = {
    "BOOL": 8,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    **dict.fromkeys(("U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("I16", "U16", "F16", "BF16"), 16),
    **dict.fromkeys(("I32", "U32", "F32"), 32),
    **dict.fromkeys(("C64", "F64", "I64", "U64"), 64),
}
"""Bits of an element, by dtype."""

_FIELDS = {"dtype", "shape", "data_offsets"}

LFS_POINTER = b"version https://git-lfs"


class _Tensor(NamedTuple):
    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int

    @property
    def elements(self) -> int:
        return math.prod(self.shape)


class _Flaw(Exception):
    """What makes the header unusable: rule, message, place."""

    def __init__(self, rule: str, message: str, offset: int = 0, where: str | None = None) -> None:
        super().__init__(message)
        self.rule, self.message, self.offset, self.where = rule, message, offset, where


def recognize(probe: Probe) -> bool:
    """A plausible length, then an object."""
    length = int.from_bytes(probe.head[:8], "little")
    return probe.head[8:9] == b"{" and 2 <= length <= max(MAX_HEADER, probe.size)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Reads the header and proves that the rest is tensors: two reads. Of local files, tables of embeddings too."""
    if reader.read_at(0, len(LFS_POINTER)) == LFS_POINTER:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is a Git LFS pointer, no safetensors file", FORMAT.how)
        return
    try:
        length = _header_length(reader)
        tensors, metadata, duplicates = _header(reader.read_at(8, length), context.budget)
        for key in duplicates:
            yield _finding(artifact, DUPLICATE, f"The header holds the key {visible(key, 80)} twice.", 8, None)
        yield from _facts(artifact, tensors, metadata)
        end = _check_spans(tensors, 8 + length, reader.size)
    except _Flaw as flaw:
        message = f"The safetensors header cannot be trusted: {flaw.message}."
        yield _finding(artifact, flaw.rule, message, flaw.offset, flaw.where)
        reason = "its header cannot be trusted, so that no byte is known to be a tensor"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
        return
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, 0, 8 + length)
    yield Coverage(
        artifact.name, CoverageState.DATA, "tensors, read as numbers", FORMAT.how, 8 + length, end - 8 - length
    )
    if not context.remote:
        yield from _embeddings(artifact, tensors, 8 + length, reader, context)
    if end < reader.size:
        message = f"{reader.size - end} bytes follow the last tensor; loaders refuse such a file."
        yield _finding(artifact, TRAILING, message, end, None)
        reason = "bytes that belong to no tensor"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how, end, reader.size - end)


def placed(reader: Reader, budget: Budget) -> tuple[Placed, ...]:
    """The tensors and where they lie; see `FormatModule`."""
    try:
        length = _header_length(reader)
        tensors, _, _ = _header(reader.read_at(8, length), budget)
        _check_spans(tensors, 8 + length, reader.size)
    except _Flaw as flaw:
        raise Malformed(f"the safetensors header cannot be trusted: {flaw.message}", flaw.offset) from flaw
    return tuple(Placed(t.name, t.dtype, t.shape, 8 + length + t.begin, t.end - t.begin) for t in tensors)


def _header_length(reader: Reader) -> int:
    length = int.from_bytes(reader.read_at(0, 8), "little")
    if reader.size < 8 or 8 + length > reader.size:
        raise _Flaw(MALFORMED, f"it is said to take {length} bytes, but the file has {reader.size}")
    if length > MAX_HEADER:
        raise _Flaw(MALFORMED, f"it is said to take {length} bytes, more than the {MAX_HEADER} the format allows")
    if length > MAX_INSPECTED:
        raise BudgetExceeded(f"the safetensors header takes {length} bytes, more than the {MAX_INSPECTED} inspected")
    return length


def _header(raw: bytes, budget: Budget) -> tuple[list[_Tensor], dict[str, str], tuple[str, ...]]:
    if not raw.startswith(b"{"):
        raise _Flaw(MALFORMED, "it does not begin with `{`", 8)
    try:
        document = parse(raw)
    except Malformed as error:
        raise _Flaw(MALFORMED, error.message, 8 + (error.offset or 0)) from error
    header = document.value
    if not isinstance(header, dict):
        raise _Flaw(MALFORMED, "it is no object", 8)
    budget.spend_steps(len(header))
    metadata = _metadata(header.pop("__metadata__", {}))
    return [_tensor(name, entry) for name, entry in header.items()], metadata, document.duplicates


def _metadata(value: Json) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, text in value.items() if isinstance(value, dict) else [("", None)]:
        if not isinstance(text, str):
            raise _Flaw(MALFORMED, "`__metadata__` holds something else than text", 8, "/__metadata__")
        found[key] = text
    return found


def _tensor(name: str, entry: Json) -> _Tensor:
    if not isinstance(entry, dict) or entry.keys() != _FIELDS:
        raise _bad(name, MALFORMED, "is not described by dtype, shape and data_offsets alone")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in BITS:
        raise _bad(name, MALFORMED, f"is of the unknown dtype {visible(str(dtype), 40)}")
    if not isinstance(offsets, list) or len(offsets) != 2:
        raise _bad(name, MALFORMED, "has data_offsets that are no pair")
    begin, end = offsets
    if type(begin) is not int or type(end) is not int or not 0 <= begin <= end <= MAX_COUNT:
        raise _bad(name, INCONSISTENT, "has data_offsets that are no range")
    tensor = _Tensor(name, dtype, _shape(name, shape), begin, end)
    if tensor.elements * BITS[dtype] != (end - begin) * 8:
        what = f"has {end - begin} bytes, which {tensor.elements} elements of {dtype} do not fill"
        raise _bad(name, INCONSISTENT, what)
    return tensor


def _shape(name: str, shape: Json) -> tuple[int, ...]:
    """The sizes, whose product may overflow nowhere on the way, as the library multiplies."""
    if not isinstance(shape, list):
        raise _bad(name, MALFORMED, "has a shape that is no list")
    count, sizes = 1, []
    for size in shape:
        if type(size) is not int or not 0 <= size <= MAX_COUNT:
            raise _bad(name, MALFORMED, "has a shape that is no list of sizes")
        sizes.append(size)
        count *= size
        if count > MAX_COUNT:
            raise _bad(name, INCONSISTENT, "has more elements than 64 bits can count")
    return tuple(sizes)


def _bad(name: str, rule: str, what: str) -> _Flaw:
    return _Flaw(rule, f"the tensor {visible(name, 80)} {what}", 8, pointer(name))


def _check_spans(tensors: list[_Tensor], base: int, size: int) -> int:
    """Where the last tensor ends in the file: each begins where the one before ends, the first at `base`."""
    reached = 0
    for tensor in sorted(tensors, key=attrgetter("begin", "end")):
        if tensor.begin != reached:
            how = "leaves a hole before it" if tensor.begin > reached else "overlaps the one before"
            raise _bad(tensor.name, INCONSISTENT, f"begins at {tensor.begin}, not at {reached}: it {how}")
        reached = tensor.end
    if base + reached > size:
        raise _Flaw(INCONSISTENT, f"the tensors end at byte {base + reached}, the file at {size}: it is cut short")
    return base + reached


def _facts(artifact: Artifact, tensors: list[_Tensor], metadata: dict[str, str]) -> Iterator[Fact]:
    dtypes: Value = tuple(sorted(Counter(tensor.dtype for tensor in tensors).items()))
    pairs: Value = tuple(sorted((visible(key), visible(value)) for key, value in metadata.items()))
    for kind, value in (
        ("tensor-count", len(tensors)),
        ("parameter-count", sum(tensor.elements for tensor in tensors)),
        ("tensor-dtypes", dtypes),
        ("tensor-shapes", shapes_of(tensor.shape for tensor in tensors)),
        ("tensor-layout", layout_of((tensor.name, tensor.dtype, tensor.shape) for tensor in tensors)),
        ("tensor-metadata", pairs),
    ):
        yield Fact(kind, value, Evidence(artifact.name, f"{kind} {value}", FORMAT.how, 8))


def _embeddings(
    artifact: Artifact, tensors: list[_Tensor], base: int, reader: Reader, context: Context
) -> Iterator[Fact]:
    """Which rows of tables of embeddings were never trained, for the first few tables."""
    tables = (tensor for tensor in tensors if is_told(tensor.name, tensor.dtype, tensor.shape))
    for tensor, _ in zip(tables, range(MAX_TABLES), strict=False):
        context.budget.spend_steps(tensor.shape[0])
        told = unmoved_rows(reader, base + tensor.begin, *tensor.shape)
        place = Evidence(artifact.name, f"rows of {visible(tensor.name, 80)}", FORMAT.how, base + tensor.begin)
        yield Fact("unmoved-rows", (visible(tensor.name), told), place)


def _finding(artifact: Artifact, rule: str, message: str, offset: int, where: str | None) -> Finding:
    evidence = Evidence(artifact.name, message, FORMAT.how, min(offset, artifact.size), None, where)
    return Finding(rule, (evidence,), message)
