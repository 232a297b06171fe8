"""How the elements of containers are held against patterns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

from verifier.formats._pickle.values import Bytes, Container, Dict, FrozenSet, Global, List, Result, Set, Tuple, Value

ELEMENTS: Final = 10_000
"""Elements of one container that are held against a pattern; one with more does not match."""


class Scope(Protocol):
    """What a pattern asks about symbols."""

    def path_of(self, value: Global) -> str:
        """The symbol's path as the registry spells it."""

    def class_of(self, value: Result) -> str:
        """Path of the class of a result; empty where it is not known."""

    def is_listed(self, value: Global, use: str, shape: str = "") -> bool:
        """Whether a symbol is listed for `import` or `new`, in that shape if one is given; true for unknown symbols."""

    def in_shape(self, value: Result, shape: str) -> bool:
        """Whether a result is an instance of a class listed in that shape, or of an unknown one."""


Pattern: TypeAlias = Callable[[Value, Scope], bool]
"""Whether a value is what genuine picklers write."""


def all_match(value: Value, options: list[Pattern], scope: Scope) -> bool:
    """Whether all elements of a container match; keys and values of a dict the first and the second pattern.

    Dropped elements are constants and plain containers; of a dict it is not known which were keys.
    """
    if not isinstance(value, Container) or len(value) > ELEMENTS:
        return False
    if value.dropped and not all(_dropped_matches(kind, options, scope) for kind in value.dropped):
        return False
    width = 2 if isinstance(value, Dict) else 1
    return all(option(item, scope) for at, option in enumerate(options[:width]) for item in value[at::width])


def _dropped_matches(kind: str, options: list[Pattern], scope: Scope) -> bool:
    samples = _SAMPLES.get(kind, ())
    return any(option(sample, scope) for sample in samples for option in options)


_SAMPLES: Final[dict[str, tuple[Value, ...]]] = {
    "none": (None,),
    "bool": (True,),
    "int": (0,),
    "float": (0.0,),
    "str": ("",),
    "bytes": (Bytes("bytes", 0, 0),),
    "bytearray": (Bytes("bytearray", 0, 0),),
    "tuple": (Tuple([]),),
    "list": (List([]),),
    "dict": (Dict([]),),
    "set": (Set([]),),
    "frozenset": (FrozenSet([]),),
}
"""A value of each kind, which stands for those that were dropped."""


def entries_match(value: Value, entries: dict[str, Pattern], scope: Scope) -> bool:
    """Whether a value is a dict of some of these entries and no others."""
    if not isinstance(value, Dict) or len(value.items) != value.size:
        return False
    return all(isinstance(key, str) and key in entries and entries[key](entry, scope) for key, entry in value.pairs())
