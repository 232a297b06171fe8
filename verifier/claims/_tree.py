"""A YAML document as plain values, read from its events: nothing is constructed, no alias followed, no key lost."""

from __future__ import annotations

from typing import TypeAlias, Union

from verifier.claims._yaml import NULLS
from verifier.errors import BudgetExceeded, Malformed

DEPTH = 40
"""Collections inside collections; cards have about six."""

NODES = 200_000
"""Nodes of one document; a card with two thousand benchmark results has sixty thousand."""


_TAGS = frozenset(
    {"!", *(f"tag:yaml.org,2002:{kind}" for kind in ("bool", "float", "int", "map", "null", "seq", "str"))}
)
"""Tags of the core schema (YAML 1.2.2, section 10.3), and the one that only says that a scalar is text."""


class Bare(str):
    """Text that stood without quotes, which may mean a number or a truth; what it is, its reader knows."""

    __slots__ = ()


Tree: TypeAlias = Union[str, int, float, bool, list["Tree"], dict[str, "Tree"], None]
"""A document: texts, Bare where they stood without quotes, null, lists and tables. JSON adds numbers and truths."""


def tree(text: str, first_line: int = 1) -> Tree:
    """The first document of a YAML text; None where it is empty.

    Args:
        text: the document.
        first_line: number its first line has.

    Raises:
        Malformed: it is not YAML, names a key twice, has a key that is no text, an alias or a tag of nobody's.
        BudgetExceeded: it is too deep or too large.
    """
    import yaml

    builder = _Builder(first_line)
    try:
        for count, event in enumerate(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))):
            if count > NODES:
                raise BudgetExceeded(f"it holds more than {NODES} nodes")
            if isinstance(event, yaml.DocumentEndEvent):
                break
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        told = getattr(error, "problem", None) or "a character is not YAML's"
        raise Malformed(f"line {first_line + mark.line}: {told}" if mark else told) from error
    return builder.value


class _Builder:
    """Puts values together, event by event; a stack instead of recursion."""

    def __init__(self, first_line: int) -> None:
        self.value: Tree = None
        self._first_line = first_line
        self._stack: list[tuple[bool, int, list[Tree]]] = []

    def take(self, event: object) -> None:
        """Takes in one event."""
        import yaml

        if isinstance(event, yaml.AliasEvent):
            raise Malformed(f"line {self._line(event)}: aliases are not followed")
        if isinstance(event, yaml.NodeEvent):
            tag = getattr(event, "tag", None)
            if tag and tag not in _TAGS:
                raise Malformed(f"line {self._line(event)}: a tag is not of YAML's own")
        if isinstance(event, yaml.ScalarEvent):
            bare = event.implicit[0]
            self._put(None if bare and event.value in NULLS else Bare(event.value) if bare else event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(self._stack) == DEPTH:
                raise BudgetExceeded(f"it is nested more than {DEPTH} deep")
            self._stack.append((isinstance(event, yaml.MappingStartEvent), self._line(event), []))
        elif isinstance(event, yaml.CollectionEndEvent):
            is_table, line, items = self._stack.pop()
            self._put(_table(items, line) if is_table else items)

    def _put(self, value: Tree) -> None:
        if self._stack:
            self._stack[-1][2].append(value)
        else:
            self.value = value

    def _line(self, event: object) -> int:
        return self._first_line + int(event.start_mark.line)  # type: ignore[attr-defined]


def _table(items: list[Tree], line: int) -> Tree:
    made: dict[str, Tree] = {}
    for key, value in zip(items[::2], items[1::2], strict=True):
        if not isinstance(key, str):
            raise Malformed(f"line {line}: a key of this table is not text")
        if key in made:
            raise Malformed(f"line {line}: the key {key[:100]!r} of this table stands twice")
        made[str(key)] = value
    return made
