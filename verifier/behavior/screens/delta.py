"""The tensors of two models, held against each other one by one: what became of each, and what all look like together.

With the model that another one was made from this is nearly exact: the rank of a merged adapter, the rows of exchanged
tokens, the bits of a hidden payload. It cannot see whether an edit is meant well, nor what training changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from verifier.behavior.screens.anatomy import Side, anatomy
from verifier.errors import InspectionError, SourceError
from verifier.records.delta import Became, Change, Delta

Progress = Callable[[str, int, int], None]
"""Called with a tensor's name, bytes finished and bytes in all."""

_PHRASES: Final = {
    Became.LOW_BITS: "{n} other in low bits only, where payloads are hidden",
    Became.RANK_1: "{n} other by rank 1, as editing single facts does",
    Became.LOW_RANK: "{n} other by rank {ranks}, as merging an adapter does",
    Became.ROWS: "{n} other in {rows} rows only",
    Became.COLUMNS: "{n} other in {columns} columns only",
    Became.DENSE: "{n} other throughout, as after training",
    Became.REQUANTIZED: "{n} requantized",
    Became.RE_ENCODED: "{n} re-encoded exactly",
    Became.ROUNDING: "{n} other in the last digits only",
    Became.RESHAPED: "{n} of another shape",
    Became.ADDED: "{n} new",
    Became.REMOVED: "{n} gone",
    Became.NOT_COMPARED: "{n} not compared",
}
"""In order of what a reader must not miss."""


def delta(before: Mapping[str, Side], after: Mapping[str, Side], seed: int, progress: Progress | None = None) -> Delta:
    """What became of all tensors.

    Args:
        before: tensors of the first model, by name.
        after: of the second.
        seed: see `anatomy`.
        progress: told how far reading is.

    Returns:
        What can be told; what cannot be read is told as such.
    """
    taken, put = _prefixes(before, after)
    named = {put + name.removeprefix(taken) if name.startswith(taken) else name: one for name, one in before.items()}
    total = sum(one.placed.length for one in after.values())
    gaps: list[str] = []
    changes: list[Change] = []
    equal = done = 0
    for name in sorted({*named, *after}):
        change = _change(name, named.get(name), after.get(name), seed, gaps)
        file = (after.get(name) or named[name]).path
        equal += change is None
        changes += [] if change is None else [replace(change, file=file)]
        done += after[name].placed.length if name in after else 0
        if progress is not None:
            progress(name, done, total)
    return Delta(equal, tuple(changes), summary(equal, changes), tuple(gaps))


def _change(name: str, before: Side | None, after: Side | None, seed: int, gaps: list[str]) -> Change | None:
    if before is None or after is None:
        old, new = (None if side is None else side.placed for side in (before, after))
        dtypes, shapes = (
            (old.dtype if old else "", new.dtype if new else ""),
            (old.shape if old else (), new.shape if new else ()),
        )
        return Change(name, Became.ADDED if old is None else Became.REMOVED, dtypes, shapes)
    why = gaps[0] if gaps else ""
    if not why:
        try:
            return anatomy(name, before, after, seed)
        except (InspectionError, SourceError) as error:
            why = str(error)
            gaps += [why] if isinstance(error, SourceError) else []
    old, new = before.placed, after.placed
    return Change(name, Became.NOT_COMPARED, (old.dtype, new.dtype), (old.shape, new.shape), why)


def _prefixes(before: Mapping[str, Side], after: Mapping[str, Side]) -> tuple[str, str]:
    """What one model puts before all its names and the other does not, as `bert.` where a head was added."""
    best = ("", ""), len(before.keys() & after.keys())
    for index, names in enumerate((before, after)):
        for prefix in sorted({name.partition(".")[0] + "." for name in names if "." in name}):
            pair = (prefix, "") if index == 0 else ("", prefix)
            stripped = {name.removeprefix(prefix) for name in names if name.startswith(prefix)}
            common = len(stripped & (after, before)[index].keys())
            best = max(best, (pair, common), key=lambda one: one[1])
    return best[0]


def summary(equal: int, changes: Sequence[Change]) -> str:
    """What all changes look like together."""
    if not changes:
        return f"all {equal} tensors are the same"
    kinds: dict[Became, list[Change]] = {}
    for one in changes:
        kinds.setdefault(one.became, []).append(one)
    parts = [phrase.format(**_figures(kinds[kind])) for kind, phrase in _PHRASES.items() if kind in kinds]
    return f"of {equal + len(changes)} tensors: {'; '.join([*parts, f'{equal} the same'])}"


def _figures(changes: list[Change]) -> dict[str, object]:
    ranks = sorted({one.rank for one in changes if one.rank is not None})
    return {
        "n": len(changes),
        "ranks": str(ranks[0]) if len(ranks) == 1 else f"{ranks[0]} to {ranks[-1]}" if ranks else "",
        "rows": sum(one.rows for one in changes),
        "columns": sum(one.columns for one in changes),
    }
