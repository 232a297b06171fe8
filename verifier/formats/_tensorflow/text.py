"""From a graph written as text to findings, facts and coverage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.errors import Malformed
from verifier.formats import Context, Yield
from verifier.formats._tensorflow.judge import judged_operators
from verifier.formats._text import is_text, read_whole
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Reader

MAX_BYTES: Final = 64 << 20
"""Bytes of text that are read; graphs with weights are not written as text."""

_TOKEN: Final = re.compile(
    rb"""(?P<space>(?:\s++|\#[^\n]*+)++)
    |(?P<text>"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+')
    |(?P<word>[\w.+-]++)
    |[][{}<>:;,/]""",
    re.DOTALL | re.VERBOSE,
)
"""Possessive throughout, so that no text makes the matcher keep what it could go back to."""

_HEX: Final = rb"[0-9a-fA-F]"
_ESCAPE: Final = re.compile(rb"\\(?:([0-7]{1,3})|[xX](%b{1,2})|u(%b{4})|U(%b{8})|(.))" % (_HEX, _HEX, _HEX), re.DOTALL)
_LETTERS: Final = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_MAX_DEPTH: Final = 100


def inspect_text_graph(artifact: Artifact, reader: Reader, context: Context, how: str) -> Iterator[Yield]:
    """Finds the operators, wherever they stand."""
    raw = read_whole(reader, context.budget, MAX_BYTES)
    if not is_text(raw[:4], [raw]):
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no text", how)
        return
    operators: dict[str, int] = {}
    functions: set[str] = set()
    gap = ""
    try:
        for path, value, offset in texts(raw):
            name = value.decode("utf-8", "backslashreplace")
            if path[-1] == b"op":
                operators.setdefault(name, offset)
            elif path[-2:] == (b"signature", b"name"):
                functions.add(name)
    except Malformed as error:
        gap = f"it is read up to byte {error.offset}: {error.message}"
    yield from judged_operators(artifact, how, operators, functions)
    yield Fact("graph-operators", len(operators), Evidence(artifact.name, f"{len(operators)} operators", how, 0))
    yield Coverage(artifact.name, CoverageState.PARTIAL if gap else CoverageState.INSPECTED, gap, how)


def texts(raw: bytes) -> Iterator[tuple[tuple[bytes, ...], bytes, int]]:
    """Fields that hold text: the names that lead there, the text, and where it begins.

    Raises:
        Malformed: the text is no message.
    """
    path: list[bytes] = []
    word, start = b"", -1
    value = bytearray()
    for token in _tokens(raw):
        if token.lastgroup == "text":
            start = token.start() if start < 0 else start
            value += _unescaped(token[0][1:-1])
            continue
        if start >= 0:
            yield (*path, word), bytes(value), start
            value, start = bytearray(), -1
        if token.lastgroup == "word":
            word = token[0]
        elif token[0] in b"{<" and len(path) < _MAX_DEPTH:
            path.append(word)
        elif token[0] in b"}>" and path:
            word = path.pop()
        elif token[0] in b"{<}>":
            raise Malformed("messages are nested too deeply, or end without a beginning", token.start())
    if start >= 0:
        yield (*path, word), bytes(value), start
    if path:
        raise Malformed("a message does not end", len(raw))


def _tokens(raw: bytes) -> Iterator[re.Match[bytes]]:
    """Tokens one behind the other, without what stands between them."""
    at = 0
    while at < len(raw):
        token = _TOKEN.match(raw, at)
        if token is None:
            raise Malformed("it is no message written as text", at)
        at = token.end()
        if token.lastgroup != "space":
            yield token


def _unescaped(text: bytes) -> bytes:
    return _ESCAPE.sub(_character, text) if b"\\" in text else text


def _character(match: re.Match[bytes]) -> bytes:
    """The bytes an escape stands for."""
    octal, short, four, eight, letter = match.groups()
    if octal:
        return bytes([int(octal, 8) & 0xFF])
    if short:
        return bytes([int(short, 16)])
    if four or eight:
        code = int(four or eight, 16)
        return chr(code).encode("utf-8", "replace") if code < 0x110000 else b"?"
    return _LETTERS.get(letter, letter)
