"""One module a kind of claim. Modules are discovered; underscore packages hold what they share.

A claims module holds:

- `RULES: tuple[str, ...]` — ids of the rules it can emit;
- `collect(snapshot, open_file, trust) -> Iterator[Claim | Finding | Fact | Edge | Coverage]`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Protocol, TypeAlias, cast

from verifier.records import Claim, Coverage, Edge, Fact, Finding, Reader, Snapshot
from verifier.records.discovery import discover
from verifier.records.trust import Trust

__all__ = ["ClaimsModule", "OpenFile", "Yield", "modules"]

Yield: TypeAlias = Claim | Finding | Fact | Edge | Coverage
"""What a collector may yield."""

OpenFile: TypeAlias = Callable[[str], Reader]
"""A Reader over a file of the snapshot, by path; it lives as long as the collection."""


class ClaimsModule(Protocol):
    """The shape of a claims module."""

    __name__: str
    RULES: tuple[str, ...]

    def collect(self, snapshot: Snapshot, open_file: OpenFile, trust: Trust, /) -> Iterator[Yield]:
        """Yields what is asserted about the snapshot."""


@cache
def modules() -> tuple[ClaimsModule, ...]:
    """All claims modules of this package, in order of their names."""
    return cast(tuple[ClaimsModule, ...], discover(sys.modules[__name__]))
