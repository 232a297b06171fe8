"""The vocabulary's invariants."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import verifier.claims
from tests.builders.dossiers import artifact, claim, comparison, finding, gap, snapshot
from verifier.records import (
    Artifact,
    Claim,
    Comparison,
    Coverage,
    CoverageState,
    Decision,
    EdgeKind,
    Evidence,
    Finding,
    Format,
    Level,
    Outcome,
    Reference,
    Result,
    Snapshot,
    SourceKind,
    parameters,
    visible,
)
from verifier.records.card import CardField
from verifier.records.discovery import discover
from verifier.records.evidence import WHAT_LIMIT


@given(st.text())
def test_what_is_shown_is_one_printable_line_of_bounded_length(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert len(shown) <= WHAT_LIMIT
    assert Evidence("a", text, "test/1").what == shown


@given(st.text(), st.integers(1, 20))
def test_visible_keeps_to_its_limit(text: str, limit: int) -> None:
    assert len(visible(text, limit)) <= limit


def test_visible_leaves_ordinary_text_alone_and_shows_what_hides() -> None:
    assert visible("Grüße, 世界 🤗") == "Grüße, 世界 🤗"
    assert visible("a\nb\u202ec\x00") == "a\\nb\\u202ec\\x00"
    assert visible("x" * 201) == "x" * 199 + "…"


@pytest.mark.parametrize(
    ("name", "how", "offset", "length"), [("", "t/1", 0, 0), ("a", "", 0, 0), ("a", "t/1", -1, 0), ("a", "t/1", 0, -1)]
)
def test_evidence_names_a_place_and_a_module(name: str, how: str, offset: int, length: int) -> None:
    with pytest.raises(ValueError, match=r"evidence|negative"):
        Evidence(name, "", how, offset, length)


@pytest.mark.parametrize(("rule", "evidence", "message"), [("", 1, "m"), ("r", 0, "m"), ("r", 1, "")])
def test_a_finding_has_rule_evidence_and_message(rule: str, evidence: int, message: str) -> None:
    with pytest.raises(ValueError, match="a finding names"):
        Finding(rule, (Evidence("a", "", "t/1"),) * evidence, message)


def test_coverage_that_is_not_complete_gives_its_reason() -> None:
    assert Coverage("a", CoverageState.INSPECTED, "", "t/1").state.clean
    with pytest.raises(ValueError, match="gives its reason"):
        Coverage("a", CoverageState.DATA, "", "t/1")


def test_only_inspected_and_data_are_clean() -> None:
    assert {state for state in CoverageState if state.clean} == {CoverageState.INSPECTED, CoverageState.DATA}


def test_a_reference_names_a_location() -> None:
    with pytest.raises(ValueError, match="names a location"):
        Reference("x", SourceKind.HUB, "")


def test_members_are_named_from_outside_in_and_cannot_forge_a_chain() -> None:
    outer = Artifact("a!b.zip", 1)
    inner = outer.member("c\n", 2).member("d", 3)
    assert outer.name == "a\\x21b.zip"
    assert inner.name == "a\\x21b.zip!c\\n!d"
    assert (inner.path, inner.size, inner.members) == ("a!b.zip", 3, ("c\n", "d"))


@pytest.mark.parametrize("paths", [("b", "a"), ("a", "a")])
def test_a_snapshot_lists_each_path_once_in_order(paths: tuple[str, ...]) -> None:
    asked = Reference("x", SourceKind.FOLDER, "/x")
    with pytest.raises(ValueError, match="each path once, in order"):
        Snapshot(asked, "/x", None, tuple(Artifact(path, 1) for path in paths), local=True)


def test_a_format_names_its_module() -> None:
    assert Format("torch-zip", 3, "PyTorch").how == "torch-zip/3"


def test_only_derived_from_loads_nothing() -> None:
    assert [kind for kind in EdgeKind if not kind.loads] == [EdgeKind.DERIVED_FROM]


def test_outcomes_have_ranks_and_exit_codes() -> None:
    assert [(o.rank, o.exit_code) for o in (Outcome.ACCEPTED, Outcome.UNDECIDED, Outcome.REJECTED)] == [
        (0, 0),
        (1, 3),
        (2, 1),
    ]


def test_parameters_stand_in_order_of_their_names() -> None:
    assert parameters(b=1, a=("x",)) == (("a", ("x",)), ("b", 1))


def test_card_fields_as_cards_spell_them() -> None:
    assert CardField.BASE_MODEL.key == "base_model"


def test_discovery_leaves_shared_modules_out() -> None:
    names = [module.__name__ for module in discover(verifier.claims)]
    assert "verifier.claims.card" in names
    assert names == sorted(names)
    assert not any("._" in name for name in names)


def test_records_travel_between_processes() -> None:
    made = snapshot(artifact())
    assert pickle.loads(pickle.dumps(made)) == made


@pytest.mark.parametrize(
    ("cites", "about"),
    [
        (finding("pickle-unsafe-call", "a.pkl"), "a.pkl"),
        (gap(CoverageState.LIMIT, "a.gguf"), "a.gguf"),
        (claim("license", "mit"), "."),
        (comparison("digest", Result.CONTRADICTED), "."),
        (Comparison("license", None, (), Result.NOT_DECLARED, "it names none"), ""),
        ("org/base@0123", "org/base@0123"),
    ],
)
def test_a_decision_says_what_it_is_about(cites: Finding | Coverage | Claim | Comparison | str, about: str) -> None:
    assert Decision("clause", Level.NOTE, cites, "reason").artifact == about
