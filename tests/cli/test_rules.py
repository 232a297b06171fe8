from __future__ import annotations

import json

import pytest

from verifier import rules
from verifier.cli.rules import listing, page
from verifier.errors import UsageError


def test_the_listing_is_one_line_a_rule() -> None:
    lines = listing("plain").splitlines()
    assert [line.split()[0] for line in lines] == list(rules.catalogue())
    assert len(json.loads(listing("json"))["rules"]) == len(lines)


@pytest.mark.parametrize("rule_id", list(rules.catalogue()))
def test_every_page_can_be_read(rule_id: str) -> None:
    text = page(rule_id, "plain")
    assert text.startswith(f"{rule_id}: ")
    assert all(f"\n{heading}\n" in text for heading in rules.SECTIONS)
    assert list(json.loads(page(rule_id, "json"))["sections"]) == sorted(rules.SECTIONS)


def test_unknown_rules_name_near_ones() -> None:
    with pytest.raises(UsageError, match="Did you mean npy-malformed"):
        page("npy-malformd", "plain")
