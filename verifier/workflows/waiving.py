"""Waivers: from what blocks a model to `[[waive]]` entries with a reason, an owner and an end; and their renewal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import cast

from verifier.errors import PolicyError
from verifier.policy import Policy, written
from verifier.policy.sections.waive import Waiver, Waivers
from verifier.records import Decision, Finding, Level, Verdict
from verifier.store import quoted
from verifier.workflows import editing

DAYS = 90
"""How long a waiver holds where nobody says: long enough to find another model, short enough to be looked at."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who answers for an entry.

    Args:
        owner: who says so.
        reason: why.
        expires: its last day.
    """

    owner: str
    reason: str
    expires: date


def subject(decision: Decision) -> str:
    """What a waiver has to name to cover a decision: the rule, else the clause."""
    return decision.cites.rule if isinstance(decision.cites, Finding) else decision.clause


def blocking(verdict: Verdict) -> list[Decision]:
    """The decisions that keep a model from being accepted, those about repositories it loads left to them."""
    return [
        decision
        for decision in verdict.decisions
        if decision.level in (Level.DENY, Level.UNDECIDED) and decision.waiver is None
    ]


def entry(rule: str, model: str, digest: str, signature: Signature, prefix: str = "") -> str:
    """A `[[waive]]` entry of a policy, as TOML."""
    lines = {"rule": rule, "model": model, "digest": digest, "reason": signature.reason, "owner": signature.owner}
    told = "".join(f"{key} = {quoted(value)}\n" for key, value in lines.items() if value)
    return f"\n[[{prefix}waive]]\n{told}expires = {signature.expires}\n"


def add(file: Path, rules: Iterable[str], model: str, digest: str, signature: Signature) -> None:
    """Adds waivers to a policy file, which is checked before it takes the old one's place.

    Raises:
        UsageError: the file cannot be read or written.
        PolicyError: it is no policy, or one of the waivers is not allowed.
    """

    def change(text: str, _before: Policy) -> str:
        added = (entry(rule, model, digest, signature, editing.prefix(file)) for rule in rules)
        return text.rstrip("\n") + "\n" + "".join(added)

    editing.edit(file, change)


def ending(policy: Policy, today: date, days: int) -> list[Waiver]:
    """Waivers that have ended, or will within some days, the first to end first."""
    last = today + timedelta(days)
    found = [one for one in policy.section(Waivers).entries if one.expires <= last]
    return sorted(found, key=lambda one: (one.expires, one.rule, one.model))


def renew(file: Path, today: date, days: int, signature: Signature) -> int:
    """Moves the end of every waiver in the file itself that `ending` names, and makes the signer its owner.

    The reason is replaced only where a new one is given.

    Returns:
        How many there were.

    Raises:
        UsageError: the file cannot be read or written.
        PolicyError: it is no policy, or a waiver is written so that only a person can change it.
    """
    numbers: list[int] = []

    def change(text: str, _before: Policy) -> str:
        own = written(text.encode(), str(file))
        entries = cast(list[Mapping[str, date]], own.values.get("waive", []))
        numbers.extend(n for n, one in enumerate(entries) if one["expires"] <= today + timedelta(days))
        lines = text.splitlines(keepends=True)
        values = {"expires": str(signature.expires), "owner": quoted(signature.owner)}
        values |= {"reason": quoted(signature.reason)} if signature.reason else {}
        for number in numbers:
            for key, value in values.items():
                at = own.places["waive", number, key][1] - 1
                pattern = rf"(?<![\w-]){key}(\s*=\s*){_VALUE[key]}"
                lines[at], count = re.subn(pattern, lambda m, v=value, k=key: f"{k}{m[1]}{v}", lines[at])  # type: ignore[misc]
                if count != 1:
                    raise PolicyError(f"{file}:{at + 1}: {key} cannot be changed there.", "Change it by hand.")
        return "".join(lines)

    editing.edit(file, change)
    return len(numbers)


_STRING = r"(?:\"(?:\\.|[^\"\\])*\"(?!\")|'[^']*'(?!'))"
_VALUE = {"expires": r"\d{4}-\d{2}-\d{2}", "owner": _STRING, "reason": _STRING}
