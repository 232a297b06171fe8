"""No offset is followed that leaves the file."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.flatbuffers import Number, flatbuffer
from verifier.errors import BudgetExceeded, InspectionError, Malformed
from verifier.formats import Budget, Limits
from verifier.formats._flatbuffer.table import Flat, Table
from verifier.formats._readers import BytesReader

DATA = flatbuffer(
    b"TEST", {0: Number(7), 1: "text", 2: b"bytes", 3: [1, -2], 4: {0: Number(-1, 8)}, 6: [{0: Number(9, 1)}, {}]}
)


def root(data: bytes) -> Table:
    return Flat(BytesReader(data), Budget()).root()


def test_fields_are_read_as_they_were_written() -> None:
    table = root(DATA)
    assert table.number(0, 4) == 7
    assert table.text(1) == "text"
    assert table.vector(2, 1)[1] == 5
    assert table.numbers(3, 4) == [1, -2]
    inner = table.table(4)
    assert inner is not None
    assert inner.number(0, 8, signed=True) == -1
    assert [one.number(0, 1) for one in table.tables(6)] == [9, 0]


def test_what_is_left_out_is_nothing() -> None:
    table = root(DATA)
    for index in (5, 99):
        assert table.number(index, 4) == 0
        assert table.table(index) is None
        assert table.vector(index, 8) == (0, 0)
        assert list(table.tables(index)) == []
        assert table.text(index) == ""


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xff\xff\x7fTEST", bytes(8), DATA[:20], flatbuffer(b"TEST", {})[:-2]],
    ids=["empty", "root", "zeros", "cut", "cut table"],
)
def test_offsets_that_leave_the_file_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        root(data).vector(0, 1)


def test_fields_stay_in_their_table_and_vectors_in_the_file() -> None:
    table = root(flatbuffer(b"TEST", {0: Number(1, 1), 1: b"ab"}))
    with pytest.raises(Malformed, match="outside"):
        table.number(0, 8)
    with pytest.raises(Malformed, match="leads to"):
        table.vector(1, 8)


def test_tables_and_numbers_cost_steps() -> None:
    data = flatbuffer(b"TEST", {0: [{}] * 100, 1: [0] * 100})
    table = Flat(BytesReader(data), Budget(Limits(steps=50))).root()
    with pytest.raises(BudgetExceeded):
        list(table.tables(0))
    with pytest.raises(BudgetExceeded):
        table.numbers(1, 4)


def test_lists_and_texts_may_be_long_and_lie_anywhere() -> None:
    for padding in range(500, 520):
        table = root(flatbuffer(b"TEST", {0: bytes(padding), 1: "text" * 300, 2: [7] * 400}))
        assert table.text(1) == "text" * 300
        assert table.numbers(2, 4) == [7] * 400
    with pytest.raises(BudgetExceeded):
        root(flatbuffer(b"TEST", {0: [0] * ((1 << 20) + 1)})).numbers(0, 4)


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_any_bytes_end(data: st.DataObject) -> None:
    whole = bytearray(DATA)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        table = root(bytes(whole))
        for index in range(8):
            table.text(index)
            table.numbers(index, 4)
            list(table.tables(index))
    except InspectionError:
        pass
