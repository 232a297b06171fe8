"""How the bytes of a file that holds structure and numbers are accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from verifier.formats._ranges import Range, between, merged
from verifier.records import Coverage, CoverageState

_LARGE: Final = 256
"""Bytes of numbers that stand as a range of their own."""

_MOST: Final = 1000
"""Ranges told apart in one file."""


def accounted(name: str, how: str, payloads: Iterable[Range], end: int, reason: str) -> Iterator[Coverage]:
    """Coverage of the bytes before `end`: structure that was inspected, and payloads between it.

    Args:
        name: of the artifact.
        how: the module that says so.
        payloads: ranges that were proven to be read as numbers and nothing else.
        end: the byte behind what the module answers for.
        reason: what the payloads are.
    """
    data = merged(part for part in payloads if part[1] - part[0] >= _LARGE)
    if len(data) > _MOST:
        reason = f"{reason}, in {len(data)} places, with structure between them that was inspected"
        yield Coverage(name, CoverageState.DATA, reason, how, 0, end)
        return
    for start, stop in between(data, 0, end):
        yield Coverage(name, CoverageState.INSPECTED, "", how, start, stop - start)
    for start, stop in data:
        yield Coverage(name, CoverageState.DATA, reason, how, start, stop - start)
