"""A policy in full, as TOML: what is written and what is not, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import cast

from verifier.policy import Document, defaults
from verifier.store import quoted

DEFAULT = "by default"


def shown(document: Document) -> str:
    """The policy, as a file that means the same."""
    values = document.values
    name = values.get("name", document.stem)
    lines = ["version = 1", f"name = {_toml(name)}", f"description = {_toml(values.get('description', ''))}"]
    for section, keys in defaults().items():
        found = values.get(section)
        if keys is not None:
            lines += [
                "",
                f"[{section}]",
                *_table(document, section, {**keys, **cast(Mapping[str, object], found or {})}),
            ]
        elif isinstance(found, list):
            for number, entry in enumerate(found):
                lines += ["", f"[[{section}]]   # {document.place((section, number))}"]
                lines += [f"{key} = {_toml(value)}" for key, value in entry.items()]
        else:
            lines += _map(document, section, cast(Mapping[str, object], found or {}))
    return "\n".join(lines) + "\n"


def _table(document: Document, section: str, keys: Mapping[str, object]) -> Iterator[str]:
    for key, value in keys.items():
        where = places(document).get(f"{section}.{key}", DEFAULT)
        yield f"# {key} is not set   # {where}" if value is None else f"{key} = {_toml(value)}   # {where}"


def _map(document: Document, section: str, entries: Mapping[str, object]) -> list[str]:
    plain = {key: value for key, value in entries.items() if not isinstance(value, dict)}
    lines = ["", f"[{section}]"] if plain else []
    lines += [f"{quoted(key)} = {_toml(value)}   # {document.place((section, key))}" for key, value in plain.items()]
    for key, value in entries.items():
        if isinstance(value, dict):
            lines += ["", f"[{section}.{quoted(key)}]   # {document.place((section, key))}"]
            lines += [f"{name} = {_toml(item)}" for name, item in value.items()]
    return lines


def places(document: Document) -> dict[str, str]:
    """Where each clause is written, or that it holds by default."""
    found = {f"{section}.{key}": DEFAULT for section, keys in defaults().items() for key in keys or ()}
    for path in document.places:
        if len(path) == 2 and isinstance(path[1], str):
            found[f"{path[0]}.{path[1]}"] = document.place(path)
    rules = cast(list[Mapping[str, str]], document.values.get("rule", []))
    return found | {f"rule.{entry['id']}": document.place(("rule", number)) for number, entry in enumerate(rules)}


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return value.isoformat() if isinstance(value, date) else quoted(value) if isinstance(value, str) else str(value)
