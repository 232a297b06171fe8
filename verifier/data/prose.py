"""How model cards put in prose what a model is: `prose.toml`, and the numbers people write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from verifier.data.registries import read

_UNITS = {"k": 3, "thousand": 3, "m": 6, "million": 6, "b": 9, "billion": 9, "t": 12, "trillion": 12}
_NUMBER = (
    r"(?P<n>\d{1,3}(?:,\d{3})+|\d{1,12}(?:\.\d{1,4})?)[ ]?"
    r"(?P<unit>(?:[kmbt]|thousand|(?:m|b|tr)illion)?)(?![\w.,]?\d|\w)"
)
_WRITTEN = re.compile(_NUMBER, re.IGNORECASE)


class Number(NamedTuple):
    """A number somebody wrote: its value, and the value of the last digit that was written."""

    value: int
    unit: int

    def covers(self, exact: int) -> bool:
        """Whether somebody who means `exact` may write this: rounded, or cut off."""
        return 2 * abs(exact - self.value) <= self.unit or 0 <= exact - self.value < self.unit


def number(text: str) -> Number | None:
    """What a text as `22.7M`, `30,522`, `128k` or `7 billion` says; None where it says none, or none that is whole."""
    match = _WRITTEN.fullmatch(text.strip())
    return None if match is None else _value(match)


def _value(match: re.Match[str]) -> Number | None:
    digits = match["n"].replace(",", "")
    unit = match["unit"].lower()
    if unit and unit not in _UNITS:
        return None
    whole, _, part = digits.partition(".")
    power = _UNITS.get(unit, 0) - len(part)
    return None if power < 0 else Number(int(whole + part) * 10**power, 10**power)


@cache
def patterns() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    """By kind of claim what its sentences look like; the groups `n` and `unit`, where there are any, hold a number."""
    return MappingProxyType(
        {
            kind: tuple(re.compile(one.replace("{n}", _NUMBER), re.IGNORECASE) for one in table["patterns"])
            for kind, table in read("prose.toml").items()
        }
    )


def said(match: re.Match[str]) -> Number | None:
    """The number in a match of one of the patterns; None where the pattern has none."""
    return _value(match) if "n" in match.re.groupindex else None
