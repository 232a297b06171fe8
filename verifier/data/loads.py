"""What a genuine load of each kind touches: `loads.toml` and `loads/<loader>.toml`, recorded from genuine models.

A file has the header of every registry (`reviewer`, `source`, `date`, `versions`), and of files that the loader loads
`formats`, their ids, or `suffixes`, where content alone does not tell who loads them; `package`, the distribution that
has to be installed, empty where Python is enough; `prepare`, the modules that are imported before a load, which then
imports no more of them; `imports`, the top-level modules of which it may import more; `reads`, files outside of the
model and of the software that it may ask for, as patterns (fnmatch).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from verifier.data.registries import read


@dataclass(frozen=True, slots=True)
class Load:
    """What is known of one kind of load; see the module for what it holds.

    Args:
        loader: its id.
        formats: ids of formats.
        suffixes: of names, lower case.
        package: distribution, or empty.
        prepare: modules.
        imports: top-level modules.
        reads: patterns of paths.
    """

    loader: str
    formats: tuple[str, ...]
    suffixes: tuple[str, ...]
    package: str
    prepare: tuple[str, ...]
    imports: frozenset[str]
    reads: tuple[str, ...]

    def may_read(self, path: str) -> bool:
        """Whether a genuine load may ask for a file outside of model and software."""
        return any(fnmatchcase(path, pattern) for pattern in self.reads)


@cache
def loads() -> tuple[Load, ...]:
    """All that are known; the first that fits a file loads it."""
    return tuple(_load(name) for name in read("loads.toml")["order"])


@cache
def reaching() -> frozenset[str]:
    """Modules of the standard library that reach out of a process."""
    return frozenset(read("loads.toml")["reaching"])


def load_of(name: str, formats: Collection[str]) -> Load | None:
    """What loads a file.

    Args:
        name: of the file.
        formats: ids of those it was recognized as.
    """
    lower = name.lower()
    fitting = (one for one in loads() if lower.endswith(one.suffixes) or not set(one.formats).isdisjoint(formats))
    return next(fitting, None)


def _load(name: str) -> Load:
    table = read(f"loads/{name}.toml")
    lists = {key: tuple(table[key]) for key in ("formats", "suffixes", "prepare", "reads")}
    return Load(loader=name, package=table["package"], imports=frozenset(table["imports"]), **lists)
