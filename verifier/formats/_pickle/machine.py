"""The symbolic machine's state, and what all its instructions share."""

from __future__ import annotations

from verifier.formats._pickle.events import Event, Oddity, Refusal, Refused, Summary
from verifier.formats._pickle.opcodes import name_of
from verifier.formats._pickle.place import AfterBuild
from verifier.formats._pickle.values import UNKNOWN, Container, Value
from verifier.formats._pickle.window import BrokenStreamError, Window

REFUSALS = 32
"""Refusals of one stream after which the walk ends."""

DEPTH = 10_000
"""Containers inside containers, or open marks; picklers recurse, and by default stop near 1,000."""

WEIGHT = 1 << 32
"""Elements a value may seem to hold when shared parts are counted wherever they occur."""

KEY_WEIGHT = 1 << 24
"""The same for a key, which is hashed, element by element, at every use."""

MEMO_SLACK = 1 << 20
"""How far an index may lie beyond what has been memoized: the C machine allocates up to the highest index."""


class Machine:
    """The state of one walk; instructions read and change it.

    Attributes:
        window: the bytes.
        at: offset in the artifact of the next byte an instruction reads.
        op_at: offset of the opcode being executed.
        opcode: the opcode being executed.
        stack: values above the topmost mark.
        marked: the stacks below, one for each open mark.
        memo: index to value.
        out: events of the instruction just executed.
        protocol: as the last PROTO opcode said.
        frame_end: offset at which the open frame ends; -1 outside frames.
        done: nothing is left to walk.
        wasted: constants pushed and thrown away.
    """

    __slots__ = (
        "after_build",
        "at",
        "done",
        "frame_end",
        "marked",
        "memo",
        "odd",
        "op_at",
        "opcode",
        "out",
        "protocol",
        "refusals",
        "stack",
        "summary",
        "wasted",
        "window",
    )

    def __init__(self, window: Window, summary: Summary, after_build: AfterBuild | None) -> None:
        self.window = window
        self.summary = summary
        self.after_build = after_build
        self.at = self.op_at = summary.start
        self.opcode = 0
        self.stack: list[Value] = []
        self.marked: list[list[Value]] = []
        self.memo: dict[int, Value] = {}
        self.out: list[Event] = []
        self.protocol = 0
        self.frame_end = -1
        self.done = False
        self.refusals = self.wasted = 0
        self.odd: set[str] = set()

    def take(self, length: int) -> bytes:
        """The next bytes of the operand.

        Raises:
            BrokenStreamError: they end before.
        """
        start = self.pass_over(length)
        return self.window.take(start, length)

    def pass_over(self, length: int) -> int:
        """Where the next bytes of the operand start, which one read of an unpickler takes.

        Python's machine fails where a read goes over the end of a frame; the C machine, reading from a file without
        `peek`, drops what is left of the frame (CPython issue 154848).
        """
        start = self.at
        self.at += length
        if start < self.frame_end < self.at:
            self.refuse("goes over the end of its frame, where unpicklers disagree about what follows")
        return start

    def number(self, length: int) -> int:
        """The next little-endian unsigned number."""
        return int.from_bytes(self.take(length), "little")

    def skip(self, length: int) -> int:
        """Passes over a payload and returns where it starts.

        Raises:
            BrokenStreamError: it is longer than what is left.
        """
        left = max(0, self.window.end - self.at)
        if length > left:
            raise BrokenStreamError(Refused.TRUNCATED, f"claims {length} bytes where {left} are left")
        return self.pass_over(length)

    def line(self) -> bytes:
        """The next text operand, without its newline."""
        piece = self.window.line(self.at)
        self.pass_over(len(piece) + 1)
        return piece

    def refuse(self, message: str, reason: Refused = Refused.MALFORMED, offset: int | None = None) -> None:
        """Refuses the stream at the current opcode, or at `offset`; the walk goes on."""
        self.refusals += 1
        if self.refusals <= REFUSALS:
            place = self.op_at if offset is None else offset
            self.out.append(Refusal(place, reason, f"{name_of(self.opcode)} {message}"))
        else:
            self.done = True

    def note(self, message: str) -> None:
        """Notes what no pickler writes, once for a stream."""
        if message not in self.odd:
            self.odd.add(message)
            self.out.append(Oddity(self.op_at, f"{name_of(self.opcode)} {message}"))

    def pop_mark(self) -> list[Value]:
        """The values above the topmost mark, which is taken away.

        Raises:
            IndexError: there is no mark.
        """
        values = self.stack
        self.stack = self.marked.pop()
        return values

    def replace(self, count: int, value: Value) -> None:
        """Puts a value in the place of the topmost `count`.

        Raises:
            IndexError: there are fewer.
        """
        if len(self.stack) < count:
            raise IndexError
        if count:
            self.stack[-count:] = [value]
        else:
            self.stack.append(value)

    def push(self, container: Container) -> None:
        """Pushes a container that has just been filled, unless it is out of all proportion."""
        self.stack.append(self.weighed(container))

    def weighed(self, container: Container) -> Value:
        """The container, or `UNKNOWN` with a refusal where it is out of all proportion."""
        if container.depth <= DEPTH and container.weight <= WEIGHT:
            return container
        self.check(container)
        return UNKNOWN

    def check(self, container: Container) -> None:
        """Refuses a container that is out of all proportion."""
        if container.depth > DEPTH:
            self.refuse(f"nests containers more than {DEPTH} deep", Refused.EXHAUSTING)
        if container.weight > WEIGHT:
            self.refuse("makes a value that expands without bound", Refused.EXHAUSTING)

    def remember(self, index: int) -> None:
        """Memoizes the topmost value.

        Raises:
            IndexError: there is none.
        """
        value = self.stack[-1]
        if index in self.memo:
            self.note("uses a memo index again")
        elif index > len(self.memo) + MEMO_SLACK:
            self.refuse(f"memoizes under index {index}, far beyond what is memoized", Refused.EXHAUSTING)
        self.memo[index] = value

    def recall(self, index: int) -> None:
        """Pushes a memoized value.

        Raises:
            KeyError: nothing is memoized there.
        """
        self.stack.append(self.memo[index])
