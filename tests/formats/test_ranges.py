"""Ranges stand for sets of bytes, whatever order they come in."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from verifier.formats._ranges import between, merged

RANGES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)))


@given(RANGES)
def test_merged_ranges_are_the_same_bytes_and_between_them_lie_the_others(ranges: list[tuple[int, int]]) -> None:
    wanted = {at for start, end in ranges for at in range(start, end)}
    found = merged(ranges)
    assert {at for start, end in found for at in range(start, end)} == wanted
    assert all(end < start for (_, end), (start, _) in pairwise(found))
    rest = [at for start, end in between(found, 0, 30) for at in range(start, end)]
    assert rest == sorted({*range(30)} - wanted)
