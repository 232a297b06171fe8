from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import Malformed
from verifier.records import Artifact
from verifier.sources.base import Ledger, checked_span


@given(st.integers(0, 60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60))))
def test_unread_is_what_was_never_lent(size: int, lent: list[tuple[int, int]]) -> None:
    ledger = Ledger(Artifact("x", size))
    seen: set[int] = set()
    for offset, length in lent:
        start, end = checked_span(size, offset, length)
        ledger.lend(start, end)
        seen |= set(range(start, end))
    unread = ledger.record().unread
    assert [byte for start, end in unread for byte in range(start, end)] == sorted(set(range(size)) - seen)
    assert all(left[1] < right[0] for left, right in pairwise(unread))


def test_costs_add_up() -> None:
    ledger = Ledger(Artifact("x", 10))
    ledger.spend(3, 1)
    ledger.spend(4, 2)
    assert (ledger.record().read, ledger.record().requests) == (7, 3)


@pytest.mark.parametrize(("offset", "length"), [(-1, 1), (0, -1)])
def test_places_before_the_file_are_malformed(offset: int, length: int) -> None:
    with pytest.raises(Malformed):
        checked_span(10, offset, length)
