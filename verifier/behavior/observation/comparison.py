"""What was seen of a load against what loads of its kind do, and what the file itself foretells.

What flows in: a subject, and what a trace of its load holds. What flows out: for each kind of act what was to be
expected and what was not, and a Finding for each kind of which there is something that was not.
"""

from __future__ import annotations

import _compat_pickle
import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from verifier.behavior.sandbox import Act, Seen
from verifier.data.loads import Load, reaching
from verifier.data.symbols import standard_modules
from verifier.records import Evidence, Finding, parameters

HOW: Final = "observation/1"

_CALL, _IMPORT, _LIBRARY, _NETWORK = "observed-call", "observed-import", "observed-library", "observed-network"
_PROCESS, _READ, _WRITE = "observed-process", "observed-read", "observed-write"
RULES: Final = (_CALL, _IMPORT, _LIBRARY, _NETWORK, _PROCESS, _READ, _WRITE)

_TOLD = MappingProxyType(
    {
        Act.READ: (_READ, "asks for files that are neither its own nor software's"),
        Act.WRITE: (_WRITE, "changes files"),
        Act.PROCESS: (_PROCESS, "starts or touches processes"),
        Act.NETWORK: (_NETWORK, "uses a network"),
        Act.CALL: (_CALL, "asks the kernel for what no load needs"),
        Act.IMPORT: (_IMPORT, "imports modules that such files do not need"),
        Act.SYMBOL: (_IMPORT, "looks up symbols that were not found in the file"),
        Act.LIBRARY: (_LIBRARY, "loads shared libraries by itself"),
    }
)
"""Act to its rule and what a person is told."""

MOST: Final = 20
"""Places that one finding names."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A file that is loaded, and what is known of it beforehand.

    Args:
        path: in the model.
        load: what loads it.
        symbols: that its pickles name, `module.name`.
        foretold: rules that found something in it.
    """

    path: str
    load: Load
    symbols: frozenset[str] = frozenset()
    foretold: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What was seen of one kind of act.

    Args:
        act: the kind.
        expected: how many different things that were to be expected.
        others: the things that were not, as people read them.
    """

    act: Act
    expected: int
    others: tuple[str, ...]


def rows(seen: Iterable[Seen], subject: Subject, readable: Iterable[str]) -> tuple[Row, ...]:
    """One row a kind of act.

    Args:
        seen: what a trace holds.
        subject: what was loaded.
        readable: files and folders that the sandbox lets be read.
    """
    roots = tuple(path.rstrip("/") for path in readable)
    others: dict[Act, dict[str, None]] = {act: {} for act in Act}
    expected = dict.fromkeys(Act, 0)
    for one in seen:
        if _expected(one, subject, roots):
            expected[one.act] += 1
        else:
            others[one.act][f"{one.name} {one.detail}".strip()] = None
    return tuple(Row(act, expected[act], tuple(others[act])) for act in Act)


def _expected(seen: Seen, subject: Subject, roots: tuple[str, ...]) -> bool:
    if seen.act is Act.READ:
        path = posixpath.normpath(seen.detail)
        return any(path == root or path.startswith(f"{root}/") for root in roots) or subject.load.may_read(path)
    if seen.act is Act.IMPORT:
        return _may_import(seen.detail, subject)
    return seen.act is Act.SYMBOL and not subject.symbols.isdisjoint((seen.detail, _renamed(seen.detail)))


def _may_import(module: str, subject: Subject) -> bool:
    top = module.partition(".")[0]
    named = {symbol.partition(".")[0] for symbol in subject.symbols}
    if top in subject.load.imports:
        return True
    if top not in standard_modules():
        return top in named
    return not any(module == name or module.startswith(f"{name}.") for name in reaching())


def _renamed(symbol: str) -> str:
    """A symbol of Python 2 as Python 3 calls it, which unpicklers look up by its old name (PEP 3108)."""
    module, _, name = symbol.rpartition(".")
    if (module, name) in _compat_pickle.NAME_MAPPING:
        module, name = _compat_pickle.NAME_MAPPING[module, name]
    return f"{_compat_pickle.IMPORT_MAPPING.get(module, module)}.{name}"


def findings(found: Iterable[Row], subject: Subject, mode: str) -> Iterator[Finding]:
    """Yields one finding a kind of act of which something was not to be expected."""
    for row in found:
        if row.others:
            rule, told = _TOLD[row.act]
            known = f"; {', '.join(subject.foretold)} in the file foretold it" if subject.foretold else ""
            more = len(row.others) - 1
            shown = f"{row.others[0]}{f', and {more} more' if more else ''}"
            yield Finding(
                rule,
                tuple(Evidence(subject.path, one, HOW) for one in row.others[:MOST]),
                f"loading it {told}: {shown}{known}",
                parameters(loader=subject.load.loader, mode=mode, seen=len(row.others), foretold=subject.foretold),
            )
