"""JSON (RFC 8259), read exactly or as Python reads it, and what other parsers could see in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TypeAlias, Union, cast

from verifier.errors import BudgetExceeded, Malformed

Json: TypeAlias = Union[str, int, float, bool, list["Json"], dict[str, "Json"], None]
"""What a JSON text can hold."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed JSON text.

    Args:
        value: its value; of keys that stand twice in an object the last counts, as in Python and Rust.
        duplicates: the keys that do, in order of appearance.
    """

    value: Json
    duplicates: tuple[str, ...]


def parse(raw: bytes, *, exact: bool = True) -> Document:
    """Parses UTF-8 JSON.

    Args:
        raw: the text.
        exact: refuse what Python reads although it is no JSON: NaN, infinities, lone surrogates, a byte order mark.

    Raises:
        Malformed: not UTF-8, or not JSON.
        BudgetExceeded: nested too deeply.
    """
    try:
        text = raw.decode("utf-8" if exact else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("the text is not UTF-8", error.start) from error
    duplicates: list[str] = []

    def build(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        built = dict(pairs)
        if len(built) != len(pairs):
            keys = [key for key, _ in pairs]
            duplicates.extend(key for key in built if keys.count(key) > 1)
        return built

    integer = _integer if "-0" in text else None
    try:
        value = json.loads(text, object_pairs_hook=build, parse_constant=_refuse if exact else None, parse_int=integer)
    except json.JSONDecodeError as error:
        raise Malformed(f"the text is not JSON: {error.msg}", len(text[: error.pos].encode())) from error
    except ValueError as error:
        raise Malformed(f"the text is not JSON that every parser reads: {error}") from error
    except RecursionError as error:
        raise BudgetExceeded("the JSON is nested too deeply") from error
    if exact and "\\u" in text and not _is_unicode(value):
        raise Malformed("a string holds half of a surrogate pair")
    return Document(cast(Json, value), tuple(dict.fromkeys(duplicates)))


def _refuse(name: str) -> Json:
    raise ValueError(f"{name} is not a JSON number")


def _integer(digits: str) -> int | float:
    """Minus zero is a float, as everywhere but in Python."""
    return -0.0 if digits == "-0" else int(digits)


def _is_unicode(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def pointer(*steps: str | int) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
