"""Tables are read as they were written, and refused where they lie."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.bundles import MAGIC, table
from tests.builders.protobufs import varint
from verifier.errors import BudgetExceeded, InspectionError, Malformed
from verifier.formats import Budget, Limits
from verifier.formats._readers import BytesReader
from verifier.formats._tensorflow.table import entries, is_table


def read(data: bytes, budget: Budget | None = None) -> list[tuple[bytes, bytes]]:
    return list(entries(BytesReader(data), budget or Budget()))


@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=200)), max_size=20))
@settings(deadline=None)
def test_what_is_written_is_read_again(pairs: list[tuple[bytes, bytes]]) -> None:
    data = table(*pairs)
    assert is_table(BytesReader(data))
    assert read(data) == pairs


def test_keys_share_beginnings() -> None:
    data = table((b"abcd", b"1"), (b"?", b"2"))
    shared = data.replace(b"\0\1\1?2", b"\2\1\1?2")
    assert read(shared) == [(b"abcd", b"1"), (b"ab?", b"2")]
    with pytest.raises(Malformed, match="longer"):
        read(data.replace(b"\0\1\1?2", b"\5\1\1?2"))


def footer(*numbers: int) -> bytes:
    return b"".join(varint(number) for number in numbers).ljust(40, b"\0") + MAGIC


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (footer(0, 0, 0, 1 << 40), BudgetExceeded),
        (footer(0, 0, 1 << 40, 10), Malformed),
        (footer(0, 0, 0, 2), Malformed),
        (b"\xff" * 40 + MAGIC, Malformed),
        (table((b"a", b"b"), compression=1), Malformed),
        (MAGIC, Malformed),
    ],
)
def test_lies_are_refused(data: bytes, error: type[InspectionError]) -> None:
    with pytest.raises(error):
        read(data)


def test_entries_cost_steps() -> None:
    with pytest.raises(BudgetExceeded):
        read(table(*[(b"k", b"v")] * 100), Budget(Limits(steps=50)))


@given(st.binary(max_size=100))
@settings(deadline=None)
def test_any_bytes_end(data: bytes) -> None:
    with suppress(InspectionError):
        read(data + MAGIC)
