"""Pickles inside the constants that a stream hands to calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from verifier.formats._context import Budget
from verifier.formats._pickle.events import Call, Import
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._pickle.values import Bytes, Container, Value
from verifier.formats._readers import BytesReader, Window
from verifier.records import Reader

DEPTH: Final = 3
"""Pickles inside pickles that are looked into."""

_LEVELS: Final = 3
"""Containers inside containers in which constants are looked for."""

_PREFIX: Final = re.compile(rb"\x80[\x02-\x05]|(?=[^\n]*\n[\w.<>]+\n)(?:[\w.]*+[^\w.\n])*+[\w.]*?[ci][\w.]")
"""A PROTO opcode, or a first line that ends as GLOBAL or INST and a module, and a name below it; in linear time."""


@dataclass(frozen=True, slots=True)
class Nested:
    """A pickle in a constant.

    Args:
        reader: over its bytes.
        base: their offset in the outer pickle's reader; None where they are written there in another form.
    """

    reader: Reader
    base: int | None


def streams(value: Value, reader: Reader, budget: Budget) -> Iterator[Nested]:
    """The constants among the elements of a value that are pickles which import something.

    Args:
        value: usually the arguments of a call.
        reader: of the outer pickle.
        budget: charged for looking.
    """
    for constant in _constants(value, _LEVELS):
        found = _opened(constant, reader)
        if found and _imports(found.reader, budget):
            yield found


def _constants(value: Value, levels: int) -> Iterator[str | Bytes]:
    for item in value if isinstance(value, Container) else (value,):
        if isinstance(item, (str, Bytes)):
            yield item
        elif isinstance(item, Container) and levels > 1:
            yield from _constants(item, levels - 1)


def _opened(constant: str | Bytes, reader: Reader) -> Nested | None:
    """The constant's bytes, where they begin as a pickle does; text stands for bytes as `latin1` encodes it."""
    if isinstance(constant, Bytes) and not constant.escaped:
        within: Reader = Window(reader, constant.offset, constant.length)
        return Nested(within, constant.offset) if _PREFIX.match(within.read_at(0, 8192)) else None
    if isinstance(constant, str):
        raw = constant.encode("latin-1", "replace")
        return Nested(BytesReader(raw), None) if _PREFIX.match(raw) else None
    return None


def _imports(reader: Reader, budget: Budget) -> bool:
    return any(isinstance(event, (Import, Call)) for event in PickleStream(reader, 0, budget))
