"""Python source: parsed, never compiled or run; what it would do when imported, and what its functions can do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.errors import Malformed
from verifier.formats import Context, Probe, Yield
from verifier.formats._code import HIDDEN
from verifier.formats._code import RULES as RULES_OF_CODE
from verifier.formats._secrets import SECRET
from verifier.formats._text import begins_as_text, is_text
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Format, Reader, visible

FORMAT = Format("python", 1, "Python source", suffixes=(".py", ".pyw"), refines=("text",))

RULES: tuple[str, ...] = (*RULES_OF_CODE, SECRET)

_SHEBANG = re.compile(rb"#![^\n]{0,200}\bpython")
_BEGINS = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:import [a-zA-Z_][\w., ]*|from [.\w]+ import [\w(*])"
)
_PROSE = (".csv", ".html", ".json", ".md", ".pth", ".rst", ".tsv", ".txt")


def recognize(probe: Probe) -> bool:
    """Text that is named as Python, names Python as its interpreter, or begins with imports and is not prose."""
    if not begins_as_text(probe):
        return False
    named = probe.name.endswith(FORMAT.suffixes) or _SHEBANG.match(probe.head) is not None
    return named or (not probe.name.endswith(_PROSE) and _BEGINS.match(probe.head) is not None)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Parses the file and reports what it does; a file that cannot be parsed is a gap."""
    from verifier.formats._code.report import charged, report
    from verifier.formats._code.scopes import take_apart
    from verifier.formats._code.source import HIDING, MAX_BYTES, encoding_of, parse
    from verifier.formats._secrets.search import find_secrets

    context.budget.spend_steps(1 + reader.size // 10)
    raw = reader.read_at(0, min(reader.size, MAX_BYTES + 1))
    if not is_text(raw[:4], [raw], whole=len(raw) == reader.size) and encoding_of(raw) == "utf8":
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is named as Python but is no text", FORMAT.how)
        return
    yield from find_secrets(artifact, raw, FORMAT.how)
    if encoding_of(raw) in HIDING:
        what = f"encoding {encoding_of(raw)}"
        message = f"The code hides what it runs: it is written in {visible(what, 60)}."
        yield Finding(HIDDEN, (Evidence(artifact.name, what, FORMAT.how, 0),), message)
    try:
        program, count = take_apart(parse(raw))
    except Malformed as error:
        yield Coverage(artifact.name, CoverageState.PARTIAL, error.message, FORMAT.how)
        return
    context.budget.spend_steps(count)
    yield from report(artifact, charged(program, context.budget), FORMAT.how)
    if program.imports:
        modules = tuple(sorted(program.imports)[:1000])
        yield Fact("python-imports", modules, Evidence(artifact.name, f"{len(program.imports)} modules", FORMAT.how))
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)
