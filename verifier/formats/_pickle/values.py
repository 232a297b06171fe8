"""What a pickle stream puts on the machine's stack, as far as it can be known without running anything.

Constants are plain Python: `None`, `bool`, `int`, `float` and `str`. Everything else is one of the classes below.
Values are never hashed, compared by content or shown by `repr` (a stream can nest them without bound): compare types,
and show them with `rendering.render`.
Containers change while the stream runs; events are handed out at the moment they happen, so look at values then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias, Union

TRACKED = 64
"""Elements of a container that are kept although they are plain; callables, results and the like are always kept."""

TEXT_LIMIT = 4096
"""Bytes of UTF-8 up to which a text constant is a `str`; a longer one is a `LongText`."""

SHORT = 64
"""Bytes of a bytes constant up to which its content is kept."""


class LongText:
    """A text constant that was not decoded.

    Args:
        offset: of its first byte in the artifact.
        length: bytes.
        escaped: it stands there in raw-unicode-escape (UNICODE of protocol 0), else in UTF-8.
    """

    __slots__ = ("escaped", "length", "offset")

    def __init__(self, offset: int, length: int, *, escaped: bool = False) -> None:
        self.offset, self.length, self.escaped = offset, length, escaped


class Bytes:
    """A constant of raw bytes, which was not copied.

    Args:
        kind: `bytes`, `bytearray`, or `str` for a Python 2 string that is not ASCII (the loader decides).
        offset: of its first byte in the artifact; of its quoted form where `escaped`.
        length: bytes as they stand in the artifact.
        escaped: the bytes stand there as the text of a quoted Python literal (STRING of protocol 0).
        content: the bytes themselves, decoded, where there are few (`SHORT`); else None.
    """

    __slots__ = ("content", "escaped", "kind", "length", "offset")

    def __init__(
        self, kind: str, offset: int, length: int, *, escaped: bool = False, content: bytes | None = None
    ) -> None:
        self.content = content
        self.kind = kind
        self.offset = offset
        self.length = length
        self.escaped = escaped


class BigInt:
    """An integer of more than 255 bytes.

    Args:
        offset: of its first byte in the artifact.
        length: bytes.
    """

    __slots__ = ("length", "offset")

    def __init__(self, offset: int, length: int) -> None:
        self.offset = offset
        self.length = length


class Container(list["Value"]):
    """Base of the builtin containers: the list of the elements that are kept, in order, and what is known of the rest.

    Kept are the first `TRACKED`, and every later one that is not plain. A Dict keeps key and value by turns, and all
    that was put in together with what is not plain. It is a list because streams make them by the million.

    Attributes:
        surplus: elements that were put in and not kept.
        dropped: names of the kinds of those, as `kind_of` gives them.
        depth: containers inside, the longest way, as it was when each was put in.
        inner: weight of the containers inside; saturates at `HEAVY`.
        plain: holds constants and plain containers only.
    """

    kind = "container"
    surplus = 0
    dropped: frozenset[str] = frozenset()
    depth = 1
    inner = 0
    plain = True
    __match_args__ = ("items",)
    __eq__ = object.__eq__
    __hash__ = object.__hash__  # type: ignore[assignment] # by identity, as all values

    def __init__(self, values: Sequence[Value] = ()) -> None:
        super().__init__()
        if values:
            self.add(values)

    @property
    def items(self) -> list[Value]:
        """The elements that are kept."""
        return self

    @property
    def size(self) -> int:
        """Elements put in, a Dict's keys and values both counted."""
        return len(self) + self.surplus

    @property
    def weight(self) -> int:
        """Elements that walking the whole value visits, shared ones again and again; saturates at `HEAVY`."""
        return min(HEAVY, 1 + self.size + self.inner)

    def add(self, values: Sequence[Value]) -> None:
        """Puts elements in; plain ones beyond `TRACKED` leave only their kind."""
        plain = all_constants(values) or self._enclose(values)
        room = max(0, TRACKED - len(self))
        if len(values) <= room or (not plain and self.kind == "dict"):
            self.extend(values)
            return
        rest = values[room:]
        self.extend(values[:room])
        dropped = rest if plain else [value for value in rest if _is_plain(value)]
        if not plain:
            self.extend(value for value in rest if not _is_plain(value))
        self.surplus += len(dropped)
        self.dropped |= _kinds(dropped)

    def _enclose(self, values: Sequence[Value]) -> bool:
        """Takes over what the containers among the elements hold; whether all elements are plain."""
        depth, inner, plain = self.depth, self.inner, True
        for value in values:
            if isinstance(value, Container):
                if value.depth >= depth:
                    depth = value.depth + 1
                inner += 1 + len(value) + value.surplus + value.inner
                plain = plain and value.plain
            elif type(value) not in PLAIN:
                plain = False
        self.depth, self.inner = depth, min(HEAVY, inner)
        self.plain = self.plain and plain
        return plain


