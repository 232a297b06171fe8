"""Whether bytes are plain text."""

from __future__ import annotations

import codecs
from collections.abc import Iterable

_BINARY = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b"))
"""Control characters that stand in no text."""

_DECODERS = {encoding: codecs.getincrementaldecoder(encoding) for encoding in ("utf-8", "utf-16")}


def is_text(head: bytes, pieces: Iterable[bytes], *, whole: bool = True) -> bool:
    """UTF-8, or UTF-16 with its mark, without control characters; nothing is text too.

    Args:
        head: the first bytes, in which the mark would be.
        pieces: all bytes, in order.
        whole: the text ends with the last piece; else it may stop within a character.
    """
    encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
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
