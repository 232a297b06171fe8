"""Configuration to the models it names: a tree of tables, lists and texts in, mentions out."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias, Union

from verifier.codebase._commands import arguments, named, script, tables
from verifier.codebase._mention import Kind, Mention, linked


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text and the line it stands in."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """Keys in order; a key may stand there twice."""

    entries: list[tuple[str, Tree]] = field(default_factory=list)

    def get(self, key: str) -> str | None:
        """The text at a key."""
        return next((node.value for name, node in self.entries if name == key and isinstance(node, Leaf)), None)


Tree: TypeAlias = Union[Table, list["Tree"], Leaf, None]

WORTH = re.compile(
    r"(?i)model|repo_id|hf_repo|hf://|huggingface\.co|hf\.co/|tokenizer_|from_pretrained"
    r"|\b(?:hf|huggingface-cli) download|vllm|sglang|adapter_id|-hf\b"
)
"""What no configuration lacks that names a model."""


class Lines:
    """Where texts stand in a document whose parser does not tell: asked for in about the document's own order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [match.end() for match in re.finditer("\n", text)]
        self._cursor = 0
        self._misses = 1000  # each costs a look at the whole text

    def of(self, *spellings: str) -> int:
        """The line of the next place a text stands at, in the first spelling that does; 1 for none."""
        for spelling in spellings if self._misses > 0 else ():
            place = self._text.find(spelling, self._cursor)
            if place >= 0:
                self._cursor = place + len(spelling)
            else:
                self._misses -= 1
                place = self._text.find(spelling)
            if place >= 0:
                return bisect_right(self._starts, place) + 1
        return 1


def plain(value: object) -> Tree:
    """The tree of parsed JSON or TOML, without lines."""
    if isinstance(value, Mapping):
        return Table([(str(key), plain(item)) for key, item in value.items()])
    if isinstance(value, list):
        return [plain(item) for item in value]
    return Leaf(value, 1) if isinstance(value, str) else None


def placed(mentions: Iterable[Mention], text: str) -> Iterator[Mention]:
    """Mentions with the lines their names stand in."""
    lines = Lines(text)
    for mention in mentions:
        yield replace(mention, line=lines.of(mention.name))


def find_in(tree: Tree) -> Iterator[Mention]:
    """The models that a configuration names."""
    stack: list[tuple[str, Tree]] = [("", tree)]
    while stack:
        key, node = stack.pop()
        if isinstance(node, Table):
            yield from _table(node)
            stack.extend(reversed(node.entries))
        elif isinstance(node, list):
            yield from _list(key, node)
            stack.extend(("", item) for item in reversed(node))
        elif isinstance(node, Leaf):
            yield from _leaf(key, node)


def _table(table: Table) -> Iterator[Mention]:
    texts = [(key, node) for key, node in table.entries if isinstance(node, Leaf)]
    for key, node in texts:
        lower = key.lower()
        known = tables().keys.get(lower)
        if lower == "model" and tables().beside & {name.lower() for name, _ in table.entries}:
            known = False
        if known is not None:
            yield from _model(key, node, _revision(table, key), bare=known)
    name, value = table.get("name"), next((node for key, node in texts if key == "value"), None)
    if name is not None and value is not None and name.lower() in tables().keys:  # a variable of a container
        yield from _model(name, value, None, bare=tables().keys[name.lower()])


def _model(key: str, leaf: Leaf, revision: str | None, *, bare: bool) -> Iterator[Mention]:
    text = leaf.value.strip()
    if "${" in text or "{{" in text:
        yield Mention(Kind.RUN_TIME, leaf.line, key, text, why="its name is made at run time")
    elif not text.startswith("hf://") and (known := named(text, bare=bare)):
        yield Mention(Kind.HUB, leaf.line, key, known[0], known[1] or revision)


def _revision(table: Table, key: str) -> str | None:
    stem = key.removesuffix("_name_or_path").removesuffix("_id").removesuffix("_name")
    names = (f"{key}_revision", f"{stem}_revision", "revision", "model_revision", "hf_revision")
    return next((revision for name in names if (revision := table.get(name))), None)


def _list(key: str, items: list[Tree]) -> Iterator[Mention]:
    leaves = [item for item in items if isinstance(item, Leaf)]
    if key.lower() in ("args", "command", "cmd", "entrypoint", "arguments") and leaves:
        if any(" " in leaf.value.strip() or "\n" in leaf.value for leaf in leaves):
            for leaf in leaves:
                yield from script(leaf.value, leaf.line)
        else:
            yield from _words(leaves)
    elif key.lower() in tables().running:
        for leaf in leaves:
            yield from script(leaf.value, leaf.line)
    elif key.lower() == "environment":
        for leaf in leaves:
            name, equals, value = leaf.value.partition("=")
            if equals and name.lower() in tables().keys:
                yield from _model(name, Leaf(value, leaf.line), None, bare=tables().keys[name.lower()])


def _words(leaves: list[Leaf]) -> Iterator[Mention]:
    """The arguments of a command, each of them in its own line."""
    lines = {leaf.value: leaf.line for leaf in reversed(leaves)}
    for mention in arguments([leaf.value for leaf in leaves], leaves[0].line):
        line = next((at for text, at in lines.items() if mention.name in text), mention.line)
        yield Mention(mention.kind, line, mention.via, mention.name, mention.revision, mention.why)


def _leaf(key: str, leaf: Leaf) -> Iterator[Mention]:
    if leaf.value.startswith("hf://"):
        location = leaf.value.removeprefix("hf://")
        parts = re.fullmatch(r"([\w.-]+/[\w.-]+)(?:[:@]([\w.-]+))?(?:/.*)?", location)
        if parts and not location.startswith(("datasets/", "spaces/")):
            yield Mention(Kind.HUB, leaf.line, key or "hf://", parts[1], parts[2])
    elif key.lower() in tables().running:
        yield from script(leaf.value, leaf.line)
    else:
        yield from linked(leaf.value, leaf.line)
