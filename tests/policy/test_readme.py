"""What the README shows of policies is right."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from verifier import formats
from verifier.policy import ordered, outcome_of, parse, presets
from verifier.policy.fixtures import expectations

ROOT = Path(__file__).resolve().parents[2]
BLOCKS: list[str] = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
TODAY = date(2026, 6, 1)


def block(word: str) -> str:
    (found,) = (text for text in BLOCKS if word in text)
    return found


def test_the_example_is_a_policy_and_its_test_holds() -> None:
    known = [module.FORMAT.id for module in formats.modules()]
    text = block("extends = ") + block("[[rule]]")
    policy = parse(text.encode(), "verify.toml", formats=known, today=TODAY)
    (case,) = expectations(block("[[case]]").encode(), "cases.toml", TODAY)
    made = ordered(policy, case.case)
    assert outcome_of(made) is case.outcome
    assert {*case.decisions} <= {(decision.level.value, decision.clause) for decision in made}
    assert [decision.clause for decision in made if decision.level == "deny"] == ["formats.allow"]


def test_every_shipped_policy_is_named() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(presets()) <= set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
