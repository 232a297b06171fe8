"""For people: the verdict on the second model, what is new about it, then what differs, a few lines a kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from verifier.records.diff import Diff, Difference
from verifier.reports._diff.words import SAME, TITLES, against, figures, new_decisions
from verifier.reports._view import model, safe

_SHOWN: Final = 6
"""Lines of a kind unless verbose."""

_WIDE: Final = 160
"""Characters of a value unless verbose."""


def render(diff: Diff, verbose: int) -> str:
    """The lines."""
    lines = list(_lines(diff, verbose)) if verbose >= 0 else [_headline(diff)]
    return "".join(f"{line}\n" for line in lines)


def _headline(diff: Diff) -> str:
    return f"{diff.after.outcome.value}  {model(diff.after.dossier.snapshot)}"


def _lines(diff: Diff, verbose: int) -> Iterator[str]:
    yield _headline(diff)
    was = f"{diff.before.outcome.value}  {model(diff.before.dossier.snapshot)}"
    yield f"  against {against(diff)}: {was} · policy {safe(diff.after.policy.name)}"
    if reasons := new_decisions(diff):
        yield "New reasons"
        yield from _some([f"{one.level.value}  {safe(one.reason)}" for one in reasons], verbose)
    if diff.same:
        yield SAME
    if diff.delta is not None or diff.sections:
        yield "Tensors"
        yield f"  {safe(diff.delta.told if diff.delta is not None else diff.untold)}"
    if diff.delta is not None:
        changes = [f"{one.became.value}  {one.name}{_colon(figures(one))}" for one in diff.delta.changes]
        yield from _some([safe(one) for one in changes], verbose)
    for name, differences in diff.sections:
        yield TITLES[name]
        yield from _some([_told(one, verbose) for one in differences], verbose)


def _some(lines: Sequence[str], verbose: int) -> Iterator[str]:
    shown = lines if verbose > 0 else lines[:_SHOWN]
    yield from (f"  {line}" for line in shown)
    if len(lines) > len(shown):
        yield f"  and {len(lines) - len(shown)} more; -v shows all"


def _told(one: Difference, verbose: int) -> str:
    values = [text for text in (one.before, one.after) if text is not None]
    line = f"{one.sign} {safe(one.name)}: {safe(' -> '.join(values))}"
    return line if verbose > 0 or len(line) <= _WIDE else f"{line[:_WIDE]}…"


def _colon(told: str) -> str:
    return f": {told}" if told else ""
