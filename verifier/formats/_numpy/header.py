"""The header of a `.npy` file (numpy/lib/format.py, "Format Version 1.0" to "3.0")."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import ClassVar

from verifier.errors import Malformed
from verifier.formats._numpy.dtypes import Dtype, Literal, from_descr
from verifier.records import Reader, visible

MAGIC = b"\x93NUMPY"

_ENCODING = {(1, 0): "latin1", (2, 0): "latin1", (3, 0): "utf-8"}
_MAX_HEADER = 64 << 10
"""Bytes of header read: structured dtypes of thousands of fields stay below; numpy stops at 10,000 by default."""
_MAX_DIMENSIONS = 64
"""NPY_MAXDIMS of numpy 2."""
_MAX_DEPTH = 80
"""Brackets inside brackets: two for each nested structured dtype, and some."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says.

    Args:
        dtype: of the items.
        shape: extents.
        body: offset of the first byte after the header.
    """

    dtype: Dtype
    shape: tuple[int, ...]
    body: int

    @property
    def count(self) -> int:
        """Items in the array."""
        return math.prod(self.shape)


def read_header(reader: Reader) -> Header:
    """Reads and checks the header.

    Raises:
        Malformed: it is not one numpy writes.
    """
    prefix = reader.read_at(0, 12)
    version = (prefix[6], prefix[7]) if len(prefix) > 7 else (0, 0)
    if prefix[:6] != MAGIC or version not in _ENCODING:
        raise Malformed(f"version {version[0]}.{version[1]} of the .npy format is unknown", 6)
    start = 10 if version == (1, 0) else 12
    length = int.from_bytes(prefix[8:start], "little")
    if length > _MAX_HEADER:
        raise Malformed(f"the header claims {length} bytes; numpy writes far fewer", 8)
    raw = reader.read_at(start, length)
    if len(prefix) < start or len(raw) < length:
        raise Malformed(f"the header claims {length} bytes, more than the file holds", 8)
    try:
        text = raw.decode(_ENCODING[version])
    except UnicodeDecodeError as error:
        raise Malformed("the header is not UTF-8 text", start + error.start) from None
    return _checked(_Parser(text, start).document(), start + length)


def _checked(document: Literal, body: int) -> Header:
    if not isinstance(document, dict) or set(document) != {"descr", "fortran_order", "shape"}:
        raise Malformed("the header is not a dictionary of descr, fortran_order and shape", 10)
    if type(document["fortran_order"]) is not bool:
        raise Malformed(f"fortran_order is {visible(repr(document['fortran_order']))}, not a truth value", 10)
    shape = document["shape"]
    if not isinstance(shape, tuple) or len(shape) > _MAX_DIMENSIONS:
        raise Malformed(f"shape is {visible(repr(shape))}, not a tuple of extents", 10)
    extents = tuple(extent for extent in shape if type(extent) is int)
    if len(extents) != len(shape):
        raise Malformed(f"shape is {visible(repr(shape))}, not a tuple of extents", 10)
    return Header(from_descr(document["descr"]), extents, body)


class _Parser:
    """Reads the one Python literal of a header: text, whole numbers, True, False, tuples, lists and a dictionary.

    Expressions, comments, prefixes and other number forms are refused: `repr` writes none. Python 2 wrote `3L`.
    """

    _TOKEN = re.compile(
        r"""[ \n]*(?:(?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|(?P<number>0|[1-9][0-9]{0,18})L?(?![\w.])"""
        r"""|(?P<word>True|False|None)(?!\w)|(?P<mark>[()\[\]{}:,]))"""
    )
    _ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)")
    _PLAIN: ClassVar = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"'}

    def __init__(self, text: str, offset: int) -> None:
        self._text = text
        self._offset = offset
        self._at = 0
        self._depth = 0

    def document(self) -> Literal:
        value = self._value()
        if self._text[self._at :].strip(" \n"):
            raise self._malformed()
        return value

    def _malformed(self) -> Malformed:
        seen = visible(self._text[self._at : self._at + 40])
        return Malformed(f"the header is not a literal numpy writes, at {seen!r}", self._offset + self._at)

    def _next(self) -> re.Match[str]:
        match = self._TOKEN.match(self._text, self._at)
        if match is None:
            raise self._malformed()
        self._at = match.end()
        return match

    def _peek(self) -> str | None:
        match = self._TOKEN.match(self._text, self._at)
        return match["mark"] if match else None

    def _value(self) -> Literal:
        token = self._next()
        if token["text"] is not None:
            return self._unquoted(token["text"][1:-1])
        if token["number"] is not None:
            return int(token["number"])
        if token["word"] is not None:
            return {"True": True, "False": False, "None": None}[token["word"]]
        self._depth += 1
        if self._depth > _MAX_DEPTH or token["mark"] not in "([{":
            raise self._malformed()
        value = self._collection(token["mark"])
        self._depth -= 1
        return value

    def _collection(self, opening: str) -> Literal:
        if opening == "{":
            return self._dictionary()
        closing = {"(": ")", "[": "]"}[opening]
        items: list[Literal] = []
        commas = 0
        while self._peek() != closing:
            items.append(self._value())
            if self._peek() == closing:
                break
            self._expect(",")
            commas += 1
        self._expect(closing)
        if opening == "[":
            return items
        if len(items) == 1 and not commas:
            raise self._malformed()
        return tuple(items)

    def _dictionary(self) -> dict[str, Literal]:
        found: dict[str, Literal] = {}
        while self._peek() != "}":
            key = self._value()
            if not isinstance(key, str) or key in found:
                raise self._malformed()
            self._expect(":")
            found[key] = self._value()
            if self._peek() != "}":
                self._expect(",")
        self._expect("}")
        return found

    def _expect(self, mark: str) -> None:
        if self._next()["mark"] != mark:
            raise self._malformed()

    def _unquoted(self, text: str) -> str:
        return self._ESCAPE.sub(self._unescaped, text) if "\\" in text else text

    def _unescaped(self, match: re.Match[str]) -> str:
        code = match[1]
        if len(code) > 1:
            number = int(code[1:], 16)
            if number > 0x10FFFF:
                raise self._malformed()
            return chr(number)
        if code not in self._PLAIN:
            raise self._malformed()
        return self._PLAIN[code]
