"""The walker reads what protobuf writes, refuses the rest, and reads no payload."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.protobufs import block, number, varint
from verifier.errors import BudgetExceeded, InspectionError, Malformed
from verifier.formats import Budget, Limits
from verifier.formats._protobuf.wire import BYTES, FIXED32, FIXED64, VARINT, Field, Wire
from verifier.formats._readers import BytesReader


class Counting(BytesReader):
    """Tells how much was lent."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.lent = 0

    def read_at(self, offset: int, length: int) -> bytes:
        part = super().read_at(offset, length)
        self.lent += len(part)
        return part


def walked(data: bytes) -> list[Field]:
    return list(Wire(BytesReader(data), Budget()).fields(0, len(data)))


def test_every_wire_type_is_told() -> None:
    data = number(1, 300) + varint(2 << 3 | 1) + bytes(8) + block(3, "abc") + varint(4 << 3 | 5) + bytes(4)
    assert [(f.number, f.wire, f.value, f.end - f.start) for f in walked(data)] == [
        (1, VARINT, 300, 2),
        (2, FIXED64, 0, 8),
        (3, BYTES, 0, 3),
        (4, FIXED32, 0, 4),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"\x08",
        b"\x08" + b"\xff" * 10 + b"\x01",
        b"\x08" + b"\xff" * 9 + b"\x02",
        b"\x08" + b"\x80" * 30,
        b"\x0a\x05abc",
        b"\x0a" + varint(1 << 63),
        b"\x0b\x0c",
        b"\x0c",
        b"\x0e",
        b"\x0f",
        b"\x00\x00",
        b"\x09" + bytes(7),
        b"\x0d" + bytes(3),
        varint(1 << 35) + b"\0",
    ],
    ids=lambda data: data[:6].hex(),
)
def test_what_no_writer_writes_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        walked(data)


def test_groups_are_refused_at_once_however_deep() -> None:
    with pytest.raises(Malformed, match="group"):
        walked(b"\x0b" * 50_000)


def test_a_field_may_not_leave_its_message() -> None:
    data = block(1, b"\x0a\x05ab") + b"more bytes"
    wire = Wire(BytesReader(data), Budget())
    with pytest.raises(Malformed, match="behind its message"):
        list(wire.fields(2, 6))


@given(st.lists(st.tuples(st.integers(1, (1 << 29) - 1), st.one_of(st.integers(0, (1 << 64) - 1), st.binary()))))
@settings(deadline=None)
def test_what_is_written_is_read_again(fields: list[tuple[int, int | bytes]]) -> None:
    data = b"".join(number(n, v) if isinstance(v, int) else block(n, v) for n, v in fields)
    wire = Wire(BytesReader(data), Budget())
    found = [(f.number, wire.content(f, 1000) if f.wire == BYTES else f.value) for f in wire.fields(0, len(data))]
    assert found == fields


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes_end_in_fields_within_them_or_are_refused(data: bytes) -> None:
    try:
        for field in walked(data):
            assert 0 < field.start <= field.end <= len(data)
            assert field.number > 0
    except InspectionError:
        pass


def test_payloads_are_stepped_over() -> None:
    data = b"".join(block(5, number(1, 7), block(9, bytes(1 << 20))) for _ in range(20))
    reader = Counting(data)
    wire = Wire(reader, Budget())
    inner = [part.number for message in wire.fields(0, len(data)) for part in wire.fields(message.start, message.end)]
    assert inner == [1, 9] * 20
    assert reader.lent < 20 * 300


def test_numbers_may_be_packed_or_not_and_negative() -> None:
    data = number(1, -1) + block(1, varint(3), varint(-2))
    wire = Wire(BytesReader(data), Budget())
    assert [wire.numbers(field) for field in wire.fields(0, len(data))] == [[-1], [3, -2]]


def test_broken_and_endless_lists_are_refused() -> None:
    for payload, error in ((b"\x80", Malformed), (bytes(2000), BudgetExceeded), (bytes(20_000), BudgetExceeded)):
        data = block(1, payload)
        wire = Wire(BytesReader(data), Budget())
        (field,) = wire.fields(0, len(data))
        with pytest.raises(error):
            wire.numbers(field)


def test_content_is_read_up_to_a_limit() -> None:
    data = block(1, "é".encode(), b"\xff")
    wire = Wire(BytesReader(data), Budget())
    (field,) = wire.fields(0, len(data))
    assert wire.text(field) == "é\\xff"
    with pytest.raises(BudgetExceeded):
        wire.content(field, 2)


def test_fields_cost_steps() -> None:
    data = number(1, 1) * 2000
    with pytest.raises(BudgetExceeded):
        list(Wire(BytesReader(data), Budget(Limits(steps=600))).fields(0, len(data)))
