"""Whether bytes are plain text, and text that is read whole."""

from __future__ import annotations

import codecs
from collections.abc import Iterable

from verifier.errors import BudgetExceeded
from verifier.formats._context import Budget, Probe
from verifier.records import Reader

_BINARY = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b"))
"""Control characters that stand in no text."""

_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_DECODERS = {encoding: codecs.getincrementaldecoder(encoding) for encoding in ("utf-8", "utf-16")}


def is_text(head: bytes, pieces: Iterable[bytes], *, whole: bool = True) -> bool:
    """UTF-8, or UTF-16 with its mark, without control characters; nothing is text too.

    Args:
        head: the first bytes, in which the mark would be.
        pieces: all bytes, in order.
        whole: the text ends with the last piece; else it may stop within a character.
    """
    encoding = "utf-16" if head.startswith(_MARKS) else "utf-8"
    decoder = _DECODERS[encoding]()
    try:
        for piece in pieces:
            text = decoder.decode(piece)
            plain = piece if encoding == "utf-8" else text.encode("utf-8", "surrogatepass")
            if len(plain.translate(None, _BINARY)) != len(plain):
                return False
        decoder.decode(b"", whole)
    except UnicodeDecodeError:
        return False
    return True


def begins_as_text(probe: Probe) -> bool:
    """Whether what recognition sees is text."""
    return is_text(probe.head, [probe.head], whole=len(probe.head) == probe.size)


def read_whole(reader: Reader, budget: Budget, limit: int) -> bytes:
    """All bytes of what is parsed as one text, at a step for every ten.

    Raises:
        BudgetExceeded: there are more than `limit`.
    """
    if reader.size > limit:
        raise BudgetExceeded(f"it has {reader.size} bytes, more than the {limit} that are parsed")
    budget.spend_steps(1 + reader.size // 10)
    return reader.read_at(0, reader.size)


def text_of(raw: bytes) -> str | None:
    """What bytes say, without the mark of their encoding; None where they are no text."""
    if not is_text(raw[:4], [raw]):
        return None
    return raw.decode("utf-16" if raw.startswith(_MARKS) else "utf-8-sig")
