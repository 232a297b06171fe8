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
    """

    documents: list[Json] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)


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


class _Builder:
    """Puts values together, event by event; a stack instead of recursion."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._stack: list[tuple[Json, list[Json], str | None]] = []
        self._scalars: dict[str, str] = {}

    def take(self, event: Event) -> None:
        """Takes in one event."""
        import yaml

        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            self._tag(event)
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor:
                self._scalars[event.anchor] = event.value
            self._put(event.value)
        elif isinstance(event, yaml.AliasEvent):
            self._put(self._scalars.get(event.anchor or ""))
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(self._stack) == DEPTH:
                raise BudgetExceeded(f"the YAML is nested more than {DEPTH} deep")
            made: Json = {} if isinstance(event, yaml.MappingStartEvent) else []
            self._stack.append((made, [], None))
        elif isinstance(event, yaml.CollectionEndEvent):
            made, items, _ = self._stack.pop()
            self._put(_filled(made, items))

    def _tag(self, event: Event) -> None:
        tag = getattr(event, "tag", None)
        plain = not tag or tag == "!" or (tag.startswith("tag:yaml.org,2002:") and ":python/" not in tag)
        if tag and not plain:
            self._tree.tags.append(Tag(tag, cast("Mark", event.start_mark).line + 1))

    def _put(self, value: Json) -> None:
        if self._stack:
            self._stack[-1][1].append(value)
        else:
            self._tree.documents.append(value)


def _filled(made: Json, items: list[Json]) -> Json:
    if not isinstance(made, dict):
        return items
    return {key if isinstance(key, str) else f"?{i}": value for i, (key, value) in enumerate(_pairs(items))}


def _pairs(items: list[Json]) -> Iterator[tuple[Json, Json]]:
    yield from zip(items[::2], items[1::2], strict=False)
