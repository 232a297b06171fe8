"""Keys of a section, each declared once: a dataclass field that knows how TOML gives it and how the schema tells it.

    @dataclass(frozen=True, slots=True)
    class Sources(Section):
        pinned: bool = flag("a hub reference must name a commit")

is read from `pinned = true`; underscores of a field are hyphens in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar, cast

from verifier.policy._table import Table
from verifier.records import Level
from verifier.records.canonical import Plain, to_plain

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")
Schema = dict[str, Plain]

LEVELS: Schema = {"enum": [level.value for level in Level]}
"""What a level may be."""

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Key:
    """How a field is written.

    Args:
        get: reads it: table, key and default.
        schema: what the file may hold.
        doc: one line for people.
        required: it has no default.
        known: the words of a list, looked up when they are needed; None takes any.
    """

    get: Callable[[Table, str, Any], Any]
    schema: Schema
    doc: str
    required: bool = False
    known: Callable[[], Collection[str]] | None = None


def flag(doc: str, *, default: bool = False) -> bool:
    """True or false."""
    return _key(lambda table, key, value: table.flag(key, default=value), {"type": "boolean"}, doc, default)


def words(doc: str, known: Callable[[], Collection[str]] | None = None, *, required: bool = False) -> tuple[str, ...]:
    """A list of strings, each of `known()` unless that is None."""
    schema: Schema = {"type": "array", "items": {"type": "string", "minLength": 1}}

    def get(table: Table, key: str, _default: object) -> tuple[str, ...]:
        return table.words(key, None if known is None else known())

    return _key(get, schema, doc, _ABSENT if required else (), known)


def choice(doc: str, choices: Iterable[E], default: E) -> E:
    """One word."""
    among = tuple(choices)
    schema: Schema = {"enum": [item.value for item in among]}

    def get(table: Table, key: str, value: E) -> E:
        return table.choice(key, among, value)

    return _key(get, schema, doc, default)


def level(doc: str, default: Level, among: Iterable[Level] = Level) -> Level:
    """A level."""
    return choice(doc, among, default)


def maybe_level(doc: str) -> Level | None:
    """A level, or None where the key is absent."""

    def get(table: Table, key: str, _default: None) -> Level | None:
        return table.choice(key, Level, Level.DENY) if key in table.all_keys() else None

    return _key(get, LEVELS, doc, None)


def number(doc: str, default: int, low: int, high: int) -> int:
    """An integer of a range."""

    def get(table: Table, key: str, value: int) -> int:
        found = table.number(key, value)
        if not low <= found <= high:
            table.fail(key, f"takes {low} to {high}, not {found}")
        return found

    return _key(get, {"type": "integer", "minimum": low, "maximum": high}, doc, default)


def text(doc: str, *, required: bool = False) -> str:
    """A string; where it is required it holds something."""
    schema: Schema = {"type": "string", "minLength": 1} if required else {"type": "string"}
    return _key(lambda table, key, value: table.text(key, value), schema, doc, _ABSENT if required else "")


def day(doc: str) -> date:
    """A date, required."""
    schema: Schema = {"type": "string", "format": "date"}  # tools show TOML dates to a schema as text
    return cast(date, _key(lambda table, key, _: table.day(key), schema, doc, _ABSENT))


def maybe_day(doc: str) -> date | None:
    """A date, or None where the key is absent."""
    return _key(lambda table, key, _: table.day(key), {"type": "string", "format": "date"}, doc, None)


def _key(
    get: Callable[[Table, str, Any], T],
    schema: Schema,
    doc: str,
    default: object,
    known: Callable[[], Collection[str]] | None = None,
) -> T:
    metadata = {"key": Key(get, schema, doc, default is _ABSENT, known)}
    found: object = field(metadata=metadata) if default is _ABSENT else field(default=default, metadata=metadata)
    return cast(T, found)


def read(kind: type[T], table: Table) -> T:
    """The dataclass of keys from its table, which takes no other keys.

    Raises:
        PolicyError: a value is not what its key takes, a required one is missing, or there is a key nobody knows.
    """
    values = {}
    for item, key in _keys(kind):
        name = spelled(item.name)
        default = "" if key.required else item.default
        values[item.name] = key.get(table, name, default)
        if key.required and values[item.name] in ("", None, ()):
            needed = ", ".join(spelled(other.name) for other, rule in _keys(kind) if rule.required)
            table.fail(name, "is missing", f"An entry gives {needed}.")
    table.close()
    return kind(**values)


def schema(kind: type[object]) -> Schema:
    """The JSON Schema of the table `read` takes."""
    properties: Schema = {}
    required: list[Plain] = []
    for item, key in _keys(kind):
        told: Schema = {"description": key.doc, **key.schema}
        if key.known is not None:
            told["items"] = {"enum": [*sorted(key.known())]}
        if key.required:
            required.append(spelled(item.name))
        else:
            told |= {"default": default} if (default := to_plain(item.default)) is not None else {}
        properties[spelled(item.name)] = told
    return {
        "type": "object",
        "description": (kind.__doc__ or "").split("\n")[0],
        "properties": properties,
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def defaults(kind: type[object]) -> Mapping[str, object] | None:
    """The defaults of a section by key; None where it declares no keys."""
    found = {spelled(item.name): item.default for item, _ in _keys(kind)}
    return found or None


def spelled(name: str) -> str:
    """A field's name as the file has it."""
    return name.rstrip("_").replace("_", "-")


def _keys(kind: type[object]) -> list[tuple[Field[Any], Key]]:
    return [(item, item.metadata["key"]) for item in fields(cast(Any, kind)) if "key" in item.metadata]
