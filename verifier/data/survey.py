"""Drafts registry entries for an installed package: `python -m verifier.data.survey PACKAGE [--check]`.

A command for developers, and the only place where code of another package is imported. It walks the package's modules
and prints, as TOML for review, what `globals/<package>.toml` lacks; a class that defines itself what loading runs, and
a function, stand as comments with what is to be reviewed. With `--check`, what picklers could write and the registry
does not know is listed, and the exit code is 1 if there is any. `survey.toml` names the modules that are left out.
"""

from __future__ import annotations

import argparse
import copyreg
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from types import ModuleType
from typing import Final

from verifier.data.registries import read
from verifier.data.symbols import Package, package

HOOKS: Final = (
    "__new__",
    "__init__",
    "__reduce__",
    "__reduce_ex__",
    "__setstate__",
    "__setattr__",
    "__setitem__",
    "append",
    "extend",
    "add",
    "__hash__",
    "__eq__",
    "__del__",
    "_missing_",
)
"""Methods of a class that loading an instance can run."""

IDLE: Final = frozenset({"__eq__", "__hash__", "__init__", "__setitem__", "add", "append", "extend"})
"""Those that it does not run where the entry says only that an instance is made without `__init__` and takes state."""

FREE: Final = frozenset({"attributes", "instance"})
"""Shapes of classes whose instances take any attributes."""

UNPICKLE: Final = "__pyx_unpickle_"
"""How Cython names the function by which it rebuilds instances of a class."""

TESTS: Final = frozenset({"__main__", "conftest", "setup", "test", "testing", "tests"})


@dataclass(frozen=True, slots=True)
class Draft:
    """What an entry of the registry could say.

    Args:
        key: name of the symbol, relative to its package.
        uses: sections of the registry's file it would stand in.
        entry: as TOML.
        doubt: what a person has to review first; empty where the entry holds as it is.
        checked: it has to be in the registry.
    """

    key: str
    uses: tuple[str, ...]
    entry: str
    doubt: str = ""
    checked: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """What `survey.toml` says of a package.

    Args:
        outside: modules, and names in them, that files never name.
        functions: modules whose public functions have to be in the registry, since objects keep them.
    """

    outside: frozenset[str] = frozenset()
    functions: tuple[str, ...] = ()

    def omits(self, key: str) -> bool:
        """Whether a relative name, or what it belongs to, is outside."""
        parts = key.replace(":", ".").split(".")
        return any(".".join(parts[:end]) in self.outside for end in range(1, len(parts) + 1))


def plan(name: str) -> Plan:
    """The plan for a package; an empty one where there is none."""
    table = read("survey.toml").get(name, {})
    return Plan(frozenset(table.get("outside", ())), tuple(table.get("functions", ())))


def drafts(name: str, chosen: Plan) -> list[Draft]:
    """What the registry lacks of an installed package, sorted by name."""
    known = package(name) or Package(name, False, "", False, {}, {}, {}, {})
    found: dict[str, Draft] = {}
    for module in modules(name, chosen):
        for symbol in vars(module).copy().values():
            if not _is_own(symbol, name):
                continue
            key = known.relative(symbol.__module__, symbol.__qualname__)
            if key in found or _is_known(known, symbol.__module__, symbol.__qualname__) or chosen.omits(key):
                continue
            if (draft := _draft(key, symbol, chosen)) is not None:
                found[key] = draft
    return [found[key] for key in sorted(found)]


def _is_known(known: Package, module: str, name: str) -> bool:
    return known.symbol(module, name) is not None or bool(known.danger(known.relative(module, name)))


def modules(name: str, chosen: Plan) -> Iterator[ModuleType]:
    """A package's modules that can be imported, without tests; those that cannot are named on standard error."""
    waiting = [name]
    while waiting:
        current = waiting.pop()
        try:
            module = importlib.import_module(current)
        except Exception as error:  # noqa: BLE001 - foreign modules fail as they like
            sys.stderr.write(f"not surveyed: {current}: {error!r}\n")
            continue
        yield module
        for info in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{current}."):
            leaf = info.name.rpartition(".")[2]
            if leaf not in TESTS and not leaf.startswith("test_") and not chosen.omits(info.name[len(name) + 1 :]):
                waiting.append(info.name)


def _is_own(symbol: object, name: str) -> bool:
    """Whether picklers write the symbol as a name in this package, under which it is found again."""
    home, path = getattr(symbol, "__module__", None), getattr(symbol, "__qualname__", None)
    if not (isinstance(home, str) and isinstance(path, str) and home.partition(".")[0] == name and callable(symbol)):
        return False
    found: object = sys.modules.get(home)
    for part in path.split("."):
        found = getattr(found, part, None)
    return found is symbol


