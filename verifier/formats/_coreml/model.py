"""The messages of a model that name something outside of it: custom layers, other models, files of weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._bounds import bounded
from verifier.formats._coreml import MODEL_TYPES
from verifier.formats._protobuf.wire import BYTES, MAX_DEPTH, VARINT, Field, Wire


class Leaf(Enum):
    """What a text or blob is that is noted."""

    LAYER = "custom layer"
    MODEL = "custom model"
    LINK = "linked model"
    SEARCHED = "folder of linked models"
    FILE = "file of weights"
    OPAQUE = "serialized model"


Schema = Mapping[int, "str | Leaf"]

_OFFSET: Final = 2
"""Field of a blob: where in the file its description begins."""

_SCHEMA: Final[Mapping[str, Schema]] = {
    "model": {
        **dict.fromkeys((200, 201), "wrapper"),
        202: "pipeline",
        **dict.fromkeys((303, 403, 500), "network"),
        502: "program",
        555: "custom model",
        556: "link",
        3000: "serialized",
    },
    "wrapper": {1: "pipeline"},
    "pipeline": {1: "model"},
    "network": {1: "layer"},
    "layer": {500: "custom layer", 605: "branch", 615: "loop"},
    "branch": {1: "network", 2: "network"},
    "loop": {3: "network", 4: "network"},
    "custom layer": {10: Leaf.LAYER},
    "custom model": {10: Leaf.MODEL},
    "link": {1: "linked file"},
    "linked file": {1: "name", 2: "search path"},
    "name": {1: Leaf.LINK},
    "search path": {1: Leaf.SEARCHED},
    "serialized": {2: Leaf.OPAQUE},
    "program": {2: "function entry", 4: "value entry"},
    "function entry": {2: "function"},
    "function": {3: "block entry", 4: "value entry"},
    "block entry": {2: "block"},
    "block": {3: "operation", 4: "value entry"},
    "operation": {2: "argument entry", 4: "block", 5: "value entry"},
    "argument entry": {2: "argument"},
    "argument": {1: "binding"},
    "binding": {2: "value"},
    "value entry": {2: "value"},
    "value": {3: "immediate", 5: "blob"},
    "immediate": {2: "values", 3: "values", 4: "dictionary"},
    "dictionary": {1: "dictionary pair"},
    "dictionary pair": {1: "value", 2: "value"},
    "values": {1: "value"},
    "blob": {1: Leaf.FILE},
}
"""Messages, their fields that lead further, and the leaves that are noted."""


@dataclass(slots=True)
class Contents:
    """What a model names.

    Args:
        named: what and which, to the first offset.
        ends: of each file of weights, the last offset that is named.
        kinds: the fields that say what kinds of model there are.
        opaque: bytes that are not read.
    """

    named: dict[tuple[Leaf, str], int] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    kinds: set[int] = field(default_factory=set)
    opaque: int = 0


def walk(wire: Wire, contents: Contents) -> None:
    """Goes through a model.

    Raises:
        Malformed: it is no message, or no model.
        BudgetExceeded: it nests too deeply, or has too many fields.
    """
    stack = [(0, wire.size, "model", 0)]
    while stack:
        start, end, kind, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise BudgetExceeded(f"messages are nested more than {MAX_DEPTH} deep")
        children = [
            (part.start, part.end, child, depth + 1) for part, child in _fields(wire, start, end, kind, contents)
        ]
        stack += reversed(children)
    if not contents.kinds & MODEL_TYPES:
        raise Malformed("it is of no known kind", 0)


def _fields(wire: Wire, start: int, end: int, kind: str, contents: Contents) -> list[tuple[Field, str]]:
    schema, found = _SCHEMA[kind], []
    file, offset = "", 0
    for part in wire.fields(start, end):
        if kind == "model" and part.number in MODEL_TYPES:
            contents.kinds.add(part.number)
        if (kind, part.number, part.wire) == ("blob", _OFFSET, VARINT):
            offset = part.value
        child = schema.get(part.number)
        if child is None or part.wire != BYTES:
            continue
        if isinstance(child, str):
            found.append((part, child))
            bounded(found, "messages")
        elif child is Leaf.OPAQUE:
            contents.opaque += part.end - part.start
        else:
            file = wire.text(part)
            contents.named.setdefault((child, file), part.start)
            bounded(contents.named, "names")
    if kind == "blob":
        contents.ends[file] = max(offset, contents.ends.get(file, 0))
    return found
