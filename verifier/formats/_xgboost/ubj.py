"""UBJSON as XGBoost writes and reads it: lengths are 64-bit, arrays say how long they are, objects do not.

Source: ubjson.org, and src/common/json.cc (UBJReader, UBJWriter). Arrays of floating-point numbers are passed over.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from typing import Any, Final, overload

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._cursor import Cursor
from verifier.formats._ranges import Range

_DEEPEST: Final = 32
"""Values within values; models have nine."""

_MOST: Final = 1 << 22
"""Values that do not stand in typed arrays; as many as of JSON."""

_LONGEST: Final = 1 << 20
"""Bytes of a text."""

_INTEGERS: Final = {"i": "b", "U": "B", "I": "h", "l": "i", "L": "q"}
_FLOATS: Final = {"d": 4, "D": 8}
_CONSTANTS: Final = {"Z": None, "T": True, "F": False}


class Floats(Sequence[float]):
    """Numbers that were not read, and how many there are."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> float: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[float]: ...

    def __getitem__(self, index: int | slice) -> float | Sequence[float]:
        raise Malformed("floating-point numbers stand where whole ones must")


class Document:
    """A document under way.

    Args:
        cursor: big-endian, at its beginning.

    `payloads` are the ranges of numbers that were passed over.
    """

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._values = 0
        self.payloads: list[Range] = []

    def read(self) -> Any:
        """The document's value.

        Raises:
            Malformed: it is no such document.
            BudgetExceeded: too deep, or too many values.
        """
        return self._value(self._marker(), 0)

    def _marker(self) -> str:
        return self._cursor.take(1).decode("latin-1")

    def _value(self, marker: str, depth: int) -> Any:
        self._cursor.spend()
        self._values += 1
        if self._values > _MOST or depth > _DEEPEST:
            raise BudgetExceeded(f"the document holds more than {_MOST} values, or nests more than {_DEEPEST} deep")
        if marker in _CONSTANTS:
            return _CONSTANTS[marker]
        if marker in _INTEGERS:
            return self._cursor.number(_INTEGERS[marker])
        if marker in _FLOATS:
            self._cursor.skip(_FLOATS[marker])
            return 0.0
        if marker == "S":
            return self._text()
        if marker not in "{[":
            raise Malformed("a value is of no known type", self._cursor.position - 1)
        return self._object(depth) if marker == "{" else self._array(depth)

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while (marker := self._marker()) != "}":
            if marker != "L":
                raise Malformed("a key has no length", self._cursor.position - 1)
            key = self._text(read=True)
            if key in found:
                raise Malformed("a key stands twice in an object", self._cursor.position)
            found[key] = self._value(self._marker(), depth + 1)
        return found

    def _array(self, depth: int) -> Sequence[Any]:
        marker = self._marker()
        if marker == "$":
            kind = self._marker()
            self._expect("#")
            return self._numbers(kind, self._length())
        if marker == "#":
            return [self._value(self._marker(), depth + 1) for _ in range(self._length())]
        found: list[Any] = []
        while marker != "]":
            found.append(self._value(marker, depth + 1))
            marker = self._marker()
        return found

    def _numbers(self, kind: str, count: int) -> Sequence[Any]:
        start = self._cursor.position
        if kind in _FLOATS:
            self._cursor.skip(count * _FLOATS[kind])
            self.payloads.append((start, self._cursor.position))
            return Floats(count)
        if kind not in _INTEGERS:
            raise Malformed("an array is of no known type", start)
        found: array[int] = array(_INTEGERS[kind])
        found.frombytes(self._cursor.take(count * found.itemsize))
        if sys.byteorder == "little":
            found.byteswap()
        return found

    def _text(self, *, read: bool = False) -> str:
        if not read:
            self._expect("L")
        length = self._cursor.number("q")
        if not 0 <= length <= _LONGEST:
            raise Malformed("a text is longer than any", self._cursor.position)
        return self._cursor.take(length).decode("utf-8", "backslashreplace")

    def _length(self) -> int:
        self._expect("L")
        length = self._cursor.number("q")
        if length < 0:
            raise Malformed("an array has a negative length", self._cursor.position)
        return length

    def _expect(self, marker: str) -> None:
        if self._marker() != marker:
            raise Malformed(f"`{marker}` is expected", self._cursor.position - 1)
