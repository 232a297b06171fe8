"""What the registry says of the symbols a stream names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from verifier.data import Package, Shape, Symbol, package
from verifier.formats._pickle.values import Global, Persistent, Result, Tuple, Value

_CLASS: Final = re.compile(r"_*[A-Z]\w*")


@dataclass(frozen=True, slots=True)
class Review:
    """What is known of one symbol.

    Args:
        path: as the registry spells it; `module.name` where it has no file for the package.
        symbol: the registry's entry; None where it has none.
        registry: the registry's file for the package; None where it has none.
        danger: what an attacker gets; empty where nothing is known.
        walks: the name leads through attributes that are no classes, which no pickler writes.
    """

    path: str
    symbol: Symbol | None
    registry: Package | None
    danger: str
    walks: bool

    @property
    def closed(self) -> bool:
        """Whether everything genuine picklers write of this package is listed."""
        return self.registry is not None and self.registry.closed


@lru_cache(maxsize=8192)
def review(module: str, name: str) -> Review:
    """What the registry says of `name` in `module`."""
    top = module.partition(".")[0]
    registry = package(top)
    owners = name.split(".")[:-1]
    walks = not all(_CLASS.fullmatch(owner) for owner in owners)
    if registry is None:
        return Review(f"{module}.{name}", None, None, _reached(name), walks)
    key = registry.relative(module, name)
    danger = registry.danger(key) or _reached(name)
    return Review(f"{top}.{key}", registry.symbol(module, name), registry, danger, walks)


def _reached(name: str) -> str:
    """What a walk through attributes ends at, where that is known by its own name, as in `serialization.os.system`."""
    parts = name.split(".")
    for start in range(len(parts) - 1):
        registry = package(parts[start])
        if registry is not None and (danger := registry.danger(".".join(parts[start + 1 :]))):
            return danger
    return ""


class Scope:
    """Answers what contracts ask about symbols (`contracts.Scope`).

    Args:
        local: modules that the archive itself defines; their symbols count as known to be unknown.
    """

    def __init__(self, local: frozenset[str]) -> None:
        self.local = local

    def path_of(self, value: Global) -> str:
        """The symbol's path as the registry spells it."""
        return review(value.module, value.name).path

    def class_of(self, value: Result) -> str:
        """Path of the class of a result; empty where it is not known."""
        cls = class_shown(value)
        return "" if cls is None else self.path_of(cls)

    def is_listed(self, value: Global, use: str, shape: str = "") -> bool:
        """Whether a symbol is listed for `import` or `new`, in that shape if one is given; true for unknown symbols."""
        symbol = review(value.module, value.name).symbol
        if symbol is None:
            return True
        listed = symbol.imported if use == "import" else symbol.made
        return listed is not None and shape in ("", listed.name)

    def in_shape(self, value: Result, shape: str) -> bool:
        """Whether a result is an instance of a class listed in that shape, or of an unknown one."""
        cls = class_shown(value)
        return cls is None or self.is_listed(cls, "new", shape)


def class_shown(value: Result) -> Global | None:
    """The class of a result: the symbol that made it, or the one its shape gives; None where it is not known."""
    callee = callable_of(value.callee)
    if callee is None:
        return None
    symbol = review(callee.module, callee.name).symbol
    shape = use_of(symbol, value.use, value.args) if symbol is not None else None
    if shape is None or not shape.gives:
        return callee
    if shape.gives != "$0":
        return named(shape.gives)
    first = value.args.items[0] if isinstance(value.args, Tuple) and value.args.items else None
    return callable_of(first)


def callable_of(value: Value) -> Global | None:
    """The symbol that a value stands for.

    Torch's own files name classes of modules by persistent ids `("module", class, file, source)`, and protocols 2 and 3
    write a nested class as `getattr(outer, name)`; dill fetches builtin types by their names.
    """
    if isinstance(value, Persistent) and isinstance(value.id, Tuple) and len(value.id.items) == 4:
        kind, cls, *_ = value.id.items
        return cls if kind == "module" and isinstance(cls, Global) else None
    if isinstance(value, Result):
        return _attribute(value) or _builtin(value)
    return value if isinstance(value, Global) else None


def _attribute(value: Result) -> Global | None:
    if not (isinstance(value.callee, Global) and value.callee.path == "builtins.getattr"):
        return None
    owner, name, *more = value.args.items if isinstance(value.args, Tuple) and value.args.size > 1 else (None, None)
    if more or not isinstance(owner, Global) or not isinstance(name, str):
        return None
    symbol = review(owner.module, owner.name).symbol
    is_enum = symbol is not None and symbol.made is not None and symbol.made.name == "enum"
    return None if is_enum else Global(owner.module, f"{owner.name}.{name}")


def _builtin(value: Result) -> Global | None:
    if not (isinstance(value.callee, Global) and value.callee.path == "dill._dill._load_type"):
        return None
    name = value.args.items[0] if isinstance(value.args, Tuple) and value.args.items else None
    return Global("builtins", name) if isinstance(name, str) else None


def named(path: str) -> Global:
    """The symbol of a path as the registry spells it."""
    module, colon, nested = path.partition(":")
    if colon:
        return Global(module, nested)
    module, _, name = path.rpartition(".")
    return Global(module, name)


def use_of(symbol: Symbol, use: str, args: Value) -> Shape | None:
    """The shape a call must have; INST and OBJ make an instance where there are no arguments, and call otherwise."""
    if use == "call":
        return symbol.called
    if use == "new":
        return symbol.made
    empty = isinstance(args, Tuple) and not args.size
    return (symbol.made or symbol.called) if empty else symbol.called
