"""JSON that every parser reads alike, and typed access to it.

Signers and verifiers must see the same document: keys that stand twice, numbers that are none and texts that are no
UTF-8 are refused, not resolved.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import NoReturn, TypeAlias, Union

from verifier.claims._signing import MAX_BYTES
from verifier.claims._signing.flaw import AMBIGUOUS, MALFORMED, Flaw
from verifier.records import visible

Json: TypeAlias = Union[str, int, float, bool, list["Json"], dict[str, "Json"], None]
"""What a JSON text can hold."""

MAX_VALUES = 1 << 20
"""Brackets and commas of a text that is parsed: ten for each of a hundred thousand files."""


class Node:
    """A JSON object that knows its place.

    Every getter gives the value at a key and raises Flaw where it is absent or of another type.

    Args:
        values: as parsed.
        path: keys leading to it, for messages.
    """

    def __init__(self, values: Json, path: str) -> None:
        if not isinstance(values, dict):
            raise Flaw(MALFORMED, f"{path} is not an object")
        self.values = values
        self.path = path

    def node(self, key: str) -> Node:
        """An object."""
        return Node(self.values.get(key), f"{self.path}.{key}")

    def nodes(self, key: str) -> list[Node]:
        """A list of objects."""
        found = self.values.get(key)
        if not isinstance(found, list):
            self._fail(key, "a list")
        return [Node(item, f"{self.path}.{key}[{index}]") for index, item in enumerate(found)]

    def text(self, key: str) -> str:
        """A string."""
        found = self.values.get(key)
        return found if isinstance(found, str) else self._fail(key, "a string")

    def texts(self, key: str) -> list[str]:
        """A list of strings; empty where there is none."""
        found = self.values.get(key, [])
        if isinstance(found, list) and all(isinstance(item, str) for item in found):
            return [str(item) for item in found]
        return self._fail(key, "a list of strings")

    def flag(self, key: str) -> bool:
        """True or false."""
        found = self.values.get(key)
        return found if isinstance(found, bool) else self._fail(key, "true or false")

    def number(self, key: str) -> int:
        """A positive integer; `1000.0` is one, as protobuf's Struct writes it (google.protobuf.Struct)."""
        found = self.values.get(key)
        if isinstance(found, float) and found.is_integer():
            found = int(found)
        return found if type(found) is int and found > 0 else self._fail(key, "a positive integer")

    def raw(self, key: str) -> bytes:
        """Bytes as padded base64 (RFC 4648, section 4)."""
        try:
            return base64.b64decode(self.text(key), validate=True)
        except (binascii.Error, ValueError):
            return self._fail(key, "base64")

    def _fail(self, key: str, wanted: str) -> NoReturn:
        raise Flaw(MALFORMED, f"{self.path}.{key} is not {wanted}")


def parse(raw: bytes, name: str) -> Node:
    """The object a JSON text holds.

    Args:
        raw: the text.
        name: of the document, for messages.

    Raises:
        Flaw: it is not JSON, too large, ambiguous, or no object.
    """
    if len(raw) > MAX_BYTES or sum(raw.count(mark) for mark in b"[{,") > MAX_VALUES:
        raise Flaw(MALFORMED, f"the {name} is too large")
    try:
        text = raw.decode()
        return Node(json.loads(text, object_pairs_hook=_once, parse_constant=_no_number), name)
    except UnicodeDecodeError as error:
        raise Flaw(MALFORMED, f"the {name} is not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise Flaw(MALFORMED, f"the {name} is nested too deeply") from error
    except ValueError as error:
        raise Flaw(MALFORMED, f"the {name} is not JSON: {error}") from error


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    built = dict(pairs)
    if len(built) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Flaw(AMBIGUOUS, f"the key {visible(twice)!r} stands twice in one object")
    return built


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
