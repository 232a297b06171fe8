"""The JSON Schema of `json-v1`, generated from the records.

`python -m verifier.reports._schema > verifier/reports/schemas/json-v1.json` renews the published one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from verifier.records import Claim, Comparison, Coverage, Decision, Finding, Verdict
from verifier.reports._failure import Failure
from verifier.reports.json import FORMAT

Schema = dict[str, Any]


class _Value:
    """Stands for the recursive `Value`, which type hints cannot be resolved through."""


_PAIRS = {"parameters": {"$ref": "#/$defs/Value"}, "metadata": {"type": "string"}}
_PRIMITIVE = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def schema() -> Schema:
    """The schema of the whole envelope."""
    definitions: dict[str, Schema] = {"Value": _value()}
    verdict, failure = _of(Verdict, definitions), _of(Failure, definitions)
    definitions["Decision"]["properties"]["cites"] = _cites(definitions)
    tool = _object({"name": {"const": "model-verify"}, "version": {"type": "string"}})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:model-verify:json-v1",
        "title": "Report of model-verify, format json-v1",
        **_object(
            {
                "format": {"const": FORMAT},
                "tool": tool,
                "verdicts": {"type": "array", "items": verdict},
                "errors": {"type": "array", "items": failure},
            }
        ),
        "$defs": dict(sorted(definitions.items())),
    }


def definition(kind: type, identity: str, title: str) -> Schema:
    """The schema of a dataclass that a report is."""
    definitions: dict[str, Schema] = {}
    _record(kind, definitions)
    whole = definitions.pop(kind.__name__)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": identity, "title": title}
    return {**head, **whole, "$defs": dict(sorted(definitions.items()))}


def text() -> str:
    """The schema as it stands in the package."""
    return json.dumps(schema(), indent=2) + "\n"


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": dict(properties), "required": sorted(properties)}


def _value() -> Schema:
    scalars = {"type": sorted(_PRIMITIVE.values())}
    return {"anyOf": [scalars, {"type": "array", "items": {"$ref": "#/$defs/Value"}}]}


def _cites(definitions: dict[str, Schema]) -> Schema:
    kinds = [
        {"allOf": [_of(kind, definitions), _object({"record": {"const": kind.__name__.lower()}})]}
        for kind in (Finding, Claim, Comparison, Coverage)
    ]
    return {"oneOf": [*kinds, _object({"record": {"const": "name"}, "name": {"type": "string"}})]}


def _of(hint: Any, definitions: dict[str, Schema]) -> Schema:
    if hint is _Value:
        return {"$ref": "#/$defs/Value"}
    if hint in _PRIMITIVE:
        return {"type": _PRIMITIVE[hint]}
    if get_origin(hint) in (Union, UnionType):
        return {"anyOf": [_of(option, definitions) for option in get_args(hint)]}
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint), definitions)
    if issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    if is_dataclass(hint):
        return _record(hint, definitions)
    raise TypeError(f"{hint} has no schema")


def _tuple(items: tuple[Any, ...], definitions: dict[str, Schema]) -> Schema:
    if items[-1] is Ellipsis:
        return {"type": "array", "items": _of(items[0], definitions)}
    exact = [_of(item, definitions) for item in items]
    return {"type": "array", "prefixItems": exact, "minItems": len(exact), "maxItems": len(exact)}


def _record(kind: Any, definitions: dict[str, Schema]) -> Schema:
    name = kind.__name__
    if name not in definitions:
        definitions[name] = {}
        hints = get_type_hints(kind, localns={"Value": _Value, "Parameters": _Value})
        properties = {
            field.name: {"type": "object", "additionalProperties": _PAIRS[field.name]}
            if field.name in _PAIRS
            else _of(hints[field.name], definitions)
            for field in fields(kind)
            if (kind, field.name) != (Decision, "cites")
        }
        definitions[name] = _object(properties)
        if kind is Decision:
            definitions[name]["required"].append("cites")
    return {"$ref": f"#/$defs/{name}"}


if __name__ == "__main__":
    sys.stdout.write(text())
