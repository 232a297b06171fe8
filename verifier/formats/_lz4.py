"""The LZ4 frame format (lz4_Frame_format.md 1.6.2, lz4_Block_format.md), which the standard library cannot decode.

Checksums are not verified, since that needs xxHash: a reader that verifies them refuses some of what is decoded here.
"""

from __future__ import annotations

from typing import Final

_WINDOW: Final = 64 << 10
"""How far back a match can reach."""

_BLOCK_SIZES: Final = {4: 64 << 10, 5: 256 << 10, 6: 1 << 20, 7: 4 << 20}
"""Bytes a block may decode to, by its code in the frame descriptor."""

_STORED: Final = 1 << 31


class Lz4Decoder:
    """Decodes one frame; see `_codecs.Decoder`. Holds at most one block, as it is stored and decoded."""

    def __init__(self) -> None:
        self.needs_input = True
        self._input = bytearray()
        self._output = bytearray()
        self._history = b""
        self._flags = self._largest = 0
        self._ended = False

    @property
    def eof(self) -> bool:
        """Whether the end of the frame was decoded."""
        return self._ended and not self._output

    @property
    def unused_data(self) -> bytes:
        """What was fed behind the end of the frame."""
        return bytes(self._input) if self._ended else b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Decodes.

        Raises:
            ValueError: this is no LZ4 frame, or a broken one.
        """
        self._input += data
        going = True
        while going and not self._ended and not self._output:
            going = self._block() if self._largest else self._header()
        piece = bytes(self._output[:max_length])
        del self._output[:max_length]
        self.needs_input = not self._output and not self._ended and not going
        return piece

    def _header(self) -> bool:
        """Takes the frame descriptor off the input; False where more is needed."""
        if len(self._input) < 6:
            return False
        magic, flags, sizes = bytes(self._input[:4]), self._input[4], self._input[5]
        if magic != b"\x04\x22\x4d\x18" or flags & 0xC2 != 0x40 or sizes & 0x8F:
            raise ValueError("this is no LZ4 frame")
        if flags & 1:
            raise ValueError("the LZ4 frame needs a dictionary")
        length = 15 if flags & 8 else 7
        if len(self._input) < length:
            return False
        if sizes >> 4 not in _BLOCK_SIZES:
            raise ValueError("the LZ4 frame has a block size that is none")
        self._flags, self._largest = flags, _BLOCK_SIZES[sizes >> 4]
        del self._input[:length]
        return True

    def _block(self) -> bool:
        """Decodes the next block; False where more is needed."""
        if len(self._input) < 4:
            return False
        word = int.from_bytes(self._input[:4], "little")
        if not word:
            end = 8 if self._flags & 4 else 4
            self._ended = len(self._input) >= end
            del self._input[: end if self._ended else 0]
            return self._ended
        size = word & (_STORED - 1)
        end = 4 + size + (4 if self._flags & 0x10 else 0)
        if size > self._largest:
            raise ValueError(f"an LZ4 block has {size} bytes, more than the {self._largest} it decodes to at most")
        if len(self._input) < end:
            return False
        block = bytes(self._input[4 : 4 + size])
        del self._input[:end]
        linked = not self._flags & 0x20
        decoded = block if word & _STORED else _decoded(block, self._history, self._largest)
        self._history = (self._history + decoded)[-_WINDOW:] if linked else b""
        self._output += decoded
        return True


def _decoded(block: bytes, history: bytes, largest: int) -> bytes:
    """What a block decodes to, `largest` bytes at most."""
    out = bytearray(history)
    limit = len(history) + largest
    at, end = 0, len(block)
    while at < end:
        token = block[at]
        length, at = _length(block, at + 1, token >> 4)
        if at + length > end or len(out) + length > limit:
            raise ValueError("an LZ4 block has literals beyond its end")
        out += block[at : at + length]
        at += length
        if at == end:
            return bytes(out[len(history) :])
        distance = int.from_bytes(block[at : at + 2], "little")
        length, at = _length(block, at + 2, token & 15)
        length += 4
        if not 0 < distance <= len(out) or len(out) + length > limit:
            raise ValueError("an LZ4 block has a match out of its bounds")
        start = len(out) - distance
        if distance >= length:
            out += out[start : start + length]
        else:
            out += (out[start:] * (length // distance + 1))[:length]
    raise ValueError("an LZ4 block does not end in literals")


def _length(block: bytes, at: int, length: int) -> tuple[int, int]:
    """A length whose first four bits are given, and the offset behind the rest of it."""
    more = 255 if length == 15 else 0
    while more == 255:
        if at >= len(block):
            raise ValueError("an LZ4 block ends in a length")
        more = block[at]
        length += more
        at += 1
    return length, at
