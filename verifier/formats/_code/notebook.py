"""From a notebook to what the code of its cells does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Context, Yield
from verifier.formats._code import ABLE, DOWNLOAD, ON_IMPORT, REACHES
from verifier.formats._code.command_lines import fetches_and_runs
from verifier.formats._code.judge import Seen
from verifier.formats._code.report import charged, report
from verifier.formats._code.scopes import take_apart
from verifier.formats._code.source import MAX_BYTES as MAX_CODE
from verifier.formats._code.source import parse
from verifier.formats._json import Json
from verifier.formats._json import parse as parse_json
from verifier.formats._secrets.search import find_secrets
from verifier.formats._text import read_whole
from verifier.records import Artifact, Coverage, CoverageState, Reader

MAX_BYTES = 64 << 20
"""Bytes of a notebook, most of which are pictures."""

_MAGIC = re.compile(r"^(?P<space>[ \t]*)(?P<magic>[!%?].*)$", re.MULTILINE)
_ASSIGNED = re.compile(r"^(?P<space>[ \t]*)[\w,][\w, ]*=[ \t]*(?P<magic>[!%].*)$", re.MULTILINE)


def inspect_notebook(artifact: Artifact, reader: Reader, context: Context, how: str) -> Iterator[Yield]:
    """Parses the code of all cells together, magics left out, and the command lines of the magics."""
    raw = read_whole(reader, context.budget, MAX_BYTES)
    try:
        document = parse_json(raw, exact=False).value
    except Malformed as error:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, f"it is no notebook: {error.message}", how)
        return
    yield from find_secrets(artifact, raw, how)
    python, magics = _sources(document)
    fetched = [Seen(DOWNLOAD, line, text) for line, text in magics if fetches_and_runs(text)]
    seen: Iterator[Seen] = iter(())
    gap = ""
    try:
        program, count = take_apart(parse(python.encode("utf-8", "replace")))
        context.budget.spend_steps(count)
        seen = map(_by_hand, charged(program, context.budget))
    except Malformed as error:
        gap = f"the code of its cells cannot be read: {error.message}"
    yield from report(artifact, chain(fetched, seen), how)
    yield Coverage(artifact.name, CoverageState.PARTIAL if gap else CoverageState.INSPECTED, gap, how)


def _by_hand(seen: Seen) -> Seen:
    """Nothing imports a notebook: whoever runs a cell means it to act."""
    return replace(seen, rule=ABLE) if seen.rule in (ON_IMPORT, REACHES) else seen


def _sources(document: Json) -> tuple[str, list[tuple[int, str]]]:
    """The Python of all code cells, and the command lines among it with their numbers."""
    cells = document.get("cells") if isinstance(document, dict) else None
    texts = [text for cell in (cells if isinstance(cells, list) else []) if (text := _code(cell))]
    whole = "\n".join(texts)
    if len(whole) > MAX_CODE:
        raise BudgetExceeded(f"the cells hold more than {MAX_CODE} characters of code")
    lines = enumerate(whole.split("\n"), 1)
    magics = [
        (number, found["magic"]) for number, line in lines if (found := _MAGIC.match(line) or _ASSIGNED.match(line))
    ]
    bare = _ASSIGNED.sub(r"\g<space>pass", _MAGIC.sub(r"\g<space>pass", whole))
    return bare, magics


def _code(cell: Json) -> str:
    """The source of a code cell; a cell in another language is one command line."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return ""
    source = cell.get("source")
    text = "".join(part for part in source if isinstance(part, str)) if isinstance(source, list) else source
    if not isinstance(text, str):
        return ""
    foreign = re.match(r"\s*%%(bash|sh|script|cmd|powershell|html|javascript|js|latex|writefile|perl|ruby|R)\b", text)
    return "!" + " ; ".join(text.splitlines()) if foreign else text
