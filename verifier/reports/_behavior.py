"""Which levels of behavior were looked at, and what none of them can see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from verifier.records import Comparison, Fact
from verifier.records.evidence import Value
from verifier.records.terms import SCREENED, Measured

BLIND = (
    "None of this can reveal a backdoor: a model that obeys a trigger is as accurate as others, and vectors only show "
    "the inputs they hold."
)
"""Measured: ten poisoned twins of a classifier had its accuracy (0.973 against 0.976) and obeyed their trigger."""

ONE_LOAD = (
    "One load was seen: code that waits for a date, another machine, a network or a later use of the model keeps still "
    "in it."
)

_SHOWN = 5
"""Things of one kind that a line of a load names."""

_LEVELS = {
    Measured.GOLDEN: "level 2, golden vectors",
    Measured.METRIC: "level 3, declared metrics",
    Measured.LOAD: "loading under observation",
}


def table(fact: Fact) -> Iterator[tuple[str, bool]]:
    """Yields a line for each kind of act that was seen of a load, and whether all of it was to be expected."""
    if fact.kind != Measured.LOAD:
        return
    rows = cast(tuple[tuple[str, int, tuple[str, ...]], ...], cast(tuple[Value, ...], fact.value)[1])
    for act, expected, others in rows:
        shown = ", ".join(others[:_SHOWN]) + (f", and {len(others) - _SHOWN} more" if len(others) > _SHOWN else "")
        if expected or others:
            yield f"{act:<8}{expected:>5} expected{f', {len(others)} not: {shown}' if others else ''}", not others


def levels(measured: Sequence[Comparison], facts: Iterable[Fact]) -> Iterator[str]:
    """Yields a line for each level: how often it was measured and where, or that it was not."""
    facts = tuple(facts)
    places = sorted({str(value) for fact in facts if fact.kind in _LEVELS for value in _confinement(fact)})
    yield f"run in {', '.join(places)}" if places else "nothing was run"
    yield "level 1, claims against files: part of every verdict"
    for kind, name in _LEVELS.items():
        count = sum(one.kind == kind and bool(one.facts) for one in measured)
        yield f"{name}: {f'{count} measured' if count else 'not measured'}"
    screened = sum(int(str(fact.value)) for fact in facts if fact.kind == SCREENED)
    yield f"level 4, screens for tampering: {f'{screened} tensors, for hidden files' if screened else 'not run'}"


def _confinement(fact: Fact) -> tuple[str, ...]:
    """How the child was confined that a fact comes from, with the versions of what computed."""
    if not isinstance(fact.value, tuple):
        return ()
    mode, versions = fact.value[-2:]
    return (f"{'NO SANDBOX, as was asked for' if mode == 'none' else mode}, by {versions}",)
