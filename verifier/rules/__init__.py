"""The catalogue: one page a rule, `pages/<rule-id>.md`.

A page is TOML front matter between `+++` lines and the fixed sections of `SECTIONS`. Pages are parsed one by one, when
first asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from verifier.errors import InternalError
from verifier.records.canonical import digest_of
from verifier.rules._page import SECTIONS, Confidence, Rule, Severity, parse

__all__ = ["SECTIONS", "Confidence", "Rule", "Severity", "catalogue", "parse", "rule", "rule_ids", "rules_digest"]

_PAGES = Path(__file__).parent / "pages"


@cache
def rule_ids() -> frozenset[str]:
    """Ids of all rules, without reading a page."""
    return frozenset(page.name.removesuffix(".md") for page in _PAGES.iterdir() if page.name.endswith(".md"))


@cache
def rule(rule_id: str) -> Rule:
    """The rule of that id.

    Raises:
        InternalError: there is no such page, or it is malformed.
    """
    if rule_id not in rule_ids():
        raise InternalError(f"the rule {rule_id!r} has no page", "Please report this.")
    return parse(rule_id, _text(rule_id))


@cache
def catalogue() -> Mapping[str, Rule]:
    """All rules by id, in order of their ids.

    Raises:
        InternalError: a page is malformed.
    """
    return MappingProxyType({rule_id: rule(rule_id) for rule_id in sorted(rule_ids())})


@cache
def rules_digest() -> str:
    """SHA-256 over all pages: changes whenever a severity or a word of the catalogue does."""
    return digest_of([[rule_id, _text(rule_id)] for rule_id in sorted(rule_ids())])


def _text(rule_id: str) -> str:
    return (_PAGES / f"{rule_id}.md").read_text(encoding="utf-8")
