"""What is known about the symbols of a package that pickles may name: `globals/<top-level package>.toml`.

A file begins with `reviewer`, `source`, `date`, `versions`, `closed` and, where modules have moved, `aliases` (old
name to the one the entries use). Its tables hold one entry a line, sorted, named relative to the package; a nested name
is set off from its module by a colon (`nn.modules.module:Outer.Inner`):

- `[import]` may stand as a value, `[call]` may be called, `[new]` may be made an instance of, `[build]` takes state;
- `[danger]` gives what an attacker gets; it only explains, and a name there covers all below it.

An entry is a Shape: an inline table, or the name of one in `shapes.toml` or in the file's own `[shapes]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from verifier.data.registries import is_listed, read
from verifier.errors import InternalError


@dataclass(frozen=True, slots=True)
class Shape:
    """How genuine picklers use a symbol. Patterns are written in the language of `formats/_pickle/contracts.py`.

    Args:
        why: the reason it is safe so.
        name: of the shared shape; empty for one written at its entry.
        args: positional arguments of a call or construction.
        kwargs: keyword arguments, as one pattern of a dict; None where there are none.
        gives: symbol of the result's class, `$0` for the class given as first argument; empty for the symbol itself.
        like: what else Python does with the arguments, as `trampolines.TRAMPOLINES` lists it; empty for nothing.
        state: what may be set on an instance; None where none may.
        fields: patterns of entries of a state that is a dict; other entries are free.
        fill: methods that may put elements into an instance, as `events.Method` names them.
        keys: the pattern of keys that `__setitem__` may be given.
    """

    why: str
    name: str = ""
    args: str = ""
    kwargs: str | None = None
    gives: str = ""
    like: str = ""
    state: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    fill: tuple[str, ...] = ()
    keys: str = "any"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A reviewed symbol; a use without a shape is one that no pickler makes of it.

    Args:
        path: `package.module.name`, a colon before a nested name.
        imported: as a value.
        called: by REDUCE, or by INST and OBJ with arguments.
        made: as a class, by NEWOBJ, NEWOBJ_EX and their kin.
        built: as a class whose instances' state is set.
    """

    path: str
    imported: Shape | None = None
    called: Shape | None = None
    made: Shape | None = None
    built: Shape | None = None


_USES = {"import": "imported", "call": "called", "new": "made", "build": "built"}
_HEADER = ("reviewer", "source", "date", "versions", "closed")


@dataclass(frozen=True, slots=True)
class Package:
    """The registry's file for one top-level package.

    Args:
        name: of the package.
        closed: everything that a genuine pickler writes is listed.
        versions: those reviewed, in words.
        reviewed: it has entries other than of dangers.
        aliases: relative module to the relative module its entries stand under.
        dangers: relative name to what an attacker gets; `*` stands for the package itself.
    """

    name: str
    closed: bool
    versions: str
    reviewed: bool
    aliases: Mapping[str, str]
    dangers: Mapping[str, str]
    _shapes: Mapping[str, Shape]
    _entries: Mapping[str, Mapping[str, object]]
    _found: dict[str, Symbol | None] = field(default_factory=dict)

    def symbol(self, module: str, name: str) -> Symbol | None:
        """The entry for a name in a module of this package, or None.

        Raises:
            InternalError: the entry is not as a Shape wants it.
        """
        key = self.relative(module, name)
        if key not in self._found:
            uses = {_USES[use]: self._shape(use, key) for use in self._entries if key in self._entries[use]}
            self._found[key] = Symbol(f"{self.name}.{key}", **uses) if uses else None
        return self._found[key]

    def relative(self, module: str, name: str) -> str:
        """The key under which the file would list a name."""
        inner = module[len(self.name) + 1 :]
        for moved, target in self.aliases.items():
            if inner == moved or inner.startswith(moved + "."):
                inner = (target + inner[len(moved) :]).removeprefix(".")
                break
        if not inner:
            return name
        return f"{inner}:{name}" if "." in name else f"{inner}.{name}"

    def danger(self, key: str) -> str:
        """What an attacker gets from a relative name, or from what it belongs to; empty where nothing is known."""
        parts = key.replace(":", ".").split(".")
        for end in range(len(parts), 0, -1):
            if text := self.dangers.get(".".join(parts[:end])):
                return text
        return ""

    def names(self) -> Mapping[str, Mapping[str, object]]:
        """All entries as they stand in the file, by use."""
        return self._entries

    def _shape(self, use: str, key: str) -> Shape:
        entry = self._entries[use][key]
        if isinstance(entry, str):
            if entry not in self._shapes:
                raise InternalError(f"globals/{self.name}.toml: {use} {key} names no shape: {entry}")
            return self._shapes[entry]
        return _read_shape(f"globals/{self.name}.toml: {use} {key}", entry)


def _read_shape(place: str, table: object, name: str = "") -> Shape:
    if not isinstance(table, dict) or not table.get("why"):
        raise InternalError(f"{place}: a shape is a table with a reason (why)")
    values = {**table, "fields": tuple(table.get("fields", {}).items()), "fill": tuple(table.get("fill", ()))}
    try:
        return Shape(name=name, **values)
    except TypeError as error:
        raise InternalError(f"{place}: {error}") from error


@cache
def _shared() -> Mapping[str, Shape]:
    return {name: _read_shape(f"shapes.toml: {name}", table, name) for name, table in read("shapes.toml").items()}


@cache
def standard_modules() -> frozenset[str]:
    """Top-level modules of the standard library, of all versions and systems the registry knows."""
    return frozenset(str(read("stdlib.toml")["modules"]).split())


@cache
def package(name: str) -> Package | None:
    """What the registry knows of a top-level package; None where it knows nothing.

    A module of the standard library without a file is a closed package without entries.

    Raises:
        InternalError: the file is malformed.
    """
    file = f"globals/{name}.toml"
    table = read(file) if is_listed(file) else {}
    if not table:
        return _package(name, read("stdlib.toml")) if name in standard_modules() else None
    missing = ", ".join(key for key in _HEADER if key not in table)
    if missing:
        raise InternalError(f"globals/{name}.toml lacks {missing}")
    return _package(name, table)


def _package(name: str, table: dict[str, object]) -> Package:
    own = _table(table, "shapes")
    entries = {use: _table(table, use) for use in _USES}
    return Package(
        name=name,
        closed=bool(table["closed"]),
        versions=str(table["versions"]),
        reviewed=any(entries.values()),
        aliases={old: str(new) for old, new in _table(table, "aliases").items()},
        dangers={key: str(text) for key, text in _table(table, "danger").items()},
        _shapes=MappingProxyType(
            {**_shared(), **{key: _read_shape(f"globals/{name}.toml: shape {key}", own[key], key) for key in own}}
        ),
        _entries=entries,
    )


def _table(table: dict[str, object], key: str) -> dict[str, object]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise InternalError(f"{key} is not a table")
    return value