def _draft(key: str, symbol: object, chosen: Plan) -> Draft | None:
    if isinstance(symbol, type):
        return _class(key, symbol)
    leaf = key.rpartition(".")[2]
    if leaf.startswith(UNPICKLE):
        entry = '{ why = "an instance of a Cython class", args = "class, int, none|tuple", gives = "$0" }'
        return Draft(key, ("call",), entry, "the fields of the class, which loading sets")
    if leaf.startswith("_"):
        return None
    checked = any(key.startswith(f"{module}.") for module in chosen.functions)
    return Draft(key, ("import",), '"function"', "a function: what it does with any arguments", checked)


def _class(key: str, cls: type) -> Draft | None:
    if issubclass(cls, Enum):
        return Draft(key, ("call", "new"), '"enum"', _doubt(cls, IDLE | {"__new__"}))
    if issubclass(cls, BaseException):
        return Draft(key, ("call", "new"), '"exception"', _doubt(cls, {"__eq__", "__hash__"}), checked=False)
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return Draft(key, ("new",), '"record"', _doubt(cls, IDLE | {"__new__"}))
    if _is_unpicklable(cls):
        return None
    shape = "instance" if copyreg._slotnames(cls) else "attributes"  # type: ignore[attr-defined] # noqa: SLF001
    return Draft(key, ("new", "build"), f'"{shape}"', _doubt(cls, IDLE))


def _doubt(cls: type, idle: Iterable[str]) -> str:
    """Who defines what loading runs, if any of it is not reviewed; and which builtin type it is besides."""
    owners = {hook: owner for hook in HOOKS if (owner := _owner(cls, hook)) is not None}
    builtin = {base.__name__ for base in cls.__mro__[1:] if base.__module__ == "builtins"} - {"object"}
    doubts = [f"{hook} of {owner.__module__}.{owner.__qualname__}" for hook, owner in owners.items()]
    if builtin and not issubclass(cls, (tuple, BaseException, Enum)):
        doubts.append(f"it is a {', '.join(sorted(builtin))}")
    elif not owners.keys() - set(idle):
        return ""
    return ", ".join(doubts)


def _owner(cls: type, hook: str) -> type | None:
    """The class that defines a hook; None where it is a builtin one, or one that the registry lets take any state."""
    owner = next((base for base in cls.__mro__ if hook in vars(base)), object)
    known = package(owner.__module__.partition(".")[0])
    symbol = None if known is None else known.symbol(owner.__module__, owner.__qualname__)
    is_free = symbol is not None and symbol.built is not None and symbol.built.name in FREE
    return None if is_free or owner.__module__ in _BUILTIN else owner


_BUILTIN: Final = frozenset({"abc", "builtins", "collections.abc", "enum", "typing"})


def _is_unpicklable(cls: type) -> bool:
    """Classes without instances, and Cython ones without a function to rebuild them, where `__reduce__` only raises."""
    reduce = getattr(cls, "__reduce__", None)
    if getattr(reduce, "__name__", "") == "__reduce_cython__":
        home = sys.modules[cls.__module__]
        return not any(hasattr(home, UNPICKLE + base.__name__) for base in cls.__mro__)
    is_form = getattr(cls, "_is_protocol", False) or hasattr(cls, "__total__") or inspect.isabstract(cls)
    return bool(is_form) or issubclass(cls, (ModuleType, type))


def toml(found: list[Draft]) -> Iterator[str]:
    """The lines of the sections, what is in doubt as comments."""
    for use in ("import", "call", "new", "build"):
        lines = [draft for draft in found if use in draft.uses]
        if lines:
            yield f"[{use}]"
        for draft in lines:
            key = draft.key if draft.key.isidentifier() else f'"{draft.key}"'
            yield f"# {key} = {draft.entry} # review {draft.doubt}" if draft.doubt else f"{key} = {draft.entry}"
        if lines:
            yield ""


def main(arguments: list[str] | None = None) -> int:
    """Prints the drafts, or with `--check` the names the registry has to know; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m verifier.data.survey", description=__doc__)
    parser.add_argument("package", metavar="PACKAGE", help="name of an installed package, as it is imported")
    parser.add_argument("--check", action="store_true", help="only list what is missing; exit 1 if there is any")
    options = parser.parse_args(arguments)
    found = drafts(options.package, plan(options.package))
    if not options.check:
        sys.stdout.writelines(f"{line}\n" for line in toml(found))
        return 0
    missing = [draft for draft in found if draft.checked]
    sys.stdout.writelines(f"{options.package}.{draft.key}: {draft.doubt or draft.entry}\n" for draft in missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
