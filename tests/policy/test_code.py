"""Code that comes with a model."""

from __future__ import annotations

import pytest

from tests.builders.dossiers import clean, decide, finding, written
from verifier.records import Edge, EdgeKind, Evidence

EDGE = Edge(EdgeKind.LOADS_CODE, "other/repo", None, Evidence("config.json", "auto_map", "json/1"))


@pytest.mark.parametrize(
    ("code", "rule", "expected"),
    [
        ("", "code-runs-on-load", "undecided severity.medium"),
        ('remote = "note"', "code-runs-on-load", "note code.remote"),
        ('remote = "deny"', "config-remote-code", "deny code.remote"),
        ('remote = "note"', "python-acts-on-import", "deny severity.high"),
        ('remote-from = ["org/*"]', "code-runs-on-load", "note code.remote-from"),
        ('remote = "deny"\nremote-from = ["org/name"]', "code-runs-on-load", "note code.remote-from"),
        ('remote-from = ["org"]', "code-runs-on-load", "deny code.remote-from"),
        ('executables = "note"', "native-executable", "note code.executables"),
        ('executables = "note"', "script-disguised", "note code.executables"),
        ('remote = "note"', "native-executable", "deny severity.high"),
    ],
)
def test_levels_of_code(code: str, rule: str, expected: str) -> None:
    verdict = decide(clean(findings=(finding(rule),)), written(f"[code]\n{code}"))
    assert [f"{decision.level} {decision.clause}" for decision in verdict.decisions] == [expected]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("", []),
        ('remote = "deny"', ["deny code.remote"]),
        ('remote-from = ["org/*"]', ["deny code.remote-from"]),
        ('remote-from = ["org/*", "other/repo"]', []),
    ],
)
def test_code_of_other_repositories(code: str, expected: list[str]) -> None:
    verdict = decide(clean(edges=(EDGE, EDGE)), written(f"[code]\n{code}"))
    assert [f"{decision.level} {decision.clause}" for decision in verdict.decisions] == expected


def test_a_rule_s_own_level_goes_before() -> None:
    policy = written('[code]\nremote = "deny"\n[rules]\ncode-runs-on-load = "note"')
    verdict = decide(clean(findings=(finding("code-runs-on-load"),)), policy)
    assert [decision.clause for decision in verdict.decisions] == ["rules.code-runs-on-load"]
