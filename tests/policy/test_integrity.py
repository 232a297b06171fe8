"""`[integrity]`: what `models.lock` must pin."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders.dossiers import artifact, claim, decide, inspected, snapshot, written
from verifier.records import Asserter, Claim, Comparison, Dossier, Result

REQUIRED = '[integrity]\nlock = "required"\n'


def said(kind: str, value: str | tuple[str, str], subject: str = ".") -> Claim:
    return replace(claim(kind, value, subject=subject), who=Asserter.LOCK, channel="models.lock")


COMMIT = said("locked-commit", "b" * 40)
PINNED = said("digest", ("sha256", "1" * 64), "model.safetensors")
GONE = said("digest", ("sha256", "1" * 64), "gone.json")


def compared(claim: Claim | None, result: Result) -> Comparison:
    return Comparison("digest", claim, (), result, "it was not read")


def judged(policy: str, *claims: Claim, compare: tuple[Comparison, ...] = ()) -> list[str]:
    dossier = Dossier(snapshot(artifact()), claims=claims, comparisons=compare, coverage=(inspected(),))
    return [f"{one.level} {one.clause}: {one.reason}" for one in decide(dossier, written(policy)).decisions]


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ((), "deny integrity.lock: the policy wants it pinned, and models.lock does not pin it"),
        ((COMMIT,), f"models.lock pins it at another commit, {'b' * 40}"),
        ((COMMIT, PINNED), "allow integrity.lock: models.lock pins every file of it"),
        ((COMMIT, GONE), "deny integrity.lock: model.safetensors: models.lock pins the model without it"),
        ((COMMIT, PINNED, GONE), "deny integrity.lock: gone.json: models.lock pins it, and it is not there"),
    ],
)
def test_what_is_not_pinned_is_denied(claims: tuple[Claim, ...], expected: str) -> None:
    assert any(expected in line for line in judged(REQUIRED, *claims))


def test_without_the_demand_a_lock_is_not_missed() -> None:
    assert judged("") == judged("", COMMIT) == judged(REQUIRED, said("lock", "written")) == []


def test_the_level_is_for_the_policy_to_say_and_another_claimant_is_not_the_lock() -> None:
    (line,) = judged(f'{REQUIRED}unlocked = "undecided"', replace(PINNED, who=Asserter.HUB))
    assert line.startswith("undecided integrity.lock")


def test_a_pinned_digest_held_against_nothing_is_undecided() -> None:
    other = replace(PINNED, who=Asserter.HUB)
    open_ = tuple(compared(one, Result.INCONCLUSIVE) for one in (PINNED, other, None))
    expected = ["undecided integrity.lock: model.safetensors: models.lock pins it, but it was not read"]
    assert judged(REQUIRED, COMMIT, PINNED, compare=open_) == expected
    (allowed,) = judged(REQUIRED, COMMIT, PINNED, compare=(compared(PINNED, Result.CONSISTENT),))
    assert allowed.startswith("allow")