class Tuple(Container):
    """A tuple."""

    kind = "tuple"


class List(Container):
    """A list."""

    kind = "list"


class Dict(Container):
    """A dict; a key set twice is kept twice."""

    kind = "dict"

    def pairs(self) -> Iterator[tuple[Value, Value]]:
        """The kept keys with their values (plain pairs beyond the tracked ones are missing, see `dropped`)."""
        return zip(self[::2], self[1::2], strict=False)


class Set(Container):
    """A set."""

    kind = "set"


class FrozenSet(Container):
    """A frozenset."""

    kind = "frozenset"


class Global:
    """What an import opcode names.

    Args:
        module: module, after the Python 2 names were mapped as `fix_imports` does below protocol 3.
        name: attribute, dotted where the stream walks attributes (protocol 4 and later).
        written: module and name as the stream writes them.
    """

    __slots__ = ("module", "name", "written")
    __match_args__ = ("module", "name")

    def __init__(self, module: str, name: str, written: tuple[str, str] | None = None) -> None:
        self.module = module
        self.name = name
        self.written = written or (module, name)

    @property
    def path(self) -> str:
        """`module.name`, for messages; two different globals may read alike."""
        return f"{self.module}.{self.name}"


class Result:
    """What a call or construction returned, and everything later done to it.

    Args:
        callee: what was called; a class for the uses `new` and `inst`.
        args: positional arguments, a Tuple unless the stream computed them.
        use: as in `events.Call`.
    """

    __slots__ = ("args", "callee", "use")
    __match_args__ = ("callee", "args")

    def __init__(self, callee: Value, args: Value, use: str) -> None:
        self.callee = callee
        self.args = args
        self.use = use


class Persistent:
    """What the loader's `persistent_load` makes of an id."""

    __slots__ = ("id",)
    __match_args__ = ("id",)

    def __init__(self, id: Value) -> None:  # noqa: A002
        self.id = id


class Extension:
    """What the loading process registered under a `copyreg` extension code."""

    __slots__ = ("code",)
    __match_args__ = ("code",)

    def __init__(self, code: int) -> None:
        self.code = code


class Unknown:
    """A value that cannot be known, as an out-of-band buffer or what a broken stream left."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<unknown>"


Value: TypeAlias = Union[
    bool, int, float, str, LongText, Bytes, BigInt, Container, Global, Result, Persistent, Extension, Unknown, None
]
"""Anything on the stack or in the memo."""

HEAVY = 1 << 40
"""Weight at which counting stops."""

PLAIN = frozenset({type(None), bool, int, float, str, LongText, Bytes, BigInt})
"""Types of constants, which do nothing wherever they are put."""

UNKNOWN = Unknown()


def _is_plain(value: Value) -> bool:
    return type(value) in PLAIN or (isinstance(value, Container) and value.plain)


def all_constants(values: Sequence[Value]) -> bool:
    """Whether there are no others among them."""
    return PLAIN.issuperset(map(type, values))


_KINDS: dict[type, str] = {
    type(None): "none",
    LongText: "str",
    BigInt: "int",
    **{kind: kind.__name__ for kind in (bool, int, float, str)},
    **{kind: kind.kind for kind in (Tuple, List, Dict, Set, FrozenSet)},
}


def kind_of(value: Value) -> str:
    """What a value is in a word: `none`, `bool`, `int`, `float`, `str`, `bytes`, or its class in lower case."""
    return value.kind if isinstance(value, Bytes) else _KINDS.get(type(value)) or type(value).__name__.lower()


def _kinds(values: Sequence[Value]) -> set[str]:
    """Of constants and containers, type by type: there may be millions of them."""
    types = set(map(type, values))
    if Bytes in types:
        return {*map(kind_of, values)}
    return {_KINDS[kind] for kind in types}
