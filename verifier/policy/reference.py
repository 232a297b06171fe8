"""What a policy file can say, for people: told from the same declarations as the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import cast

from verifier.policy._schema import schema
from verifier.records.canonical import Plain

Told = Mapping[str, Plain]

FEW = 12
"""Words of a closed vocabulary that are listed."""


def told() -> str:
    """Every section with its keys: what each takes, its default and what it means."""
    lines: list[str] = []
    for name, section in cast(Mapping[str, Told], schema()["properties"]).items():
        if section.get("type") in ("object", "array"):
            lines += ["", *_section(name, section)]
        else:
            lines.append(f"{name:<14} {section['description']}")
    return "\n".join(lines) + "\n"


def _section(name: str, told: Told) -> Iterator[str]:
    entry = cast(Told, told.get("items") or told.get("additionalProperties") or {})
    kinds = cast(list[Told], entry.get("anyOf", [entry]))
    within = {key: one for kind in kinds for key, one in cast(Mapping[str, Told], kind.get("properties", {})).items()}
    properties = cast(Mapping[str, Told], told.get("properties") or within)
    header = f"[[{name}]]" if told["type"] == "array" else f"[{name}]" if "properties" in told or not properties else ""
    yield f"{header or f'[{name}.NAME]':<14} {told['description']}"
    if not properties:
        yield f"  {'<name>':<14} {_taken(entry)}"
    for key, one in properties.items():
        yield f"  {key:<14} {one['description']}{_values(one)}"


def _values(told: Told) -> str:
    words = _taken(told)
    parts = [words] if words else []
    if "default" in told:
        parts.append(f"default {json.dumps(told['default'])}")
    return f"  [{'; '.join(parts)}]" if parts else ""


def _taken(told: Told) -> str:
    item = cast(Told, told.get("items", {}))
    words = cast(list[str], told.get("enum") or item.get("enum") or [])
    some = "list of " if told.get("type") == "array" else ""
    if 0 < len(words) <= FEW:
        return some + " | ".join(words)
    if "minimum" in told:
        return f"{told['minimum']} to {told['maximum']}"
    return "date" if told.get("format") == "date" else f"{some}string" if some and not words else ""
