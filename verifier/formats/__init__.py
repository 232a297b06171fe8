"""One module a file format. Modules are discovered; underscore packages hold what they share.

A format module holds:

- `FORMAT: Format` — id, version, magic bytes, suffixes;
- `RULES: tuple[str, ...]` — ids of the rules it can emit;
- `inspect(artifact, reader, context) -> Iterator[Yield]`;
- optionally `recognize(probe) -> bool` — whether the content is of this format; replaces the magic bytes,
  never the suffixes;
- optionally `placed(reader, budget) -> tuple[Placed, ...]` — the tensors of a file, each in one piece, and where they
  lie; raises Malformed where the index cannot be trusted, and BudgetExceeded.

A format module stays light, since every process loads all of them to recognize files: it takes the ids of its rules
from the package of its engine (`_gguf/__init__.py`), and imports the engine itself within `inspect`, or within
`recognize` behind a cheap look at the head (`tests/formats/test_loading.py`).

Every inspection ends in at least one Coverage for its artifact. `CoverageState.UNKNOWN` from a module means "not my
format after all" (a suffix promised what the content is not); it counts only where no other module covers the artifact.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from typing import Protocol, TypeAlias, cast

from verifier.formats._context import HEAD, Budget, Context, Limits, Member, Probe
from verifier.records import Artifact, Claim, Coverage, Edge, Fact, Finding, Format, Reader
from verifier.records.discovery import discover

__all__ = [
    "HEAD",
    "Budget",
    "Context",
    "FormatModule",
    "Limits",
    "Member",
    "Probe",
    "Yield",
    "candidates",
    "is_measured",
    "modules",
]

Yield: TypeAlias = Finding | Fact | Claim | Coverage | Edge | Member
"""What an inspector may yield."""


class FormatModule(Protocol):
    """The shape of a format module."""

    FORMAT: Format
    RULES: tuple[str, ...]

    def inspect(self, artifact: Artifact, reader: Reader, context: Context, /) -> Iterator[Yield]:
        """Yields what the artifact shows."""


@cache
def modules() -> tuple[FormatModule, ...]:
    """All format modules of this package, in order of their ids."""
    found = cast(tuple[FormatModule, ...], discover(sys.modules[__name__]))
    return tuple(sorted(found, key=lambda module: module.FORMAT.id))


def candidates(probe: Probe) -> tuple[FormatModule, ...]:
    """The modules that must look at an artifact: all that match by content or suffix, but for refined ones."""
    by_content = [module for module in modules() if _matches(module, probe)]
    refined = {general for module in by_content for general in module.FORMAT.refines}
    return tuple(
        module
        for module in modules()
        if (module in by_content and module.FORMAT.id not in refined)
        or (module not in by_content and module.FORMAT.suffixes and probe.name.endswith(module.FORMAT.suffixes))
    )


def is_measured(head: bytes) -> bool:
    """Whether an artifact begins as one of a format whose length is known from its beginning."""
    return any(module.FORMAT.measured and _begins(module.FORMAT, head) for module in modules())


def _matches(module: FormatModule, probe: Probe) -> bool:
    recognize = getattr(module, "recognize", None)
    return bool(recognize(probe)) if recognize is not None else _begins(module.FORMAT, probe.head)


def _begins(format_: Format, head: bytes) -> bool:
    return any(head[offset : offset + len(magic)] == magic for offset, magic in format_.magic)
