"""A TensorProto: what it says of itself, held against the bytes it holds or names.

Source: onnx/onnx.proto of onnx 1.23.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Final

from verifier.errors import BudgetExceeded
from verifier.formats._protobuf.wire import BYTES, VARINT, Field, Wire
from verifier.records import visible

INT64: Final = 7
STRING: Final = 8

BITS: Final = {
    **dict.fromkeys((2, 3, 9, 17, 18, 19, 20, 24), 8),
    **dict.fromkeys((4, 5, 10, 16), 16),
    **dict.fromkeys((1, 6, 12), 32),
    **dict.fromkeys((INT64, 11, 13, 14), 64),
    15: 128,
    **dict.fromkeys((21, 22, 23), 4),
    **dict.fromkeys((25, 26), 2),
    **dict.fromkeys((27, 28), 6),
}
"""Bits of an element in `raw_data`, by data type; text has none."""

NAMES: Final = (
    *("UNDEFINED", "FLOAT", "UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "STRING", "BOOL", "FLOAT16"),
    *("DOUBLE", "UINT32", "UINT64", "COMPLEX64", "COMPLEX128", "BFLOAT16", "FLOAT8E4M3FN", "FLOAT8E4M3FNUZ"),
    *("FLOAT8E5M2", "FLOAT8E5M2FNUZ", "UINT4", "INT4", "FLOAT4E2M1", "FLOAT8E8M0", "UINT2", "INT2", "FLOAT6E2M3"),
    "FLOAT6E3M2",
)
"""Names of the data types (TensorProto.DataType)."""

_RAW: Final = 9
_TEXT: Final = 6
_FIXED: Final = {4: 4, 10: 8}
"""Fields of numbers of fixed size (float_data, double_data), and bytes of one."""

_COUNTED: Final = frozenset({5, 7, 11})
"""Fields of varints: int32_data, int64_data, uint64_data."""

_PAIRS: Final = frozenset({14, 15})
"""Complex data types: two numbers an element."""

_LEAVES: Final = frozenset({3, 12, 16})
"""segment, doc_string, metadata_props."""

_MAX_TEXT: Final = 4096
_MAX_ENTRIES: Final = 64
_FEW: Final = 8
"""Elements of a tensor that is remembered as a shape."""

MAX_ELEMENTS: Final = (1 << 63) - 1
"""Elements a tensor can have: loaders count in signed 64 bits."""


@dataclass(slots=True)
class Tensor:
    """What a TensorProto says.

    Args:
        start: its first byte.
        name: as written; empty where it has none.
        dtype: TensorProto.DataType.
        dims: sizes of its axes.
        payload: ranges of the numbers inside the file.
        sizes: bytes in each field that holds numbers; of text, the strings.
        external: what it says of the file its numbers stand in, by key; the first value of each.
        is_external: the numbers are taken from there.
        unknown: ranges of fields the schema does not have.
        flaw: what contradicts itself; empty where nothing does.
    """

    start: int
    name: str = ""
    dtype: int = 0
    dims: list[int] = field(default_factory=list)
    payload: list[tuple[int, int]] = field(default_factory=list)
    sizes: dict[int, int] = field(default_factory=dict)
    external: dict[str, str] = field(default_factory=dict)
    is_external: bool = False
    unknown: list[tuple[int, int]] = field(default_factory=list)
    flaw: str = ""

    @property
    def elements(self) -> int:
        """Elements by its shape; a tensor without axes has one."""
        return prod(self.dims)

    @property
    def bytes_needed(self) -> int:
        """Bytes of its elements side by side."""
        return (self.elements * BITS.get(self.dtype, 0) + 7) // 8


def read_tensor(wire: Wire, message: Field) -> Tensor:
    """Reads everything but the numbers, and says in `flaw` what does not fit together.

    Raises:
        Malformed: it is no message.
        BudgetExceeded: its shape or the list of what is outside is longer than any.
    """
    tensor = Tensor(message.start)
    for part in wire.fields(message.start, message.end):
        match part.number, part.wire:
            case 1, _ if part.wire in (VARINT, BYTES):
                tensor.dims += wire.numbers(part)
            case 2, 0:
                tensor.dtype = part.value
            case 8, 2:
                tensor.name = wire.text(part, _MAX_TEXT)
            case 13, 2:
                _entry(wire, part, tensor)
            case 14, 0:
                tensor.is_external = part.value == 1
            case _:
                _other(part, tensor)
    tensor.flaw = tensor.flaw or _contradiction(tensor)
    return tensor


def shape_in(wire: Wire, tensor: Tensor) -> tuple[int, ...]:
    """The numbers of a small tensor of 64-bit integers; none of any other."""
    if tensor.dtype != INT64 or tensor.flaw or not 0 < tensor.elements <= _FEW or len(tensor.payload) != 1:
        return ()
    start, end = tensor.payload[0]
    place = Field(7, BYTES, 0, start, end)
    if _RAW not in tensor.sizes:
        return tuple(wire.numbers(place))
    data = wire.content(place, 8 * _FEW)
    return tuple(int.from_bytes(data[at : at + 8], "little", signed=True) for at in range(0, len(data), 8))


def _other(part: Field, tensor: Tensor) -> None:
    """A field that holds numbers or text, or that is of no consequence."""
    number, size = part.number, part.end - part.start
    if number in _LEAVES:
        return
    if number == _TEXT and part.wire == BYTES:
        tensor.sizes[_TEXT] = tensor.sizes.get(_TEXT, 0) + 1
    elif number in _COUNTED or number in _FIXED or (number == _RAW and part.wire == BYTES):
        if number == _RAW and _RAW in tensor.sizes:
            tensor.flaw = "holds its bytes twice"
        tensor.sizes[number] = tensor.sizes.get(number, 0) + size
        if part.wire == BYTES:
            tensor.payload.append((part.start, part.end))
    else:
        tensor.unknown.append((part.start, part.end))


def _entry(wire: Wire, message: Field, tensor: Tensor) -> None:
    """One StringStringEntryProto of `external_data`."""
    pair = {1: "", 2: ""}
    for part in wire.fields(message.start, message.end):
        if part.number in pair and part.wire == BYTES:
            pair[part.number] = wire.text(part, _MAX_TEXT)
    if pair[1] in tensor.external:
        tensor.flaw = f"names the {visible(pair[1], 40)} of its file twice"
    tensor.external.setdefault(pair[1], pair[2])
    if len(tensor.external) > _MAX_ENTRIES:
        raise BudgetExceeded(f"a tensor says more than {_MAX_ENTRIES} things about its file")


def _contradiction(tensor: Tensor) -> str:
    """Why the numbers cannot be those of the shape; empty where they can."""
    if tensor.dtype != STRING and tensor.dtype not in BITS:
        return f"is of the unknown data type {tensor.dtype}"
    if any(size < 0 for size in tensor.dims) or tensor.elements > MAX_ELEMENTS:
        return "has a shape that no tensor has"
    if tensor.is_external:
        return "is text, which stands in no other file" if tensor.dtype == STRING else ""
    return _misfit(tensor, {number: size for number, size in tensor.sizes.items() if size})


def _misfit(tensor: Tensor, held: dict[int, int]) -> str:
    """Why the numbers inside the file cannot be those of the shape."""
    if len(held) > 1:
        return "holds its numbers in two forms"
    if not held:
        return f"holds nothing, where its shape has {tensor.elements} elements" if tensor.elements else ""
    ((number, size),) = held.items()
    if not _fits(tensor, number, size):
        return f"holds {size} {'strings' if number == _TEXT else 'bytes'}, which {tensor.elements} elements do not fill"
    return ""


def _fits(tensor: Tensor, number: int, size: int) -> bool:
    """Whether a field of that size can hold the elements; of varints, between one and ten bytes each."""
    if (number == _TEXT) != (tensor.dtype == STRING):
        return False
    if number == _RAW:
        return size == tensor.bytes_needed
    if number == _TEXT:
        return size == tensor.elements
    count = tensor.elements * (2 if tensor.dtype in _PAIRS else 1)
    if number in _FIXED:
        return size == count * _FIXED[number]
    least = (tensor.bytes_needed + 3) // 4 if BITS[tensor.dtype] < 8 else count
    return least <= size <= 10 * count


def checked_offset(value: str) -> int | None:
    """A decimal number of bytes, as writers write it; None for anything else."""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 19 else None
