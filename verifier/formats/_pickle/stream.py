"""One walk over one pickle stream: bytes in, events out, nothing imported, nothing called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from verifier.formats._context import Budget
from verifier.formats._pickle.events import Build, Event, Summary
from verifier.records import Reader

AfterBuild: TypeAlias = Callable[[Build, int], int]
"""Given a BUILD and the offset after its opcode, the offset at which the stream goes on (joblib puts raw arrays in between)."""


class PickleStream:
    """A strict reader and symbolic machine for protocols 0 to 5.

    Iterate once over the instance for the events, in order, each handed out at the moment it happens; then read `summary`. Walk
    again at `summary.end` for the next stream. Whatever any CPython unpickler would import or call is among the events, or there
    is a Refusal.

    Args:
        reader: over the artifact; read in blocks, out-of-line payloads are skipped by their length and never read.
        start: offset of the stream's first byte.
        budget: charged one step an opcode.
        end: offset at which the stream's bytes end; None is the artifact's end.
        after_build: see AfterBuild.

    Raises (while iterating):
        BudgetExceeded: too many opcodes, or too late.
        SourceError: the reader's.
    """

    def __init__(
        self,
        reader: Reader,
        start: int,
        budget: Budget,
        *,
        end: int | None = None,
        after_build: AfterBuild | None = None,
    ) -> None:
        self.summary = Summary(start, start)
        self._reader = reader
        self._budget = budget
        self._end = reader.size if end is None else end
        self._after_build = after_build

    def __iter__(self) -> Iterator[Event]:
        """The events."""
        raise NotImplementedError
