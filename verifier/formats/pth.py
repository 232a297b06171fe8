"""Python's path files (`.pth` of text), which weights share their name with: lines that begin with `import` are run."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Probe, Yield
from verifier.formats._text import begins_as_text, is_text
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader, visible

FORMAT = Format("pth", 1, "Python path file", suffixes=(".pth",), refines=("text",))
IMPORTS = "path-file-imports"
RULES: tuple[str, ...] = (IMPORTS,)

MAX_BYTES = 1 << 20
"""Bytes of text in a path file; genuine ones are a line or two."""


def recognize(probe: Probe) -> bool:
    """Text that begins as a path file whose lines are read by `site.addpackage`, and no protocol 0 pickle."""
    return probe.name.endswith(FORMAT.suffixes) and probe.size > 0 and begins_as_text(probe)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Looks at each line as `site` does."""
    head = reader.read_at(0, 4096)
    if not head or reader.size > MAX_BYTES or not is_text(head, [head], whole=len(head) == reader.size):
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no path file of Python", FORMAT.how)
        return
    context.budget.spend_steps(1 + reader.size // 10)
    raw = reader.read_at(0, reader.size)
    if not is_text(raw[:4], [raw]):
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no path file of Python", FORMAT.how)
        return
    for number, line in enumerate(raw.decode("utf-8-sig", "replace").splitlines(), 1):
        if line.startswith(("import ", "import\t")):
            place = Evidence(artifact.name, f"line {number}: {line}", FORMAT.how)
            yield Finding(IMPORTS, (place,), f"Python runs this line at every start: {visible(line, 120)}.")
            break
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)
