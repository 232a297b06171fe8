"""`[behavior]`: what running a model must have shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders.dossiers import artifact, claim, decide, inspected, snapshot, written
from verifier.records import Comparison, Dossier, Outcome, Result

REQUIRED = '[behavior]\nrequire = ["golden"]\n'


def measured(result: Result, kind: str = "golden") -> Comparison:
    return Comparison(kind, claim("golden", ("g1", "vector")), (), result, f"g1 is {result}")


@pytest.mark.parametrize(
    ("policy", "comparisons", "expected", "outcome"),
    [
        ("", [], [], Outcome.ACCEPTED),
        ("", [Result.CONTRADICTED], ["deny behavior.differs: g1 is contradicted"], Outcome.REJECTED),
        ("", [Result.CONSISTENT, Result.NOT_CHECKABLE], [], Outcome.ACCEPTED),
        (REQUIRED, [Result.CONSISTENT], ["allow behavior.require: g1 is consistent"], Outcome.ACCEPTED),
        (REQUIRED, [Result.NOT_CHECKABLE], ["undecided behavior.require: g1 is not-checkable"], Outcome.UNDECIDED),
        (REQUIRED, [Result.CONTRADICTED], ["deny behavior.differs: g1 is contradicted"], Outcome.REJECTED),
        (REQUIRED + 'unmeasured = "deny"', [], ["deny behavior.require: nothing of kind golden"], Outcome.REJECTED),
        ('[behavior]\ndiffers = "note"', [Result.CONTRADICTED], ["note behavior.differs: g1"], Outcome.ACCEPTED),
    ],
)
def test_what_was_measured_decides(
    policy: str, comparisons: list[Result], expected: list[str], outcome: Outcome
) -> None:
    compared = tuple(measured(result) for result in comparisons)
    dossier = Dossier(snapshot(artifact()), comparisons=compared, coverage=(inspected(),))
    verdict = decide(dossier, written(policy))
    lines = [f"{one.level} {one.clause}: {one.reason}" for one in verdict.decisions]
    assert [line.startswith(start) for line, start in zip(lines, expected, strict=True)] == [True] * len(lines)
    assert verdict.outcome is outcome


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (Result.CONSISTENT, Outcome.ACCEPTED),
        (Result.NOT_CHECKABLE, Outcome.UNDECIDED),
        (Result.CONTRADICTED, Outcome.REJECTED),
    ],
)
def test_what_one_recorded_oneself_is_demanded(result: Result, outcome: Outcome) -> None:
    own = replace(claim("golden", ("recorded", "tensor")), who="you")
    compared = (Comparison("golden", own, (), result, "recorded"), Comparison("golden", None, (), result, "nothing"))
    dossier = Dossier(snapshot(artifact()), comparisons=compared[:1], coverage=(inspected(),))
    assert decide(dossier, written("")).outcome is outcome
    if result is not Result.CONTRADICTED:
        dossier = Dossier(snapshot(artifact()), comparisons=compared[1:], coverage=(inspected(),))
        assert decide(dossier, written("")).outcome is Outcome.ACCEPTED


def test_metrics_do_not_stand_for_golden_vectors() -> None:
    compared = (measured(Result.CONSISTENT, "metric"),)
    dossier = Dossier(snapshot(artifact()), comparisons=compared, coverage=(inspected(),))
    assert decide(dossier, written(REQUIRED)).outcome is Outcome.UNDECIDED
