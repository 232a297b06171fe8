"""The catalogue, and what every page keeps to."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from verifier import rules
from verifier.errors import InternalError
from verifier.rules import SECTIONS, Confidence, Rule, Severity, parse

PAGE = """\
+++
title = "Bytes stand where none should"
severity = "high"
confidence = "medium"
since = "0.1.0"
formats = ["safetensors"]
cwe = ["CWE-20"]
atlas = ["AML.T0011.000"]
references = ["https://example.org"]
network = false
+++
## What it sees
Bytes.
## Why it matters
Two readers differ.
## Example
`0x00`
## What to do
Ask.
## Limits
None.
"""


def test_a_page_becomes_a_rule() -> None:
    rule = parse("stray-bytes", PAGE)
    assert (rule.id, rule.title) == ("stray-bytes", "Bytes stand where none should")
    assert (rule.severity, rule.confidence) == (Severity.HIGH, Confidence.MEDIUM)
    assert (rule.formats, rule.cwe, rule.atlas) == (("safetensors",), ("CWE-20",), ("AML.T0011.000",))
    assert (rule.since, rule.references, rule.network) == ("0.1.0", ("https://example.org",), False)
    assert dict(rule.sections) == dict(
        zip(SECTIONS, ("Bytes.", "Two readers differ.", "`0x00`", "Ask.", "None."), strict=True)
    )


@pytest.mark.parametrize(
    ("rule_id", "old", "new", "complaint"),
    [
        ("Stray_Bytes", "", "", "the file name is not a slug"),
        ("x", "+++\ntitle", "title", "it does not begin with front matter"),
        ("x", "+++\n##", "##", "it does not begin with front matter"),
        ("x", 'title = "', "title = ", "the front matter is not TOML"),
        ("x", "network = false\n", "", "these keys are missing or unknown: network"),
        ("x", "network = false", "network = false\nowner = 1", "these keys are missing or unknown: owner"),
        ("x", "network = false", 'network = "no"', "network is neither true nor false"),
        ("x", '"high"', '"hihg"', "severity = 'hihg' is not critical|high|medium|low|info"),
        ("x", '"0.1.0"', "1", "since = 1 is not"),
        ("x", '["CWE-20"]', '["CWE"]', "cwe = ['CWE'] is not a list of"),
        ("x", '["CWE-20"]', '"CWE-20"', "cwe = 'CWE-20' is not a list of"),
        ("x", "## Limits\nNone.\n", "", "its headings are"),
        ("x", "None.\n", "", "a section is empty"),
        ("x", "## What it sees", "Hello.\n## What it sees", "text stands before the first"),
    ],
)
def test_a_malformed_page_says_where_and_why(rule_id: str, old: str, new: str, complaint: str) -> None:
    with pytest.raises(InternalError, match=re.escape(complaint)) as caught:
        parse(rule_id, PAGE.replace(old, new, 1))
    assert str(caught.value).startswith(f"rules/pages/{rule_id}.md: ")


@pytest.mark.parametrize("rule_id", sorted(rules.rule_ids() | rules.code_rule_ids()))
def test_every_page_can_be_read_by_people(rule_id: str) -> None:
    rule = rules.rule(rule_id)
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    assert len(rule.title) <= 80
    assert all(len(line) <= 140 for text in rule.sections.values() for line in text.splitlines())


def test_the_catalogue_holds_every_page_in_order() -> None:
    catalogue = rules.catalogue()
    assert list(catalogue) == sorted(rules.rule_ids() | rules.code_rule_ids())
    assert not rules.rule_ids() & rules.code_rule_ids()
    assert all(isinstance(rule, Rule) and rule.id == rule_id for rule_id, rule in catalogue.items())
    assert rules.catalogue() is catalogue


@pytest.mark.parametrize("folder", ["pages", "code"])
def test_the_folders_hold_nothing_but_pages(folder: str) -> None:
    assert all(page.name.endswith(".md") for page in (files("verifier.rules") / folder).iterdir())


def test_a_rule_without_a_page_is_a_bug() -> None:
    with pytest.raises(InternalError, match="the rule 'no-such-rule' has no page"):
        rules.rule("no-such-rule")


def test_the_digest_is_stable() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", rules.rules_digest())
