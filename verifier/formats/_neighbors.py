"""Files beside an artifact that it proves to be numbers: what of them is accounted for, and what is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from verifier.errors import Malformed
from verifier.formats._context import Context
from verifier.formats._ranges import Range, between, merged
from verifier.records import Artifact, Coverage, CoverageState

MAX_PADDING: Final = 16 << 20
"""Bytes between the numbers of one file that are looked at."""


def coverage_beside(
    artifact: Artifact, context: Context, path: str, spans: Iterable[Range], how: str, *, unchecked: str
) -> Iterator[Coverage]:
    """Accounts for a file beside an artifact.

    Bytes in no span are padding where they are zeros, which is not looked at over the network; else they are a gap.

    Args:
        artifact: names the file and what stands in it.
        context: its surroundings, in which the file is.
        path: of the file.
        spans: ranges that are read as numbers.
        how: as coverage names the module.
        unchecked: name of the check for padding.
    """
    size = context.siblings[path]
    name = _named(artifact, path, size)
    reason = f"weights of {artifact.name}, read as numbers"
    numbers = merged(spans)
    gaps = list(between(numbers, 0, size))
    if context.remote or _is_padding(context, path, gaps):
        left_out = (unchecked,) if context.remote and gaps else ()
        yield Coverage(name, CoverageState.DATA, reason, how, 0, size, left_out)
        return
    for start, end in numbers:
        yield Coverage(name, CoverageState.DATA, reason, how, start, end - start)
    for start, end in gaps:
        missing = f"bytes that are no weights of {artifact.name}"
        yield Coverage(name, CoverageState.PARTIAL, missing, how, start, end - start)


def _named(artifact: Artifact, path: str, size: int) -> str:
    """The name of a file beside an artifact, in the snapshot or in the same container."""
    if artifact.members:
        return Artifact(artifact.path, size, members=(*artifact.members[:-1], path)).name
    return Artifact(path, size).name


def _is_padding(context: Context, path: str, gaps: list[Range]) -> bool:
    if sum(end - start for start, end in gaps) > MAX_PADDING:
        return False
    try:
        reader = context.open_sibling(path)
    except Malformed:
        return False
    return not any(any(reader.read_at(start, end - start)) for start, end in gaps)
