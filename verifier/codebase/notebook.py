"""Notebooks: the code of their cells, and the commands among it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from verifier.codebase._commands import script
from verifier.codebase._language import Language
from verifier.codebase._mention import Mention
from verifier.codebase._python import finding
from verifier.codebase._tree import Lines

LANGUAGE = Language("notebook", suffixes=(".ipynb",), limit=64 << 20)

_COMMAND = re.compile(r"^([ \t]*)(?:[\w, ]+=[ \t]*)?[!%](.*)$", re.DOTALL)


def find(text: str) -> Iterator[Mention]:
    """The models a notebook names; their lines are those of the file.

    Raises:
        ValueError: it is no notebook, or its code cannot be read.
    """
    document = json.loads(text)
    cells = document.get("cells") if isinstance(document, dict) else None
    lines, code, numbers = Lines(text), list[str](), list[int]()
    for cell in cells if isinstance(cells, list) else []:
        for source in _source(cell):
            bare = source.removeprefix("!")
            number = lines.of(*(json.dumps(bare, ensure_ascii=ascii_only)[1:-1] for ascii_only in (False, True)))
            command = _COMMAND.match(source)
            if command and not command[2].startswith("%"):
                yield from script(command[2].removeprefix("!"), number)
            code.append(f"{command[1]}pass" if command else source)
            numbers.append(number)
    for mention in finding.find("\n".join(code)):
        yield replace(mention, line=numbers[mention.line - 1], edit=None)


def _source(cell: object) -> list[str]:
    """The lines of a cell of Python; magics of a whole cell make commands of its lines."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return []
    source = cell.get("source")
    whole = "".join(map(str, source)) if isinstance(source, list) else str(source)
    found = whole.split("\n")
    if re.match(r"\s*%%(bash|sh|script)\b", whole):
        return [f"!{line}" for line in found[1:]]
    return [] if re.match(r"\s*%%(?!time|capture|timeit)", whole) else found
