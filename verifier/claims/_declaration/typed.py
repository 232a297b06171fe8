"""From a document to a record: each field of the record is a key, and its type says what may stand there.

Strict where it matters: a key that is known holds what its type says, or the document is refused with the place; a key
that is unknown is ignored, so that later versions can say more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from verifier.claims._tree import Bare, Tree
from verifier.errors import Malformed
from verifier.records import Value, visible
from verifier.records.terms import allowed

MAX_ITEMS = 1000
"""Items of a list, and entries of a table."""

MAX_TEXT = 1000
"""Characters of a text."""

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,40}|[0-9]{1,40}(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,3})?")

Record = TypeVar("Record")


class Free:
    """Stands for `Parameters`: a table whose keys nobody fixed."""


def read(kind: type[Record], document: Tree, where: str = "") -> Record:
    """The record of that kind which a table holds.

    Args:
        kind: a dataclass of `records.declaration`.
        document: the table.
        where: JSON pointer to it.

    Raises:
        Malformed: a known key holds something else than it may; names the place.
    """
    if not isinstance(document, dict):
        _refuse(where, "a table")
    given: dict[str, Any] = {}
    for field, hint in keys(kind):
        value = document.get(field.name)
        if value is not None:
            given[field.name] = _read(hint, value, f"{where}/{field.name}")
        elif field.default is MISSING:
            raise Malformed(f"{where or '/'} has no {field.name}")
    if any(field.name == "where" for field in fields(kind)):  # type: ignore[arg-type]
        given["where"] = where
    try:
        return kind(**given)
    except ValueError as error:
        raise Malformed(f"{where or '/'}: {error}") from error


@cache
def _keys(kind: type) -> tuple[tuple[Field[Any], Any], ...]:
    hints = get_type_hints(kind, localns={"Parameters": Free}, include_extras=True)
    return tuple((field, hints[field.name]) for field in fields(kind) if field.metadata.get("key", True))


def keys(kind: type) -> tuple[tuple[Field[Any], Any], ...]:
    """The fields of a record that are keys of a document, with their types."""
    return _keys(kind)


def item_of(hint: Any) -> tuple[bool, Any]:
    """Of the type of a tuple: whether it is a table, pairs of a name and an item, and the type of an item."""
    item = get_args(hint)[0]
    return (True, get_args(item)[1]) if get_origin(item) is tuple else (False, item)


def bare(hint: Any) -> Any:
    """The type that an optional one is of."""
    options = [option for option in get_args(hint) if option is not NoneType]
    return options[0] if get_origin(hint) in (Union, UnionType) else hint


def _read(hint: Any, value: Tree, where: str) -> Any:
    hint = bare(hint)
    if hint is Free:
        return tuple(sorted(_free(value, where, "")))
    if get_origin(hint) is tuple:
        return _several(hint, value, where)
    if get_origin(hint) is Annotated or hint in (float, int) or issubclass(hint, StrEnum):
        return _scalar(hint, value, where)
    return read(hint, value, where)


def _scalar(hint: Any, value: Tree, where: str) -> str | float:
    if get_origin(hint) is Annotated:
        text = _text(value, where)
        return text if allowed(hint, text) else _refuse(where, get_args(hint)[1].doc)
    if hint is float:
        return _number(value, where)
    if hint is int:
        found = _number(value, where)
        return int(found) if found.is_integer() else _refuse(where, "a whole number")
    known: dict[str, str] = {one.value: one for one in hint}
    return known.get(_text(value, where)) or _refuse(where, f"one of {', '.join(known)}")


def _several(hint: Any, value: Tree, where: str) -> tuple[Any, ...]:
    is_table, item = item_of(hint)
    if is_table:
        if not isinstance(value, dict) or len(value) > MAX_ITEMS:
            _refuse(where, f"a table of at most {MAX_ITEMS} entries")
        return tuple((_text(key, where), _read(item, one, f"{where}/{_step(key)}")) for key, one in value.items())
    items = value if isinstance(value, list) else [value]
    if len(items) > MAX_ITEMS:
        _refuse(where, f"a list of at most {MAX_ITEMS} items")
    return tuple(_read(item, one, f"{where}/{index}") for index, one in enumerate(items))


def _text(value: Tree, where: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        _refuse(where, f"a text of at most {MAX_TEXT} characters")
    return str(value)


def number(value: Tree) -> float | None:
    """The finite number that a value is or writes; None where it is none."""
    found = value if not isinstance(value, str) else float(value) if _FLOAT.fullmatch(value) else None
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        return None
    return float(found)


def _number(value: Tree, where: str) -> float:
    found = number(value)
    return _refuse(where, "a number") if found is None else found


def _free(value: Tree, where: str, name: str) -> Iterator[tuple[str, Value]]:
    """A table whose entries nobody fixed; what is in a table in it is named `outer.inner`."""
    if not isinstance(value, dict) or len(value) > MAX_ITEMS:
        _refuse(where, f"a table of at most {MAX_ITEMS} entries")
    for key, one in value.items():
        if isinstance(one, dict):
            yield from _free(one, f"{where}/{_step(key)}", f"{name}{key}.")
        else:
            yield _text(f"{name}{key}", where), plain(one, f"{where}/{_step(key)}")


def plain(value: Tree, where: str) -> Value:
    """A value nobody fixed the type of: what stands without quotes is a number or a truth where it looks like one."""
    if isinstance(value, list):
        if len(value) > MAX_ITEMS:
            _refuse(where, f"a list of at most {MAX_ITEMS} items")
        return tuple(plain(one, f"{where}/{index}") for index, one in enumerate(value))
    if isinstance(value, dict):
        return _refuse(where, "a value or a list of values")
    if not isinstance(value, Bare):
        return _text(value, where) if isinstance(value, str) else value
    if value in ("true", "false"):
        return value == "true"
    if _INTEGER.fullmatch(value):
        return int(value)
    return float(value) if _FLOAT.fullmatch(value) else _text(value, where)


def _step(key: str) -> str:
    return visible(key, 100).replace("~", "~0").replace("/", "~1")


def _refuse(where: str, what: str) -> NoReturn:
    raise Malformed(f"{where or '/'} is not {what}")
