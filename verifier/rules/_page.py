"""A rule's page: what it holds and how it is read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from verifier.errors import InternalError

SECTIONS = ("What it sees", "Why it matters", "Example", "What to do", "Limits")
"""Headings of a page, in order."""


class Severity(StrEnum):
    """How bad a matched rule is before a policy says otherwise."""

    CRITICAL = "critical"
    """Loading runs code, or the bytes are not those promised."""
    HIGH = "high"
    """Crafted, or broken in a way no genuine writer produces."""
    MEDIUM = "medium"
    """Whether it is harmful cannot be decided."""
    LOW = "low"
    INFO = "info"


class Confidence(StrEnum):
    """How rarely the rule is wrong."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the catalogue.

    Args:
        id: slug naming the flaw; never reused.
        title: one noun phrase naming the flaw, in sentence case.
        severity: the default a policy may remap.
        confidence: how rarely it is wrong.
        since: version that brought it.
        formats: ids of the formats it can match in; empty where it is about the repository as a whole.
        cwe: Common Weakness Enumeration ids.
        atlas: MITRE ATLAS technique ids.
        references: CVE and GHSA ids, specifications, URLs.
        network: whether it needs the network.
        sections: heading to text, the headings of SECTIONS in order.
    """

    id: str
    title: str
    severity: Severity
    confidence: Confidence
    since: str
    formats: tuple[str, ...]
    cwe: tuple[str, ...]
    atlas: tuple[str, ...]
    references: tuple[str, ...]
    network: bool
    sections: Mapping[str, str]


_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TEXT = re.compile(r"\S.*\S")
_ONE_OF = {name: re.compile("|".join(kind)) for name, kind in (("severity", Severity), ("confidence", Confidence))}
_TEXTS = {"title": _TEXT, "since": re.compile(r"\d+\.\d+\.\d+"), **_ONE_OF}
_LISTS = {
    "formats": _SLUG,
    "cwe": re.compile(r"CWE-\d+"),
    "atlas": re.compile(r"AML\.T\d{4}(\.\d{3})?"),
    "references": _TEXT,
}
_KEYS = frozenset({*_TEXTS, *_LISTS, "network"})


def parse(rule_id: str, text: str) -> Rule:
    """Reads a page.

    Raises:
        InternalError: the page is not as the catalogue wants it; the message names page, key and cause.
    """
    _demand(rule_id, bool(_SLUG.fullmatch(rule_id)), "the file name is not a slug")
    opening, *parts = text.split("+++\n", 2)
    _demand(rule_id, opening == "" and len(parts) == 2, "it does not begin with front matter between two +++ lines")
    try:
        front = tomllib.loads(parts[0])
    except tomllib.TOMLDecodeError as error:
        raise InternalError(f"rules/pages/{rule_id}.md: the front matter is not TOML: {error}") from error
    difference = ", ".join(sorted(_KEYS.symmetric_difference(front)))
    _demand(rule_id, not difference, f"these keys are missing or unknown: {difference}")
    for key, pattern in _TEXTS.items():
        _demand(rule_id, _matches(pattern, front[key]), f"{key} = {front[key]!r} is not {pattern.pattern}")
    for key, pattern in _LISTS.items():
        good = isinstance(front[key], list) and all(_matches(pattern, item) for item in front[key])
        _demand(rule_id, good, f"{key} = {front[key]!r} is not a list of {pattern.pattern}")
    _demand(rule_id, isinstance(front["network"], bool), "network is neither true nor false")
    return Rule(
        id=rule_id,
        title=front["title"],
        severity=Severity(front["severity"]),
        confidence=Confidence(front["confidence"]),
        since=front["since"],
        network=front["network"],
        sections=_sections(rule_id, parts[1]),
        **{key: tuple(front[key]) for key in _LISTS},
    )


def _sections(rule_id: str, body: str) -> Mapping[str, str]:
    before, *pieces = re.split(r"^## (.+)$", body, flags=re.MULTILINE)
    sections = {heading.strip(): content.strip() for heading, content in zip(pieces[::2], pieces[1::2], strict=True)}
    headings = tuple(heading.strip() for heading in pieces[::2])
    _demand(rule_id, headings == SECTIONS, f"its headings are {headings}, not {SECTIONS}")
    _demand(
        rule_id, not before.strip() and all(sections.values()), "a section is empty, or text stands before the first"
    )
    return MappingProxyType(sections)


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and bool(pattern.fullmatch(value))


def _demand(rule_id: str, condition: bool, complaint: str) -> None:
    if not condition:
        raise InternalError(f"rules/pages/{rule_id}.md: {complaint}")
