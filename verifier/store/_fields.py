"""Typed access to a table that was read: each getter gives the value at a key, or raises `Wrong`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn, TypeVar

Kind = TypeVar("Kind")


class Wrong(Exception):
    """What a table holds is not what belongs there."""


def get(table: Mapping[str, object], key: str, kind: type[Kind], default: Kind | None = None) -> Kind:
    """A value of that type."""
    value = table.get(key, default)
    return value if isinstance(value, kind) and not isinstance(value, bool) else wrong(key)


def matched(pattern: re.Pattern[str], table: Mapping[str, object], key: str) -> str:
    """A text that is all of the pattern."""
    text = get(table, key, str)
    return text if pattern.fullmatch(text) else wrong(key)


def words(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    """A list of texts, sorted; empty where there is none."""
    found = get(table, key, list, [])
    return tuple(sorted(found)) if all(isinstance(word, str) for word in found) else wrong(key)


def path(text: str) -> str:
    """A path that cannot lead out of the folder it is about on any system."""
    if not text.isprintable() or "\\" in text or any(part in ("", ".", "..") for part in text.split("/")):
        raise Wrong(f"{text!r} is no path in a repository")
    return text


def wrong(key: str) -> NoReturn:
    """Raises `Wrong` about a key."""
    raise Wrong(f"{key!r} is missing or not what it takes")
