"""Sets of bytes as ordered ranges `(start, end)`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Range = tuple[int, int]


def merged(ranges: Iterable[Range]) -> list[Range]:
    """The same bytes as ordered ranges that do not touch; empty ones are left out."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif end > start:
            found.append((start, end))
    return found


def between(ranges: Iterable[Range], start: int, end: int) -> Iterator[Range]:
    """What ordered ranges leave of a whole."""
    for first, last in ranges:
        if first > start:
            yield start, first
        start = max(start, last)
    if start < end:
        yield start, end
