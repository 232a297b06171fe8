"""Git's objects, as far as a commit id commits to files (gitformat-pack(5), git-lfs pointer specification, version 1).

Ids are SHA-1, so that whoever can make two objects of one id can make two models of one commit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

SUBMODULE = "160000"
FOLDER = "40000"
"""Modes of a tree's entries that are no files."""

PROOF = "commit-proof"
"""Key of a snapshot's metadata: whether the listing is the one its commit commits to, as `verified: why`."""


def object_id(kind: str, body: bytes) -> str:
    """The id of an object, 40 hex digits.

    Args:
        kind: `blob`, `tree` or `commit`.
        body: its bytes, without header.
    """
    return hashlib.sha1(b"%s %d\0" % (kind.encode(), len(body)) + body, usedforsecurity=False).hexdigest()


def pointer_to(sha256: str, size: int) -> bytes:
    """What git keeps in place of a file that LFS keeps."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


def entries(tree: bytes) -> Iterator[tuple[str, bytes, str]]:
    """Mode, name and object id of each entry of a tree.

    Raises:
        ValueError: it is no tree.
    """
    at = 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        mode, space, name = tree[at:end].partition(b" ")
        at = end + 21
        if not space or not name or at > len(tree):
            raise ValueError("an entry of a tree is cut off")
        yield mode.decode("ascii"), name, tree[end + 1 : at].hex()
