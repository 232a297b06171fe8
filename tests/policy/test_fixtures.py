"""Tests of policies: what a case says, and what it does not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.dossiers import TODAY
from verifier.errors import PolicyError
from verifier.policy import decide, load
from verifier.policy.facts import Facts, documentation, facts, facts_of
from verifier.policy.fixtures import Expectation, expectations
from verifier.records import Outcome, SourceKind, Stage, ToolIdentity


def case(text: str, outcome: str = "accepted") -> Expectation:
    (found,) = expectations(f'[[case]]\noutcome = "{outcome}"\n{text}'.encode(), "c.toml", TODAY)
    return found


EVERYTHING = """
name = "all of it"
decisions = ["deny severity.high", "waived card.licenses"]
stage = "pre-download"
today = 2026-03-04
model = { id = "a/b", kind = "cache", commit = "1111111111111111111111111111111111111111", pinned = false }
files = [{ path = "z.bin", size = 5, formats = ["pickle"], sha256 = "00" }, { path = "a.safetensors" }]
findings = [{ rule = "pickle-unsafe-call", file = "z.bin", message = "seen" }]
facts = [{ kind = "architecture", value = "bert" }, { kind = "parameter-count", value = "7", file = "a.safetensors" }]
gaps = [{ file = "z.bin", state = "partial", reason = "half" }]
links = [{ target = "a/base", license = "mit" }, { target = "a/code", kind = "loads-code" }]
[case.card]
license = "mit"
datasets = ["d1", "d2"]
"""


def test_a_case_says_what_the_document_shows() -> None:
    found = case(EVERYTHING, "rejected")
    assert (found.name, found.place, found.outcome) == ("all of it", "c.toml:4", Outcome.REJECTED)
    assert found.decisions == (("deny", "severity.high"), ("waived", "card.licenses"))
    shown = facts(found.case)
    assert (shown.stage, shown.today) == (Stage.PRE_DOWNLOAD, "2026-03-04")
    assert (shown.model.id, shown.model.kind, shown.model.pinned, shown.model.commit) == (
        "a/b",
        "cache",
        False,
        "1" * 40,
    )
    assert [(one.path, one.size, one.formats, one.sha256) for one in shown.files] == [
        ("a.safetensors", 1000, ("safetensors",), ""),
        ("z.bin", 5, ("pickle",), "00"),
    ]
    assert [(one.rule, one.file, one.message) for one in shown.findings] == [("pickle-unsafe-call", "z.bin", "seen")]
    assert [(one.kind, one.value) for one in shown.facts] == [("architecture", "bert"), ("parameter-count", "7")]
    assert [(one.file, one.state, one.reason) for one in shown.gaps] == [("z.bin", "partial", "half")]
    assert [(one.kind, one.target) for one in shown.links] == [("derived-from", "a/base"), ("loads-code", "a/code")]
    assert shown.card == {"license": ("mit",), "datasets": ("d1", "d2")}
    assert [one.value for one in shown.claims if one.subject == "a/base"] == ["mit"]


def test_what_a_case_leaves_out_is_unremarkable() -> None:
    shown = facts(case("").case)
    assert shown.model.pinned
    assert shown.model.hub == "https://huggingface.co"
    assert [one.path for one in shown.files] == ["model.safetensors"]
    assert not (shown.findings)
    assert not (shown.gaps)
    assert not (shown.links)
    assert not (shown.card)
    local = facts(case('model = { id = "/x", kind = "folder" }').case)
    assert (local.model.commit, local.model.hub, local.model.pinned) == ("", "", False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[case]]\nname = 'x'", "c.toml:1: case.outcome is missing. It takes: accepted, rejected, undecided."),
        ("[[case]]\noutcome = 'ok'", "c.toml:2: case.outcome does not take 'ok'."),
        ("[[cases]]", "c.toml:1: cases is not known here. Did you mean 'case'?"),
        ("[[case]]\noutcome = 'accepted'\nfindngs = []", "c.toml:3: case.findngs is not known here."),
        (
            "[[case]]\noutcome = 'accepted'\nfindings = [{ rule = 'pickle-unsafe-cal' }]",
            "c.toml:3: case.findings.rule does not take 'pickle-unsafe-cal'. Did you mean 'pickle-unsafe-call'?",
        ),
        (
            "[[case]]\noutcome = 'accepted'\ncard = { licence = 'mit' }",
            "c.toml:3: case.card.licence is not known here. Did you mean 'license'?",
        ),
        (
            "[[case]]\noutcome = 'accepted'\ndecisions = ['denied formats.allow']",
            "c.toml:3: case.decisions does not take 'denied formats.allow'. Write a word and a clause;",
        ),
        (
            "[[case]]\noutcome = 'accepted'\nfiles = [{ path = 'a' }, { path = 'a' }]",
            "c.toml:3: case.files names 'a' twice. Remove one.",
        ),
    ],
)
def test_a_wrong_case_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        list(expectations(text.encode(), "c.toml", TODAY))
    assert str(caught.value).startswith(message)


def test_a_case_has_no_name_but_a_place() -> None:
    assert case("").name == "case c.toml:1"
    assert case("model = { kind = 'url' }").case.dossier.snapshot.reference.kind is SourceKind.URL


def test_the_document_is_documented_whole() -> None:
    told = documentation()
    for name in Facts.__dataclass_fields__:
        assert f"  {name} " in told
    assert "list(File)" in told
    assert "map(string, list(string))" in told
    assert "string                 id of the rule." in told


def test_a_verdict_s_document_is_that_of_its_case() -> None:
    found = case(EVERYTHING).case
    tool = ToolIdentity("0", "0")
    verdict = decide(
        load("default"), found.dossier, stage=found.stage, tool=tool, dependencies=(), today=date(2026, 3, 4)
    )
    assert facts_of(verdict, date(2026, 3, 4)) == facts(found)


@given(st.text("[]{}=\"'\n abcdefgnorst-,", max_size=80))
def test_reading_is_total(text: str) -> None:
    try:
        found = list(expectations(f"[[case]]\noutcome = 'accepted'\n{text}".encode(), "c.toml", TODAY))
    except PolicyError:
        return
    assert found
