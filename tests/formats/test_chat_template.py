"""Templates in files of their own are found by name and read to the end."""

from __future__ import annotations

import json

import pytest

from tests.builders.inspections import facts_of, inspected, probe, rules_of, states_of
from tests.builders.templates import CHATML, GENUINE, UNSAFE
from verifier.errors import BudgetExceeded
from verifier.formats import FormatModule, candidates
from verifier.formats import chat_template as module
from verifier.records import CoverageState

MODULE: FormatModule = module
UNSAFE_RULE = "template-unsafe-expression"


@pytest.mark.parametrize("family", GENUINE)
@pytest.mark.parametrize("name", ["chat_template.jinja", "additional_chat_templates/tool_use.jinja"])
def test_genuine_templates_are_quiet(name: str, family: str) -> None:
    data = GENUINE[family].encode()
    assert [found.FORMAT.id for found in candidates(probe(data, name.rpartition("/")[2]))] == ["chat-template"]
    records = inspected(MODULE, data, name)
    assert (rules_of(records), states_of(records)) == ([], [CoverageState.INSPECTED])
    template = facts_of(records)["chat-template"]
    assert isinstance(template, tuple)
    assert template[0] == ("default" if name == "chat_template.jinja" else "tool_use")


@pytest.mark.parametrize("way", UNSAFE)
def test_hostile_templates_are_found(way: str) -> None:
    assert UNSAFE_RULE in rules_of(inspected(MODULE, UNSAFE[way].encode(), "chat_template.jinja"))


def test_the_template_of_a_processor_is_found() -> None:
    data = json.dumps({"chat_template": CHATML + UNSAFE["globals"]}).encode()
    assert MODULE in candidates(probe(data, "chat_template.json"))
    records = inspected(MODULE, data, "chat_template.json")
    assert (rules_of(records), states_of(records)) == ([UNSAFE_RULE], [CoverageState.INSPECTED])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jinja", b"\x80\x04N."),
        ("a.jinja", "{{ a }}".encode("utf-16")),
        ("chat_template.json", b"{"),
        ("chat_template.json", b"\0"),
    ],
)
def test_a_name_alone_makes_no_template(name: str, data: bytes) -> None:
    assert states_of(inspected(MODULE, data, name)) == [CoverageState.UNKNOWN]


def test_an_endless_template_is_a_limit() -> None:
    with pytest.raises(BudgetExceeded):
        inspected(MODULE, b" " * (module.MAX_BYTES + 1), "chat_template.jinja")
