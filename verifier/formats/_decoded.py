"""Bounded decompression, as a Reader."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import IO

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._codecs import BROKEN, Codec, Decoder
from verifier.formats._context import Budget
from verifier.formats._readers import CHUNK
from verifier.records import Reader

FEED = 32 << 10
"""Compressed bytes handed to a decoder at once: what one request for a member's local header brings with it."""

SPOOL = 4 << 20
"""Decoded bytes of one stream kept in memory; more go to a temporary file."""

LIVE = 12
"""Streams of one thread that may hold a decoder and a spool at a time; more than containers can nest (Limits.depth)."""


class Decoded:
    """A Reader over what a compressed stream decodes to.

    Bytes are decoded once, forwards, only as far as they are asked for, and kept in a spool. What precedes a defect is
    readable; a read at or behind it raises Malformed where a size was promised, and finds the end of the bytes else.

    Args:
        reader: over the compressed bytes.
        codec: how to decode them.
        budget: charged for every byte produced.
        size: decoded bytes as a container declares them; nothing behind them is lent. None decodes everything to know.
    """

    def __init__(self, reader: Reader, codec: Codec, budget: Budget, size: int | None = None) -> None:
        self._reader = reader
        self._codec = codec
        self._budget = budget
        self._declared = size
        self._state: _State | None = None
        self._failure: str | None = None
        self._end: tuple[int, int] | None = None

    @property
    def size(self) -> int:
        """Bytes as declared, or else as decoded.

        Raises:
            BudgetExceeded, SourceError: as reading does.
        """
        return self.finish()[0] if self._declared is None else self._declared

    def read_at(self, offset: int, length: int) -> bytes:
        """The decoded bytes of that range, as far as there are any.

        Raises:
            BudgetExceeded: decoding would pass a limit.
            Malformed: the range begins at or behind a defect.
        """
        if self._declared is not None:
            length = min(length, self._declared - offset)
        if length <= 0:
            return b""
        state = self._reach(offset + length)
        if self._declared is not None and offset >= state.produced:
            raise Malformed(self._failure or "the compressed stream ends before its declared size", state.fed)
        state.spool.seek(offset)
        return state.spool.read(min(length, max(0, state.produced - offset)))

    def finish(self) -> tuple[int, int]:
        """Decodes everything: bytes produced (at most one more than declared), compressed bytes used.

        Raises:
            BudgetExceeded: decoding would pass a limit.
        """
        if self._end is None:
            state = self._reach(None if self._declared is None else self._declared + 1)
            self._end = state.produced, state.fed
        return self._end

    @property
    def failure(self) -> str | None:
        """What is wrong with the stream as far as it was decoded; complete after `finish`."""
        return self._failure

    def _reach(self, target: int | None) -> _State:
        state = _live.touch(self)
        while not state.ended and (target is None or state.produced < target):
            try:
                state.advance(self._reader, self._codec, self._budget)
            except BROKEN as error:
                if state.step > 1:
                    state.slow_down(self._reader, self._codec)
                    continue
                self._failure = f"the {self._codec.name} stream is broken: {error}"
                state.ended = True
            else:
                self._failure = state.failure(self._codec) if state.ended else None
        return state

    def open_state(self) -> _State:
        """The state of decoding, begun again where it was let go."""
        if self._state is None:
            self._state = _State(self._codec.start())
            weakref.finalize(self._state, self._state.spool.close)
        return self._state

    def release(self) -> None:
        """Lets go of decoder and spool; the next read begins again (and is charged again)."""
        if self._state is not None:
            self._state.spool.close()
            self._state = None


class _State:
    """A decoder under way."""

    def __init__(self, decoder: Decoder) -> None:
        self.decoder = decoder
        self.spool: IO[bytes] = SpooledTemporaryFile(SPOOL)  # noqa: SIM115 - closed by release or finalize
        self.produced = 0
        self.fed = 0
        self.step = CHUNK
        self.ended = False
        self.truncated = False

    def advance(self, reader: Reader, codec: Codec, budget: Budget) -> None:
        """Feeds and drains the decoder once, or begins the next of several concatenated streams."""
        if self.decoder.eof:
            self._next_stream(reader, codec)
            return
        data = reader.read_at(self.fed, FEED) if self.decoder.needs_input else b""
        if self.decoder.needs_input and not data:
            self.ended = self.truncated = True
            return
        self.fed += len(data)
        piece = self.decoder.decompress(data, self.step)
        budget.spend_expanded(len(piece), len(data))
        budget.spend_steps(1)
        self._keep(piece)

    def slow_down(self, reader: Reader, codec: Codec) -> None:
        """Begins again up to what was produced, then goes byte by byte, losing at most one byte before a defect.

        A decoder that fails gives nothing of what the same call decoded; a loader that asks for less at a time gets it.
        """
        goal, self.produced, self.fed, self.step = self.produced, 0, 0, 1
        self.decoder = codec.start()
        while self.produced < goal:
            if self.decoder.eof:
                self._next_stream(reader, codec)
                continue
            data = reader.read_at(self.fed, FEED) if self.decoder.needs_input else b""
            self.fed += len(data)
            self.produced += len(self.decoder.decompress(data, min(CHUNK, goal - self.produced)))

    def failure(self, codec: Codec) -> str | None:
        """What was wrong at the end."""
        return f"the {codec.name} stream is cut short" if self.truncated else None

    def _keep(self, piece: bytes) -> None:
        self.spool.seek(self.produced)
        try:
            self.spool.write(piece)
        except OSError as error:
            raise BudgetExceeded(f"there is no room on disk for what it decompresses to: {error}") from error
        self.produced += len(piece)

    def _next_stream(self, reader: Reader, codec: Codec) -> None:
        self.fed -= len(self.decoder.unused_data)
        follows = reader.read_at(self.fed, len(codec.again)) if codec.again else b""
        if follows and follows == codec.again:
            self.decoder = codec.start()
        else:
            self.ended = True


class _Live(threading.local):
    """The streams of this thread that hold a decoder and a spool, least recently used first."""

    def __init__(self) -> None:
        self.streams: OrderedDict[int, Callable[[], Decoded | None]] = OrderedDict()

    def touch(self, stream: Decoded) -> _State:
        """The stream's state, at the price of that of the least recently used one."""
        self.streams[id(stream)] = weakref.ref(stream)
        self.streams.move_to_end(id(stream))
        while len(self.streams) > LIVE:
            oldest = self.streams.popitem(last=False)[1]()
            if oldest is not None:
                oldest.release()
        return stream.open_state()


_live = _Live()
