"""The top level of a YAML document, read from its event stream.

Nothing is constructed: no tag is resolved, no alias followed, no merge key expanded, so that neither a bomb nor a
surprising type (Norwegian `no` read as false) can come of it. Nesting costs no recursion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from verifier.errors import Malformed

if TYPE_CHECKING:
    from yaml import Event, Mark, YAMLError

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
"""Plain scalars that mean null (YAML 1.2.2, section 10.3.2, the core schema)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of the top-level mapping.

    Args:
        key: as written.
        value: text, None for null, a tuple for a sequence of texts; meaningless unless `flat`.
        flat: the value holds no mapping, no sequence inside a sequence and no alias.
        line: line of the key.
        index: 0-based character of the key.
    """

    key: str
    value: str | tuple[str, ...] | None
    flat: bool
    line: int
    index: int


def entries(text: str, first_line: int = 1) -> Iterator[Entry]:
    """Yields the entries of the first document's top-level mapping; none where the document is empty.

    Args:
        text: the document.
        first_line: number its first line has.

    Raises:
        Malformed: it is not YAML, or not a mapping with texts as keys.
    """
    import yaml

    try:
        yield from _top_level(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)), first_line)
    except yaml.YAMLError as error:
        raise Malformed(_complaint(error, first_line)) from error


def _top_level(events: Iterator[Event], first_line: int) -> Iterator[Entry]:
    import yaml

    first = next(event for event in events if not isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent))
    if isinstance(first, yaml.StreamEndEvent) or _null(first):
        return
    if not isinstance(first, yaml.MappingStartEvent):
        raise Malformed("it is not a table of keys and values")
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            return
        mark = cast("Mark", event.start_mark)
        if not isinstance(event, yaml.ScalarEvent):
            raise Malformed(f"line {first_line + mark.line}: a key is not text")
        value, flat = _value(next(events), events)
        yield Entry(event.value, value, flat, first_line + mark.line, mark.index)


def _value(event: Event, events: Iterator[Event]) -> tuple[str | tuple[str, ...] | None, bool]:
    import yaml

    if not isinstance(event, yaml.CollectionStartEvent):
        return (None if _null(event) else getattr(event, "value", None)), not isinstance(event, yaml.AliasEvent)
    flat, depth, items = isinstance(event, yaml.SequenceStartEvent), 1, []
    while depth:
        event = next(events)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        flat = flat and isinstance(event, yaml.ScalarEvent | yaml.CollectionEndEvent)
        if flat and isinstance(event, yaml.ScalarEvent):
            items.append(event.value)
    return tuple(items), flat


def _null(event: Event) -> bool:
    return getattr(event, "value", None) in NULLS and getattr(event, "implicit", (False,))[0]


def _complaint(error: YAMLError, first_line: int) -> str:
    """From a MarkedYAMLError or, for a character YAML has not, a ReaderError."""
    mark = getattr(error, "problem_mark", None)
    return f"line {first_line + mark.line}: {getattr(error, 'problem', '')}" if mark else getattr(error, "reason", "")
