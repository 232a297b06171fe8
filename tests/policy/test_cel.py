"""Rules of one's own."""

from __future__ import annotations

import sys

import pytest

from tests.builders.dossiers import TODAY, artifact, claim, clean, decide, finding, gap, inspected, snapshot, written
from verifier.errors import PolicyError
from verifier.policy import _cel
from verifier.policy._case import Case
from verifier.policy._cel import Outcome, bound, check, evaluate
from verifier.policy.facts import facts
from verifier.records import (
    CoverageState,
    Dossier,
    Edge,
    EdgeKind,
    Evidence,
    Fact,
    Level,
    Stage,
)
from verifier.records.evidence import Value

PLACE = Evidence("model.safetensors", "seen", "test/1")


def fact(kind: str, value: Value) -> Fact:
    return Fact(kind, value, PLACE)


DOSSIER = Dossier(
    snapshot(artifact("a.bin", 10, "pickle"), artifact("model.safetensors"), metadata=(("endpoint", "https://hub"),)),
    findings=(finding("pickle-unsafe-call", "a.bin"),),
    facts=(fact("parameter-count", 7), fact("dtypes", ("F16", "F32")), fact("nothing", None)),
    claims=(claim("license", "mit"), claim("datasets", ("a", "b")), claim("license", "gemma", subject="org/base")),
    coverage=(inspected(), gap(CoverageState.ERROR, "a.bin", "pickle/1"), inspected("a.bin!x", "zip/1")),
    edges=(Edge(EdgeKind.DERIVED_FROM, "org/base", None, PLACE),),
)
DOCUMENT = facts(Case(DOSSIER, (), Stage.CONFIRMED, TODAY))

TRUE = [
    'model.id == "org/name" && model.organization == "org" && model.name == "name" && model.kind == "hub"',
    'model.hub == "https://hub" && model.commit.matches("^a{40}$") && model.revision == "" && !model.pinned',
    'files.size() == 3 && files.exists(f, f.path == "a.bin!x" && f.formats == ["zip"] && f.size == 0)',
    'findings.all(f, f.rule == "pickle-unsafe-call" && f.severity == "high" && f.file == "a.bin" && f.message != "")',
    'facts.exists(f, f.kind == "parameter-count" && int(f.value) == 7)',
    'facts.exists(f, f.kind == "dtypes" && f.value == "F16, F32") && facts.exists(f, f.value == "")',
    'card["license"] == ["mit"] && card["datasets"].size() == 2 && !("language" in card)',
    'claims.exists(c, c.subject == "org/base" && c.value == "gemma" && c.standing == "unverified")',
    'gaps.all(g, g.file == "a.bin" && g.state == "error" && g.reason != "")',
    'links.exists_one(l, l.kind == "derived-from" && l.target == "org/base" && l.revision == "")',
    'stage == "confirmed" && today < "2026-01-02"',
]


@pytest.mark.parametrize("expression", TRUE)
def test_the_document_is_what_is_known(expression: str) -> None:
    check(expression)
    assert evaluate(expression, bound(DOCUMENT)) == Outcome(truth=True)
    assert evaluate(f"!({expression})", bound(DOCUMENT)) == Outcome(truth=False)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("modle.id == ''", "column 6: undeclared reference to 'modle.id'"),
        ("findings.all(f, f.sevrity == '')", "column 18: undefined field 'sevrity' not found in struct 'Found'"),
        ("true &&\n model.size > 1", "line 2, column 7: undefined field 'size' not found in struct 'Model'"),
        ("files.size() == 'x'", "column 14: found no matching overload for '_==_' applied to '(int, string)'"),
        ("files.all(f, ", "column 14: Syntax error: "),
        ("files.map(f, f.path)", "it gives list"),
        ("'a' + 'b'", "it gives string, not true or false"),
        ("x" * 5000, "it is longer than 4096 characters"),
    ],
)
def test_slips_are_found_before_anything_is_fetched(expression: str, message: str) -> None:
    with pytest.raises(_cel.ExpressionError) as caught:
        check(expression)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ('card["language"][0] == "de"', "language"),
        ("int(facts[1].value) > 0", "cannot convert string to int"),
        ('model.id.matches("(")', "regular expression"),
        ("files.all(a, " * 14 + "a.size >= 0" + ")" * 14, "Iteration budget exceeded"),
    ],
)
def test_what_cannot_be_told_is_no_truth(expression: str, reason: str) -> None:
    check(expression)
    outcome = evaluate(expression, bound(DOCUMENT))
    assert outcome.truth is None
    assert reason in outcome.reason


def rule(level: str = "deny", when: str = "", text: str = "model.id == 'x'") -> str:
    return f'[[rule]]\nid = "mine"\nlevel = "{level}"\nwhen = "{when}"\nassert = "{text}"\nmessage = "No."\n'


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (rule(), [("rule.mine", Level.DENY, "No.")]),
        (rule("note"), [("rule.mine", Level.NOTE, "No.")]),
        (rule(text="true"), [("rule.mine", Level.ALLOW, "holds")]),
        (rule(when="false"), []),
        (rule(when="model.pinned || true"), [("rule.mine", Level.DENY, "No.")]),
    ],
)
def test_a_rule_decides(entry: str, expected: list[tuple[str, Level, str]]) -> None:
    assert [(one.clause, one.level, one.reason) for one in decide(clean(), written(entry)).decisions] == expected


@pytest.mark.parametrize(("level", "expected"), [("deny", Level.UNDECIDED), ("note", Level.NOTE)])
@pytest.mark.parametrize("where", ["when", "assert"])
def test_what_a_rule_cannot_tell_is_not_accepted(where: str, level: str, expected: Level) -> None:
    wrong = "card['license'][0] == 'mit'"
    entry = rule(level, when=wrong) if where == "when" else rule(level, text=wrong)
    (decision,) = decide(clean(), written(entry)).decisions
    assert decision.level is expected
    assert decision.reason.startswith("No. It cannot be told: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (rule().replace("mine", "Not a slug"), "rule.id cannot be 'Not a slug'"),
        (rule().replace("mine", "digest-mismatch"), "rule.id cannot be 'digest-mismatch'"),
        (rule() + rule(text="true"), "rule.id 'mine' stands there twice. Rename one of them."),
        ("".join(rule().replace("mine", f"n{n}") for n in range(201)), "rule.id is one of more than 200"),
        (rule(when="1"), "rule.when is wrong: it gives int, not true or false."),
    ],
)
def test_entries_that_are_wrong(text: str, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        written(text)
    assert message in str(caught.value)


def test_a_rule_of_one_s_own_can_be_waived() -> None:
    waiver = '[[waive]]\nrule = "rule.mine"\nmodel = "*"\nreason = "r"\nowner = "o"\nexpires = 2026-01-01\n'
    assert decide(clean(), written(rule() + waiver)).outcome == "accepted"


def test_without_the_extra_a_rule_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cel_expr_python", None)
    _cel._environment.cache_clear()
    _cel._compiled.cache_clear()
    with pytest.raises(PolicyError) as caught:
        written(rule())
    assert str(caught.value) == (
        "test.toml:6: rule.assert needs an extra that is not installed. Run: pip install 'model-verify[cel]'"
    )
    assert decide(clean(), written("")).outcome == "accepted"
    monkeypatch.undo()
