"""A moving window over the bytes of a stream."""

from __future__ import annotations

from verifier.formats._pickle.events import Refused
from verifier.records import Reader

MARGIN = 260
"""Bytes the window holds from any opcode on that is read from it directly: opcode, length byte, 255 bytes, and some."""

LINE = 4096
"""Most bytes of a text operand other than a string's."""

_FIRST_BLOCK, _LAST_BLOCK = 16 << 10, 256 << 10


class BrokenStreamError(Exception):
    """The walk cannot go on.

    Args:
        reason: what kind of refusal it is.
        message: what was seen.
    """

    def __init__(self, reason: Refused, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def truncated() -> BrokenStreamError:
    """The bytes end inside an operand, or where an opcode is due."""
    return BrokenStreamError(Refused.TRUNCATED, "the bytes end before the stream does")


class Window:
    """Blocks of a Reader up to `end`, padded with `MARGIN` zero bytes (no opcode is zero) where they end.

    Args:
        reader: over the artifact.
        end: offset of the first byte that does not belong to the stream any more.

    Attributes:
        data: the block.
        base: offset of its first byte.
        held: bytes of `data` that are the artifact's.
        safe: bytes of `data` at which an opcode may start.
    """

    def __init__(self, reader: Reader, end: int) -> None:
        self.data = b""
        self.base = 0
        self.held = self.safe = 0
        self.end = min(end, reader.size)
        self._reader = reader
        self._block = _FIRST_BLOCK

    def move(self, offset: int) -> None:
        """Makes `offset` a place where an opcode may start. Blocks grow while the moves are small."""
        if self.base <= offset < self.base + self.safe:
            return
        near = self.base <= offset < self.base + len(self.data)
        self._block = min(self._block * 2, _LAST_BLOCK) if near else _FIRST_BLOCK
        self.data = self._reader.read_at(offset, min(self._block, max(0, self.end - offset)))
        self.base = offset
        self.held = len(self.data)
        if offset + self.held >= self.end:
            self.safe = self.held + 1
            self.data += bytes(MARGIN)
        else:
            self.safe = max(1, self.held - MARGIN)

    def take(self, offset: int, length: int) -> bytes:
        """Exactly the bytes of an operand.

        Raises:
            BrokenStreamError: they end before.
        """
        if offset + length > self.end:
            raise truncated()
        start = offset - self.base
        piece = self.data[start : start + length] if start >= 0 else b""
        return piece if len(piece) == length else self._reader.read_at(offset, length)

    def line(self, offset: int) -> bytes:
        """A text operand without its newline.

        Raises:
            BrokenStreamError: there is no newline, or none within `LINE` bytes.
        """
        start = offset - self.base
        stop = self.data.find(b"\n", start, start + LINE)
        if stop >= 0:
            return self.data[start:stop]
        piece = self._reader.read_at(offset, max(0, min(LINE, self.end - offset)))
        stop = piece.find(b"\n")
        if stop >= 0:
            return piece[:stop]
        if len(piece) < LINE:
            raise truncated()
        raise BrokenStreamError(Refused.MALFORMED, f"has a text operand of more than {LINE} bytes")

    def line_length(self, offset: int) -> int:
        """Bytes up to the next newline, however far.

        Raises:
            BrokenStreamError: there is no newline.
        """
        start = offset - self.base
        stop = self.data.find(b"\n", start)
        if stop >= 0:
            return stop - start
        at = offset
        while at < self.end:
            piece = self._reader.read_at(at, min(_LAST_BLOCK, self.end - at))
            stop = piece.find(b"\n")
            if stop >= 0:
                return at + stop - offset
            at += len(piece)
        raise truncated()
