"""The code in R's serialization: calls, functions, promises and bytecode, on top of the items that are data."""

from __future__ import annotations

from typing import Final

from verifier.errors import Malformed
from verifier.formats._bounds import bounded
from verifier.formats._r.contents import Contents, Place
from verifier.formats._r.items import (
    BUILTIN,
    BYTECODE,
    CALL,
    CLOSURE,
    DOTS,
    HAS_ATTRIBUTES,
    NIL,
    PAIRS,
    PROMISE,
    REFERENCE,
    SPECIAL,
    SYMBOL,
    UNBOUND,
    Items,
)
from verifier.formats._r.streams import Stream

_HAS_TAG: Final = 1 << 10
_NAMES: Final = (SYMBOL, REFERENCE)
_DEFINED, _REPEATED, _ATTRIBUTED_CALL, _ATTRIBUTED_PAIRS = 244, 243, 240, 239
_NESTED: Final = frozenset({PAIRS, CALL, _DEFINED, _REPEATED, _ATTRIBUTED_CALL, _ATTRIBUTED_PAIRS})
"""How language stands among the constants of bytecode."""

_EVALUATED: Final = frozenset({"variables", "predvars"})
"""Attributes of a model's terms that `model.frame` evaluates (models.R of R's stats package)."""

_QUALIFIED: Final = ("::", ":::")


class Walk(Items):
    """A walk that notes what would run."""

    def __init__(self, stream: Stream, contents: Contents) -> None:
        super().__init__(stream, contents)
        self._computed: int | None = None
        self._kinds |= {
            **dict.fromkeys((PAIRS, CALL, DOTS), self._dotted),
            CLOSURE: self._closure,
            PROMISE: self._promise,
            BYTECODE: self._bytecode,
        }

    def _closure(self, flags: int, _place: Place) -> None:
        self._contents.functions.append(self._stream.position)
        bounded(self._contents.functions, "functions")
        self._push(self._item, Place.CODE)
        self._push(self._item, Place.CODE)
        if flags & _HAS_TAG:
            self._push(self._item, Place.DATA)
        self._attributes(flags)

    def _promise(self, flags: int, place: Place) -> None:
        self._push(self._value, place, self._stream.position)
        if flags & _HAS_TAG:
            self._push(self._item, Place.DATA)
        self._attributes(flags)

    def _value(self, place: Place, start: int) -> None:
        """The value of a promise, without which its code is still to run."""
        flags = self._flags()
        if flags & 0xFF == UNBOUND:
            self._push(self._waiting, place, start)
        else:
            self._push(self._item, Place.CODE)
            self._body(flags, place.inner)

    def _waiting(self, place: Place, start: int) -> None:
        flags = self._flags()
        if flags & 0xFF in (CALL, BYTECODE, PROMISE):
            self._contents.promised(place, start)
        self._body(flags, Place.PROMISE)

    def _dotted(self, flags: int, place: Place) -> None:
        self._push(self._pair, flags, place)
        self._attributes(flags)

    def _pair(self, flags: int, place: Place) -> None:
        """The rest of a cell of a list or call: its tag, what it holds, what follows."""
        tag = self._tag() if flags & _HAS_TAG else None
        if flags & 0xFF == CALL:
            self._call(Place.DATA if place in (Place.FRAME, Place.BOUND) else place)
        elif flags & 0xFF == DOTS:
            self._push(self._item, place)
            self._push(self._item, place)
        else:
            self._push(self._item, place if place is Place.FRAME else place.inner)
            self._push(self._item, Place.TERMS if tag in _EVALUATED and place is Place.DATA else place.inner)

    def _tag(self) -> str | None:
        flags = self._flags()
        if flags & 0xFF in _NAMES:
            return self._symbol(flags)
        if flags & 0xFF != NIL:
            raise Malformed("a tag is no name", self._stream.position)
        return None

    def _call(self, place: Place) -> None:
        """What is called, and its arguments."""
        start, flags = self._stream.position, self._flags()
        name = self._symbol(flags) if flags & 0xFF in _NAMES else None
        computed, self._computed = self._computed, None
        if name in _QUALIFIED:
            name = self._qualified()
        else:
            self._push(self._item, Place.TERMS if name == "~" and place is Place.DATA else place)
            if computed is not None:
                self._contents.called("", place, computed)
        if name is not None:
            self._contents.called(name, place, start)
        elif flags & 0xFF not in _NAMES:
            self._function(flags, place, start)

    def _function(self, flags: int, place: Place, start: int) -> None:
        """What is called, where it is no name: a call of `::` that is one after all, or something computed."""
        if flags & 0xFF == CALL and not flags & HAS_ATTRIBUTES:
            self._computed = start
        elif flags & 0xFF not in (CLOSURE, SPECIAL, BUILTIN):
            self._contents.called("", place, start)
        self._body(flags, place)

    def _qualified(self) -> str:
        """The two names behind `::`, as one."""
        names: list[str] = []
        while (flags := self._flags()) & 0xFF == PAIRS and len(names) < 2 and not flags & (HAS_ATTRIBUTES | _HAS_TAG):
            inner = self._flags()
            name = self._symbol(inner) if inner & 0xFF in _NAMES else None
            if name is None:
                raise Malformed("a qualified name holds something else than names", self._stream.position)
            names.append(name)
        if flags & 0xFF != NIL:
            raise Malformed("a qualified name does not end", self._stream.position)
        return "::".join(names)

    def _bytecode(self, flags: int, _place: Place) -> None:
        self._attributes(flags)
        if self._stream.integer() < 0:
            raise Malformed("bytecode has a negative number of repeated constants", self._stream.position)
        self._compiled()

    def _compiled(self) -> None:
        self._push(self._constants)
        self._push(self._item, Place.DATA)

    def _constants(self) -> None:
        self._push(self._constant, self._count())

    def _constant(self, left: int) -> None:
        if not left:
            return
        self._push(self._constant, left - 1)
        kind = self._stream.integer()
        if kind == BYTECODE:
            self._compiled()
        elif kind in _NESTED:
            self._language(kind, Place.CODE)
        else:
            flags = self._flags()
            if flags & 0xFF in _NAMES:
                self._contents.compiled.setdefault(self._symbol(flags) or "", self._stream.position)
                bounded(self._contents.compiled, "names in bytecode")
            else:
                self._body(flags, Place.CODE)

    def _language(self, kind: int, place: Place) -> None:
        """Language among constants, in which parts that repeat stand once."""
        self._stream.spend()
        if kind == _REPEATED:
            self._stream.integer()
            return
        if kind == _DEFINED:
            self._stream.integer()
            kind = self._stream.integer()
        if kind not in _NESTED:
            self._item(place)
            return
        self._push(self._rest, kind in (CALL, _ATTRIBUTED_CALL), place)
        if kind in (_ATTRIBUTED_CALL, _ATTRIBUTED_PAIRS):
            self._push(self._item, Place.DATA)

    def _rest(self, is_call: bool, place: Place) -> None:
        self._tag()
        self._push(self._next, place)
        kind = self._stream.integer()
        if kind in _NESTED:
            self._language(kind, place)
            return
        start, flags = self._stream.position, self._flags()
        if flags & 0xFF not in _NAMES:
            self._body(flags, place)
        elif (name := self._symbol(flags)) and is_call:
            self._contents.called(name, place, start)

    def _next(self, place: Place) -> None:
        self._language(self._stream.integer(), place)
