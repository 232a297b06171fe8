"""What a commit id commits to, asked of the hub over git's own protocol, version 2 (gitprotocol-v2(5)).

One request brings the commit and its trees; their ids follow from their bytes, so that nothing of it is the server's
word. The files themselves are left out where the server can do so (`filter`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from huggingface_hub import constants

from verifier.errors import Malformed
from verifier.records import visible
from verifier.records.git import FOLDER, SUBMODULE, entries
from verifier.sources import packs, web
from verifier.sources.base import MAX_FILES

PATIENCE = web.Patience(attempts=1, stall=10.0, grace=10.0)
"""How long a hub is borne with for what can be done without."""

MOST_BYTES = 32 << 20
"""Bytes of a pack; one without files has about 60 a file."""

MAX_DEPTH = 64
"""Folders inside of one another."""

_TYPE: Final = "application/x-git-upload-pack"
_DELIMITER, _FLUSH = b"0001", b"0000"
_PACK, _ERROR = 1, 3


def committed(identity: str, commit: str) -> dict[str, str]:
    """Path to git blob id of every file of a commit; submodules are left out.

    Args:
        identity: hub id.
        commit: 40 hex digits.

    Raises:
        SourceError: the hub does not answer, or not with that commit.
        Malformed: what it answers with is none of git's.
    """
    try:
        pack = _fetch(identity, commit, "filter blob:none\n")
    except Malformed:  # a server that knows no filters refuses the request
        pack = _fetch(identity, commit)
    try:
        found = packs.objects(pack)
        files = dict(islice(_files(_root(commit, found), "", found, MAX_DEPTH), MAX_FILES + 1))
    except ValueError as error:
        raise Malformed(str(error)) from error
    if len(files) > MAX_FILES:
        raise Malformed(f"the commit has more than {MAX_FILES} files")
    return files


def _fetch(identity: str, commit: str, *arguments: str) -> bytes:
    """The pack that holds the commit alone, without those it builds on."""
    asked = (*arguments, "deepen 1\n", "no-progress\n", f"want {commit}\n", "done\n")
    content = _line("command=fetch\n") + _DELIMITER + b"".join(map(_line, asked)) + _FLUSH
    headers = {"content-type": f"{_TYPE}-request", "accept": f"{_TYPE}-result", "git-protocol": "version=2"}
    url = f"{constants.ENDPOINT}/{identity}/git-upload-pack"
    subject = f"the commit of {identity}"
    answer = web.post(url, content, headers, subject=subject, limit=MOST_BYTES, patience=PATIENCE)
    return b"".join(_packed(answer.body))


def _line(text: str) -> bytes:
    return b"%04x%s" % (len(text) + 4, text.encode())


def _packed(answer: bytes) -> Iterator[bytes]:
    """The pieces of the pack in an answer: what follows the line `packfile`, in the first of three channels."""
    begun = False
    for line in _lines(answer):
        if line.startswith(b"ERR ") or (begun and line[:1] == bytes([_ERROR])):
            raise Malformed(f"the server says: {visible(line[1:].decode('utf-8', 'replace').strip(), 100)}")
        if begun and line[:1] == bytes([_PACK]):
            yield line[1:]
        begun = begun or line == b"packfile\n"
    if not begun:
        raise Malformed("the server answers with no pack of git")


def _lines(answer: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(answer):
        try:
            length = int(answer[at : at + 4], 16)
        except ValueError:
            raise Malformed("the server does not speak git's protocol") from None
        if length >= 4:
            yield answer[at + 4 : at + length]
        at += max(length, 4)


def _root(commit: str, found: dict[str, tuple[str, bytes]]) -> str:
    kind, body = found.get(commit, ("", b""))
    if kind != "commit" or not body.startswith(b"tree ") or body[45:46] != b"\n":
        raise ValueError("the server answers with another commit")
    return body[5:45].decode("ascii")


def _files(tree: str, folder: str, found: dict[str, tuple[str, bytes]], depth: int) -> Iterator[tuple[str, str]]:
    kind, body = found.get(tree, ("", b""))
    if kind != "tree" or not depth:
        raise ValueError(f"the folder '{visible(folder)}' of the commit is not in the server's answer")
    for mode, name, child in entries(body):
        path = folder + name.decode()
        if mode == FOLDER:
            yield from _files(child, f"{path}/", found, depth - 1)
        elif mode != SUBMODULE:
            yield path, child
