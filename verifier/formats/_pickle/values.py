"""What a pickle stream puts on the machine's stack, as far as it can be known without running anything.

Constants are plain Python: `None`, `bool`, `int`, `float` and `str`. Everything else is one of the classes below.
Values are never hashed, compared by content or shown by `repr` (a stream can nest them without bound): compare types,
and show them with `render`.
Containers change while the stream runs; events are handed out at the moment they happen, so look at values then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, Union

from verifier.records import visible

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


class Container:
    """Base of the builtin containers.

    Args:
        items: the elements that are kept, in order: the first `TRACKED`, and every later one that is not plain. A Dict
            keeps key and value by turns, and all that was put in together with what is not plain.
        size: elements put in, a Dict's keys and values both counted; more than `len(items)` where some were dropped.
        dropped: names of the kinds of the dropped elements, as `kind_of` gives them.
        depth: containers inside, the longest way, as it was when each was put in.
        weight: elements that walking the whole value visits, shared ones again and again; saturates at `HEAVY`.
        plain: holds constants and plain containers only.
    """

    __slots__ = ("depth", "dropped", "items", "plain", "size", "weight")
    kind = "container"
    __match_args__ = ("items",)

    def __init__(self, items: list[Value]) -> None:
        self.items: list[Value] = []
        self.size = 0
        self.dropped: frozenset[str] = frozenset()
        self.depth = 1
        self.weight = 1
        self.plain = True
        if items:
            self.add(items)

    def add(self, values: list[Value]) -> None:
        """Puts elements in; plain ones beyond `TRACKED` leave only their kind."""
        self.size += len(values)
        self.weight += len(values)
        room = TRACKED - len(self.items)
        tight = self.kind == "dict" and room < len(values)
        whole = tight and not all(type(v) in PLAIN or (isinstance(v, Container) and v.plain) for v in values)
        for value in values:
            if type(value) in PLAIN:
                droppable = True
            elif isinstance(value, Container):
                self.depth = max(self.depth, value.depth + 1)
                self.weight += value.weight
                droppable = value.plain
                self.plain = self.plain and droppable
            else:
                droppable = self.plain = False
            if room > 0 or whole or not droppable:
                self.items.append(value)
                room -= 1
            else:
                self.dropped |= {kind_of(value)}
        self.weight = min(self.weight, HEAVY)


class Tuple(Container):
    """A tuple."""

    __slots__ = ()
    kind = "tuple"


class List(Container):
    """A list."""

    __slots__ = ()
    kind = "list"


class Dict(Container):
    """A dict; a key set twice is kept twice."""

    __slots__ = ()
    kind = "dict"

    def pairs(self) -> Iterator[tuple[Value, Value]]:
        """The kept keys with their values (plain pairs beyond the tracked ones are missing, see `dropped`)."""
        return zip(self.items[::2], self.items[1::2], strict=False)


class Set(Container):
    """A set."""

    __slots__ = ()
    kind = "set"


class FrozenSet(Container):
    """A frozenset."""

    __slots__ = ()
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

_KINDS: dict[type, str] = {type(None): "none", LongText: "str", BigInt: "int"}


def kind_of(value: Value) -> str:
    """What a value is in a word: `none`, `bool`, `int`, `float`, `str`, `bytes`, or its class in lower case."""
    if isinstance(value, (Container, Bytes)):
        return value.kind
    return _KINDS.get(type(value)) or type(value).__name__.lower()


def render(value: Value, depth: int = 3, width: int = 6) -> str:
    """A value as a person reads it: short, escaped, one line, at most `depth` deep and `width` elements wide."""
    if isinstance(value, Container):
        return _render_container(value, depth, width)
    if isinstance(value, Result):
        return (render(value.callee, depth - 1, width) if depth > 0 else "…") + "(…)"
    if isinstance(value, Persistent):
        return f"persistent({render(value.id, depth - 1, width) if depth > 0 else '…'})"
    return visible(_render_leaf(value), 80)


def _render_leaf(value: Value) -> str:
    if isinstance(value, Global):
        return value.path
    if isinstance(value, (LongText, Bytes, BigInt)):
        content = value.content if isinstance(value, Bytes) else None
        return f"<{kind_of(value)} of {value.length} bytes>" if content is None else repr(content)
    if isinstance(value, Extension):
        return f"extension({value.code})"
    if isinstance(value, int) and value.bit_length() > 128:
        return f"<int of {value.bit_length()} bits>"
    return repr(value[:81] if isinstance(value, str) else value)


_BRACKETS = {"tuple": ("(", ")"), "list": ("[", "]"), "dict": ("{", "}"), "set": ("{", "}"), "frozenset": ("{", "}")}


def _render_container(value: Container, depth: int, width: int) -> str:
    left, right = _BRACKETS[value.kind]
    if depth <= 0 or not value.size:
        return left + ("…" if value.size else "") + right
    step = 2 if isinstance(value, Dict) else 1
    shown = [render(item, depth - 1, width) for item in value.items[: width * step]]
    parts = [": ".join(shown[at : at + step]) for at in range(0, len(shown), step)]
    if value.size > len(shown):
        parts.append("…")
    comma = "," if isinstance(value, Tuple) and value.size == 1 else ""
    return left + ", ".join(parts) + comma + right
