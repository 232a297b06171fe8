"""The JSON Schema of `behavior.yaml`, generated from the records it is read into.

`python -m verifier.claims._declaration._schema > verifier/claims/schemas/behavior-v1.json` renews the published one.
"""

from __future__ import annotations

import json
import sys
from dataclasses import MISSING
from enum import StrEnum
from typing import Annotated, Any, get_args, get_origin

from verifier.claims._declaration.own import VERSION
from verifier.claims._declaration.typed import MAX_ITEMS, MAX_TEXT, Free, bare, item_of, keys
from verifier.records.declaration import Declaration
from verifier.records.terms import Text

Schema = dict[str, Any]


def schema() -> Schema:
    """The schema of a whole file; of a model card, of the value of its key `behavior`."""
    definitions: dict[str, Schema] = {}
    own = _record(Declaration, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:model-verify:behavior-v1",
        "title": "Declared behavior of a model, version 1",
        **own,
        "properties": {"behavior": {"const": int(VERSION), "description": "The version."}, **own["properties"]},
        "required": ["behavior", *own["required"]],
        "$defs": dict(sorted(definitions.items())),
    }


def text() -> str:
    """The schema as it stands in the package."""
    return json.dumps(schema(), indent=2) + "\n"


def _record(kind: type, definitions: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "description": _about(kind),
        "properties": {
            field.name: {**_of(hint, definitions), "description": _about(kind, field.name)}
            for field, hint in keys(kind)
        },
        "required": sorted(field.name for field, _ in keys(kind) if field.default is MISSING),
    }


def _about(kind: type, name: str = "") -> str:
    """What a record's docstring says of it, or of a field."""
    lines = [line.strip() for line in (kind.__doc__ or "").splitlines()]
    if not name:
        return lines[0]
    told = [line.removeprefix(f"{name}: ") for line in lines if line.startswith(f"{name}: ")]
    return told[0] if told else lines[0]


def _of(hint: Any, definitions: dict[str, Schema]) -> Schema:
    hint = bare(hint)
    if hint is Free:
        return {"type": "object", "maxProperties": MAX_ITEMS}
    if get_origin(hint) is tuple:
        is_table, item = item_of(hint)
        one = _of(item, definitions)
        if is_table:
            return {"type": "object", "additionalProperties": one, "maxProperties": MAX_ITEMS}
        return {"anyOf": [one, {"type": "array", "items": one, "maxItems": MAX_ITEMS}]}
    if get_origin(hint) is Annotated or hint in (int, float) or issubclass(hint, StrEnum):
        return _scalar(hint)
    definitions[hint.__name__] = _record(hint, definitions)
    return {"$ref": f"#/$defs/{hint.__name__}"}


def _scalar(hint: Any) -> Schema:
    if get_origin(hint) is Annotated:
        allowed: Text = get_args(hint)[1]
        return {"type": "string", "pattern": f"^(?:{allowed.pattern})$", "maxLength": MAX_TEXT}
    if hint in (int, float):
        return {"type": "integer" if hint is int else "number"}
    return {"enum": [one.value for one in hint]}


if __name__ == "__main__":
    sys.stdout.write(text())
