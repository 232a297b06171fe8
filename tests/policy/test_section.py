"""What every section keeps to."""

from __future__ import annotations

import pytest

from tests.builders.dossiers import TODAY, clean, finding
from verifier.policy import combined, load
from verifier.policy._case import Case
from verifier.policy._policy import defaults
from verifier.policy._section import Section
from verifier.policy.sections import sections
from verifier.records import Stage


def test_sections_are_named_once_and_described() -> None:
    names = [section.NAME for section in sections()]
    assert sorted(names) == sorted(set(names))
    assert set(defaults()) == set(names)


def test_precedences_differ_so_that_one_section_decides() -> None:
    ranks = [section.PRECEDENCE for section in sections() if section.PRECEDENCE]
    assert len(ranks) == len(set(ranks))


@pytest.mark.parametrize("section", [section for section in sections() if not section.PRECEDENCE])
def test_a_section_without_precedence_leaves_findings_to_others(section: type[Section]) -> None:
    case = Case(clean(), (), Stage.CONFIRMED, TODAY)
    made = next(one for one in load("default").sections if isinstance(one, section))
    assert made.answer(finding("pickle-unsafe-call"), case) is None


def test_lineage_is_asked_for_where_one_policy_wants_it() -> None:
    assert load("finetune").asks_for_lineage
    assert not load("default").asks_for_lineage
    assert combined([load("default"), load("finetune")]).asks_for_lineage
    assert not combined([load("default"), load("permissive")]).asks_for_lineage
