"""`verify rules` and `verify explain`: the catalogue."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from verifier import rules
from verifier.errors import UsageError
from verifier.records import visible
from verifier.records.canonical import Plain, canonical_bytes, to_plain
from verifier.rules import Rule


def listing(text_or_json: str) -> str:
    """All rules, one a line, or as the JSON object `{"format": "rules-v1", "rules": [...]}`.

    Raises:
        UsageError: the format is neither plain nor json.
    """
    catalogue = rules.catalogue()
    if _is_json(text_or_json):
        return _json({"format": "rules-v1", "rules": [_plain(rule) for rule in catalogue.values()]})
    widest = max(map(len, catalogue), default=0)
    return "".join(f"{rule.id:<{widest}}  {rule.severity:<8}  {rule.title}\n" for rule in catalogue.values())


def page(rule_id: str, text_or_json: str) -> str:
    """A rule's page as text, or as a JSON object.

    Raises:
        UsageError: there is no such rule, or the format is neither plain nor json.
    """
    known = rules.rule_ids() | rules.code_rule_ids()
    if rule_id not in known:
        near = get_close_matches(rule_id, sorted(known), n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`verify rules` lists all."
        raise UsageError(f"There is no rule {visible(rule_id)!r}.", hint)
    rule = rules.rule(rule_id)
    return _json(_plain(rule)) if _is_json(text_or_json) else _text(rule)


def _is_json(text_or_json: str) -> bool:
    if text_or_json not in ("plain", "json"):
        raise UsageError(f"There is no format {visible(text_or_json)!r} here.", "Use plain or json.")
    return text_or_json == "json"


def _plain(rule: Rule) -> Plain:
    return to_plain(replace(rule, sections=dict(rule.sections)))


def _json(value: Plain) -> str:
    return canonical_bytes(value).decode("ascii") + "\n"


def _text(rule: Rule) -> str:
    facts = [f"severity {rule.severity}", f"confidence {rule.confidence}", f"since {rule.since}"]
    lists = {"formats": rule.formats, "weaknesses": (*rule.cwe, *rule.atlas), "references": rule.references}
    lines = [f"{rule.id}: {rule.title}", " · ".join(facts)]
    lines += [f"{name}: {', '.join(values)}" for name, values in lists.items() if values]
    lines += [f"\n{heading}\n\n{text}" for heading, text in rule.sections.items()]
    return "\n".join(lines) + "\n"
