"""YAML as a tree of plain values and the tags that stood in it, read from its events: nothing is constructed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._json import Json

if TYPE_CHECKING:
    from yaml import Event, Mark

DEPTH = 100
"""Collections inside collections; configurations have about ten."""

NODES = 1 << 20
"""Nodes of one file."""

EXPANDED = 1 << 24
"""Nodes and characters of one file when its aliases are written out, twice what a file can hold without any."""

_UNBOUNDED = EXPANDED + 1
"""The size of what is larger, or holds itself."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that is not of YAML's own types.

    Args:
        name: in full, as `tag:yaml.org,2002:python/name:os.system` or `!new:torch.nn.Linear`.
        line: from 1.
    """

    name: str
    line: int


@dataclass(slots=True)
class Tree:
    """What a text holds.

    Args:
        documents: the values of its documents; scalars are texts, an alias of a scalar is its text, any other is None.
        tags: in order of appearance.
        expanded: nodes and characters of all values when aliases are written out, counted to just above `EXPANDED`.
    """

    documents: list[Json] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    expanded: int = 0


def read(text: str) -> Tree:
    """The tree of a YAML text.

    Raises:
        Malformed: it is not YAML.
        BudgetExceeded: too deep, or too many nodes.
    """
    import yaml

    tree = Tree()
    builder = _Builder(tree)
    try:
        for count, event in enumerate(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))):
            if count > NODES:
                raise BudgetExceeded(f"the YAML holds more than {NODES} nodes")
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark else ""
        raise Malformed(
            f"the text is not YAML: {getattr(error, 'problem', '') or 'a character is not'}{place}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise Malformed("the text is not YAML") from error
    return tree


@dataclass(slots=True)
class _Open:
    """A collection that has not ended: what it will be, what stands in it so far, its anchor and its size."""

    made: Json
    anchor: str
    items: list[Json] = field(default_factory=list)
    size: int = 1


class _Builder:
    """Puts values together, event by event; a stack instead of recursion."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._stack: list[_Open] = []
        self._anchored: dict[str, tuple[Json, int]] = {}

    def take(self, event: Event) -> None:
        """Takes in one event."""
        import yaml

        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            self._tag(event)
        if isinstance(event, yaml.ScalarEvent):
            self._put(event.value, len(event.value) + 1, event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._put(*self._anchored.get(event.anchor or "", (None, 1)))
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(self._stack) == DEPTH:
                raise BudgetExceeded(f"the YAML is nested more than {DEPTH} deep")
            if event.anchor:
                self._anchored[event.anchor] = None, _UNBOUNDED
            self._stack.append(_Open({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor or ""))
        elif isinstance(event, yaml.CollectionEndEvent):
            ended = self._stack.pop()
            self._put(_filled(ended.made, ended.items), ended.size, ended.anchor)

    def _tag(self, event: Event) -> None:
        tag = getattr(event, "tag", None)
        plain = not tag or tag == "!" or (tag.startswith("tag:yaml.org,2002:") and ":python/" not in tag)
        if tag and not plain:
            self._tree.tags.append(Tag(tag, cast("Mark", event.start_mark).line + 1))

    def _put(self, value: Json, size: int, anchor: str | None = None) -> None:
        if anchor:
            self._anchored[anchor] = value if isinstance(value, str) else None, size
        if self._stack:
            self._stack[-1].items.append(value)
            self._stack[-1].size = min(self._stack[-1].size + size, _UNBOUNDED)
        else:
            self._tree.documents.append(value)
            self._tree.expanded = min(self._tree.expanded + size, _UNBOUNDED)


def _filled(made: Json, items: list[Json]) -> Json:
    if not isinstance(made, dict):
        return items
    return {key if isinstance(key, str) else f"?{i}": value for i, (key, value) in enumerate(_pairs(items))}


def _pairs(items: list[Json]) -> Iterator[tuple[Json, Json]]:
    yield from zip(items[::2], items[1::2], strict=False)
