"""JSON (RFC 8259), read exactly or as Python reads it, and what other parsers could see in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, Union, cast

from verifier.errors import BudgetExceeded, Malformed

Json: TypeAlias = Union[str, int, float, bool, list["Json"], dict[str, "Json"], None]
"""What a JSON text can hold."""

Place: TypeAlias = Union[tuple["Place", str | int], None]
"""The place above and the key or index there; None is the document. Places share what is above them."""

MAX_VALUES = 1 << 22
"""Brackets and commas of a text that is parsed: the worst such text takes a gigabyte of memory; the largest tokenizers
hold fewer than three million."""


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
    """Parses JSON.

    Args:
        raw: the text.
        exact: UTF-8 only, and refuse what Python reads although it is no JSON: NaN, infinities, lone surrogates, a byte
            order mark. Else the encoding is guessed as `json.loads` guesses it from bytes.

    Raises:
        Malformed: not in its encoding, or not JSON.
        BudgetExceeded: nested too deeply, or too many values.
    """
    encoding, lenience = ("utf-8", "strict") if exact else (json.detect_encoding(raw), "surrogatepass")
    try:
        text = raw.decode(encoding, lenience)
    except UnicodeDecodeError as error:
        raise Malformed(f"the text is not {encoding.removesuffix('-sig').upper()}", error.start) from error
    if sum(text.count(mark) for mark in "[{,") > MAX_VALUES:
        raise BudgetExceeded(f"the JSON holds more than {MAX_VALUES} values")
    duplicates: dict[str, None] = {}
    try:
        value = _loaded(text, duplicates, exact=exact)
        unicode = not exact or "\\u" not in text or _is_unicode(value)
    except json.JSONDecodeError as error:
        offset = len(text[: error.pos].encode(encoding, lenience))
        raise Malformed(f"the text is not JSON: {error.msg}", offset) from error
    except ValueError as error:
        raise Malformed(f"the text is not JSON that every parser reads: {error}") from error
    except RecursionError as error:
        raise BudgetExceeded("the JSON is nested too deeply") from error
    if not unicode:
        raise Malformed("a string holds half of a surrogate pair")
    return Document(value, tuple(duplicates))


def _loaded(text: str, duplicates: dict[str, None], *, exact: bool) -> Json:
    def build(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        built = dict(pairs)
        if len(built) != len(pairs):
            counts = Counter(key for key, _ in pairs)
            duplicates.update((key, None) for key, count in counts.items() if count > 1)
        return built

    integer = _integer if "-0" in text else None
    refuse = _refuse if exact else None
    return cast(Json, json.loads(text, object_pairs_hook=build, parse_constant=refuse, parse_int=integer))


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


def pointer_of(place: Place) -> str:
    """A place as a JSON pointer."""
    steps: list[str | int] = []
    while place is not None:
        place, step = place
        steps.append(step)
    return pointer(*reversed(steps))


def within(place: Place, value: Json) -> Iterator[tuple[Place, Json]]:
    """A value and everything in it, in order, without recursion."""
    stack = [iter([(place, value)])]
    while stack:
        for found in stack[-1]:
            yield found
            stack.append(_items(*found))
            break
        else:
            stack.pop()


def _items(place: Place, value: Json) -> Iterator[tuple[Place, Json]]:
    if isinstance(value, dict):
        yield from (((place, key), item) for key, item in value.items())
    elif isinstance(value, list):
        yield from (((place, i), item) for i, item in enumerate(value))
