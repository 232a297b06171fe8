"""Git's own protocol, version 2 (gitprotocol-v2(5)): a commit and its trees, so that clients can check a listing.

Files are left out, whatever is asked for: clients ask for them by `resolve`.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence

from verifier.gateway.refusal import Refusal
from verifier.gateway.repository import Commit

RESULT = "application/x-git-upload-pack-result"
"""Media type of an answer."""

LIMIT = 64 << 10
"""Bytes a request may have."""

_WANT = re.compile(rb"want ([0-9a-f]{40})\n?")
_KINDS = {"commit": 1, "tree": 2}
_PIECE = 65_000
"""Bytes of the pack a line carries; a line has at most 65,520."""


def wanted(body: bytes) -> str:
    """The commit a `fetch` asks for.

    Raises:
        Refusal: it is another command, or asks for none or for several.
    """
    found = _WANT.findall(body)
    if b"command=fetch" not in body or len(found) != 1:
        raise Refusal(400, "", "This server answers git's command fetch, of version 2, for one commit.")
    return str(found[0].decode("ascii"))


def answer(commit: Commit) -> bytes:
    """The lines that bring the commit and all of its trees, without those it builds on.

    Raises:
        Refusal: the commit was made elsewhere.
    """
    if not commit.objects:
        raise Refusal(404, "", "This server serves files of the commit, and not git's objects.")
    pack = _pack(commit.objects)
    lines = [b"shallow-info\n", b"shallow %s\n" % commit.id.encode()]
    pieces = [b"\1" + pack[at : at + _PIECE] for at in range(0, len(pack), _PIECE)]
    return b"".join([*map(_line, lines), b"0001", _line(b"packfile\n"), *map(_line, pieces), b"0000"])


def _line(content: bytes) -> bytes:
    return b"%04x%s" % (len(content) + 4, content)


def _pack(objects: Sequence[tuple[str, bytes]]) -> bytes:
    parts = [b"PACK", (2).to_bytes(4, "big"), len(objects).to_bytes(4, "big")]
    for kind, body in objects:
        parts += [bytes(_head(_KINDS[kind], len(body))), zlib.compress(body)]
    pack = b"".join(parts)
    return pack + hashlib.sha1(pack, usedforsecurity=False).digest()


def _head(kind: int, size: int) -> Iterator[int]:
    """Kind and size of an object: four bits of the size, then seven to a byte."""
    byte, size = kind << 4 | size & 15, size >> 4
    while size:
        yield byte | 0x80
        byte, size = size & 0x7F, size >> 7
    yield byte
