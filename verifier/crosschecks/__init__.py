"""What only the whole shows: one module a question, claims held against facts. Modules are discovered.

A crosscheck module holds:

- `RULES: tuple[str, ...]` — ids of the rules it can emit;
- `check(dossier) -> Iterator[Comparison | Finding]`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from typing import Protocol, TypeAlias, cast

from verifier.records import Comparison, Dossier, Finding
from verifier.records.discovery import discover

__all__ = ["Crosscheck", "Yield", "modules"]

Yield: TypeAlias = Comparison | Finding
"""What a crosscheck may yield."""


class Crosscheck(Protocol):
    """The shape of a crosscheck module."""

    __name__: str
    RULES: tuple[str, ...]

    def check(self, dossier: Dossier, /) -> Iterator[Yield]:
        """Yields what the dossier shows when its parts are held against each other."""


@cache
def modules() -> tuple[Crosscheck, ...]:
    """All crosschecks of this package, in order of their names."""
    return cast(tuple[Crosscheck, ...], discover(sys.modules[__name__]))
