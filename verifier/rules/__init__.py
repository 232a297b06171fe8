"""The catalogue: one page a rule, `pages/<rule-id>.md`; those on source code, which no policy names, in `code/`.

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

__all__ = [
    "SECTIONS",
    "Confidence",
    "Rule",
    "Severity",
    "catalogue",
    "code_rule_ids",
    "parse",
    "rule",
    "rule_ids",
    "rules_digest",
]

_HERE = Path(__file__).parent
_MODELS, _CODE = _HERE / "pages", _HERE / "code"


@cache
def rule_ids() -> frozenset[str]:
    """Ids of the rules on models, which policies may name, without reading a page."""
    return _ids(_MODELS)


@cache
def code_rule_ids() -> frozenset[str]:
    """Ids of the rules on source code that names models, without reading a page."""
    return _ids(_CODE)


@cache
def rule(rule_id: str) -> Rule:
    """The rule of that id.

    Raises:
        InternalError: there is no such page, or it is malformed.
    """
    if rule_id not in rule_ids() | code_rule_ids():
        raise InternalError(f"the rule {rule_id!r} has no page", "Please report this.")
    return parse(rule_id, _text(rule_id))


@cache
def catalogue() -> Mapping[str, Rule]:
    """All rules, on models and on code, by id, in order of their ids.

    Raises:
        InternalError: a page is malformed.
    """
    return MappingProxyType({rule_id: rule(rule_id) for rule_id in sorted(rule_ids() | code_rule_ids())})


@cache
def rules_digest() -> str:
    """SHA-256 over the pages on models: changes whenever a severity or a word of one does."""
    return digest_of([[rule_id, _text(rule_id)] for rule_id in sorted(rule_ids())])


def _text(rule_id: str) -> str:
    folder = _CODE if rule_id in code_rule_ids() else _MODELS
    return (folder / f"{rule_id}.md").read_text(encoding="utf-8")


def _ids(folder: Path) -> frozenset[str]:
    return frozenset(page.name.removesuffix(".md") for page in folder.iterdir() if page.name.endswith(".md"))
