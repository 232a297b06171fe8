"""The data in R's serialization, item for item, without recursion; values of vectors are passed over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._bounds import bounded
from verifier.formats._r.contents import Contents, Place
from verifier.formats._r.streams import Stream, text_length

SYMBOL, PAIRS, CLOSURE, PROMISE, CALL, DOTS, BYTECODE = 1, 2, 3, 5, 6, 17, 21
REFERENCE, NIL, UNBOUND = 255, 254, 252
SPECIAL, BUILTIN = 7, 8
_ENVIRONMENT, _CHARS, _STRINGS, _LIST, _EXPRESSION = 4, 9, 16, 19, 20
_POINTER, _WEAK, _S4 = 22, 23, 25
_NAMESPACE, _PACKAGE, _PERSISTENT, _LAZY = 249, 248, 247, 238
_SINGLETONS: Final = frozenset({241, 242, 250, 251, UNBOUND, 253, NIL})
_INTEGERS: Final = 13
_WIDTHS: Final = {10: (1, 4), _INTEGERS: (1, 4), 14: (1, 8), 15: (2, 8), 24: (1, 1)}
"""Numbers an element of a vector has, and their width (SEXPTYPE: logical, integer, real, complex, raw)."""

HAS_ATTRIBUTES: Final = 1 << 9
_DEEPEST: Final = 100_000
"""Items that may be open at once; R gives up at some ten thousand (R_CStackLimit)."""

_LONGEST_NAME: Final = 10_000
"""Bytes of a symbol (MAXIDSIZE of R)."""


class Items:
    """A walk over one stream, behind its header.

    Args:
        stream: what is read.
        contents: where things are noted.
    """

    def __init__(self, stream: Stream, contents: Contents) -> None:
        self._stream = stream
        self._contents = contents
        self._references: list[str | None] = []
        self._stack: list[tuple[Any, ...]] = []
        self._kinds: dict[int, Callable[[int, Place], object]] = {
            **dict.fromkeys(_WIDTHS, self._vector),
            **dict.fromkeys((_LIST, _EXPRESSION), self._list),
            **dict.fromkeys((_NAMESPACE, _PACKAGE, _PERSISTENT), self._named),
            **dict.fromkeys((_POINTER, _WEAK), self._pointer),
            **dict.fromkeys((SPECIAL, BUILTIN), self._primitive),
            SYMBOL: self._name,
            REFERENCE: self._name,
            _ENVIRONMENT: self._environment,
            _CHARS: self._chars,
            _STRINGS: self._strings,
            _LAZY: self._lazy,
            _S4: self._attributes,
        }

    def run(self) -> None:
        """Walks to the end of the outermost item.

        Raises:
            Malformed: the stream is broken.
            BudgetExceeded: it nests too deeply, or holds too much.
        """
        self._push(self._item, Place.DATA)
        while self._stack:
            if len(self._stack) > _DEEPEST:
                raise BudgetExceeded(f"more than {_DEEPEST} items are open at once")
            step, *arguments = self._stack.pop()
            step(*arguments)

    def _push(self, step: Callable[..., None], *arguments: object) -> None:
        self._stack.append((step, *arguments))

    def _flags(self) -> int:
        self._stream.spend()
        return self._stream.integer() & 0xFFFFFFFF

    def _item(self, place: Place) -> None:
        self._body(self._flags(), place)

    def _body(self, flags: int, place: Place) -> None:
        kind = flags & 0xFF
        if kind in _SINGLETONS:
            return
        if kind not in self._kinds:
            raise Malformed(f"an item is of the unknown type {kind}", self._stream.position)
        self._kinds[kind](flags, place)

    def _attributes(self, flags: int, _place: Place = Place.DATA) -> None:
        if flags & HAS_ATTRIBUTES:
            self._push(self._item, Place.DATA)

    def _count(self) -> int:
        """A length; long vectors have theirs in two numbers."""
        count = self._stream.integer()
        if count == -1:
            count = (self._stream.integer() << 32) + (self._stream.integer() & 0xFFFFFFFF)
        if count < 0:
            raise Malformed("a vector has a negative length", self._stream.position)
        return count

    def _chars(self, flags: int, _place: Place = Place.DATA) -> bytes:
        return self._stream.text(text_length(flags, self._stream.integer(), self._stream.position))

    def _strings(self, flags: int, _place: Place) -> None:
        self._attributes(flags)
        self._stream.texts(self._count())

    def _vector(self, flags: int, _place: Place) -> None:
        self._attributes(flags)
        each, width = _WIDTHS[flags & 0xFF]
        count = self._count()
        start = self._stream.position
        self._stream.numbers(each * count, width)
        self._contents.payloads.append((start, self._stream.position))
        bounded(self._contents.payloads, "vectors")

    def _list(self, flags: int, place: Place) -> None:
        self._attributes(flags)
        if flags & 0xFF == _EXPRESSION:
            place = Place.CODE
        self._push(self._elements, self._count(), place if place is Place.FRAME else place.inner)

    def _elements(self, left: int, place: Place) -> None:
        if left:
            self._push(self._elements, left - 1, place)
            self._item(place)

    def _symbol(self, flags: int) -> str | None:
        """The name a symbol or a reference to one stands for; None of anything else that can be referred to."""
        if flags & 0xFF == SYMBOL:
            name = self._chars(self._flags())
            if len(name) > _LONGEST_NAME:
                raise Malformed("a symbol is longer than any", self._stream.position)
            self._refer(name.decode("utf-8", "backslashreplace"))
            return self._references[-1]
        index = flags >> 8 or self._stream.integer()
        if not 0 < index <= len(self._references):
            raise Malformed("a reference leads to nothing", self._stream.position)
        return self._references[index - 1]

    def _refer(self, name: str | None = None) -> None:
        self._references.append(name)
        bounded(self._references, "symbols and environments")

    def _name(self, flags: int, _place: Place) -> None:
        self._symbol(flags)

    def _named(self, _flags: int, _place: Place) -> None:
        """A namespace or package of the reader's, or a persistent name."""
        if self._stream.integer():
            raise Malformed("a list of names has names itself", self._stream.position)
        self._stream.texts(self._count())
        self._refer()

    def _environment(self, _flags: int, _place: Place) -> None:
        self._stream.integer()
        self._refer()
        for place in (Place.DATA, Place.FRAME, Place.FRAME, Place.DATA):
            self._push(self._item, place)

    def _pointer(self, flags: int, _place: Place) -> None:
        self._refer()
        self._attributes(flags)
        if flags & 0xFF == _POINTER:
            self._push(self._item, Place.DATA)
            self._push(self._item, Place.DATA)

    def _primitive(self, flags: int, _place: Place) -> None:
        self._attributes(flags)
        place, name = self._stream.position, self._stream.text(max(0, self._stream.integer()))
        self._contents.builtins.setdefault(name[:200].decode("utf-8", "backslashreplace"), place)
        bounded(self._contents.builtins, "primitives")

    def _lazy(self, _flags: int, place: Place) -> None:
        """A vector in a class's own shape: what it is, its state, its attributes."""
        self._push(self._item, Place.DATA)
        self._push(self._item, place.inner)
        at = self._stream.position
        names: list[str] = []
        while (flags := self._flags()) & 0xFF == PAIRS and len(names) < 3:
            inner = self._flags()
            if inner & 0xFF not in (SYMBOL, REFERENCE, _INTEGERS):
                break
            if inner & 0xFF in (SYMBOL, REFERENCE):
                names.append(self._symbol(inner) or "")
            else:
                self._vector(_INTEGERS, place)
        if flags & 0xFF != NIL or len(names) != 2:
            raise Malformed("a vector does not say of which class it is", at)
        self._contents.lazy.setdefault((names[1], names[0]), at)
        bounded(self._contents.lazy, "classes of vectors")
