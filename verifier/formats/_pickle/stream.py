"""One walk over one pickle stream: bytes in, events out, nothing imported, nothing called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import BudgetExceeded
from verifier.formats._context import Budget
from verifier.formats._pickle import constants, containers, objects
from verifier.formats._pickle.events import Event, Refused, Summary
from verifier.formats._pickle.loop import run_common
from verifier.formats._pickle.machine import DEPTH, Machine
from verifier.formats._pickle.place import AfterBuild
from verifier.formats._pickle.window import BrokenStreamError, Window
from verifier.records import Reader

HELD: Final = 1 << 22
"""Values above the topmost mark, and in the memo, at which a walk is given up as too large."""

_TABLE: Final = {**constants.INSTRUCTIONS, **containers.INSTRUCTIONS, **objects.INSTRUCTIONS}
_INSTRUCTIONS: Final = tuple(_TABLE.get(code, objects.UNKNOWN_OPCODE) for code in range(256))


_FAILURES: Final = {
    IndexError: "takes more than the stack holds above the topmost mark",
    KeyError: "reads a memo index that was never set",
    UnicodeDecodeError: "holds text that is not UTF-8",
}


class PickleStream:
    """A strict reader and symbolic machine for protocols 0 to 5.

    Iterate once over the instance for the events, in order, each handed out at the moment it happens; then read
    `summary`. Walk again at `summary.end` for the next stream. Whatever any CPython unpickler would import or call is
    among the events, or there is a Refusal.

    Args:
        reader: over the artifact; read in blocks, out-of-line payloads are skipped by their length and never read.
        start: offset of the stream's first byte.
        budget: charged one step an opcode.
        end: offset at which the stream's bytes end; None is the artifact's end.
        after_build: see AfterBuild.

    Raises (while iterating):
        BudgetExceeded: too many opcodes, too late, or too many values at once.
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
        self._budget = budget
        window = Window(reader, reader.size if end is None else end)
        self._machine = Machine(window, self.summary, after_build)

    def __iter__(self) -> Iterator[Event]:
        """The events."""
        machine, summary = self._machine, self.summary
        while not machine.done:
            before = summary.operations
            try:
                self._enter_block()
                yield from self._walk_block()
            except BrokenStreamError as error:
                machine.refuse(error.message, error.reason)
                machine.at, machine.done = machine.op_at, True
            yield from machine.out
            machine.out.clear()
            self._budget.spend_steps(summary.operations - before + 1)
        summary.end = min(machine.at, machine.window.end)
        summary.complete = summary.stopped and machine.refusals == 0

    def _enter_block(self) -> None:
        """Leaves the frame that has ended, looks at what has piled up, and moves the window."""
        machine = self._machine
        if 0 <= machine.frame_end <= machine.at:
            machine.frame_end = -1
        if len(machine.marked) > DEPTH:
            raise BrokenStreamError(Refused.EXHAUSTING, f"comes after {len(machine.marked)} open marks")
        if len(machine.stack) > HELD or len(machine.memo) > HELD:
            raise BudgetExceeded(f"a pickle stream holds more than {HELD} values at once")
        machine.window.move(machine.at)

    def _walk_block(self) -> Iterator[Event]:
        """Walks while the window and the frame last, at least one opcode."""
        machine = self._machine
        window, out, frame_end = machine.window, machine.out, machine.frame_end
        safe, held = window.base + window.safe, window.base + window.held
        if frame_end >= 0:
            safe, held = min(safe, frame_end), min(held, frame_end)
        try:
            while machine.frame_end == frame_end and not machine.done:
                run_common(machine, held)
                if machine.at >= safe:
                    break
                machine.op_at = machine.at
                machine.opcode = window.data[machine.at - window.base]
                machine.at += 1
                _INSTRUCTIONS[machine.opcode](machine)
                self.summary.operations += 1
                if out:
                    yield from out
                    out.clear()
        except (IndexError, KeyError, UnicodeDecodeError) as error:
            raise BrokenStreamError(Refused.MALFORMED, _FAILURES[type(error)]) from error
