"""Shell, batch and PowerShell scripts: read for downloads that are run, and for names that hide what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.formats import HEAD, Context, Probe, Yield
from verifier.formats._secrets import SECRET
from verifier.formats._text import begins_as_text, is_text
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader, visible

SUFFIXES = (
    *(".bash", ".bat", ".cmd", ".command", ".csh", ".fish", ".ksh", ".ps1", ".psm1", ".sh", ".vbs", ".zsh"),
    *(".hta", ".jse", ".vbe", ".wsf"),
)
FORMAT = Format("script", 1, "shell, batch or PowerShell script", suffixes=SUFFIXES, refines=("text",))
FETCHES = "script-fetches-and-runs"
DISGUISED = "script-disguised"
RULES: tuple[str, ...] = (FETCHES, DISGUISED, SECRET)

MAX_BYTES = 1 << 20
"""Bytes of a script that are searched; those beyond are a gap."""

SHOWN = 20
"""Places a finding lists."""

_SHEBANG = re.compile(rb"#![^\n]{0,200}\b(ba|da|z|k|c|tc|fi)?sh\b|#!/")
_PYTHON = re.compile(rb"#![^\n]{0,200}\bpython")
_PROGRAM = re.compile(r"(.*\.(py|pl|rb|js|mjs|lua|r|jl|php|tcl|awk|sed|in|run|exe|service|slurm|sbatch|pbs|job))|[^.]*")


def recognize(probe: Probe) -> bool:
    """Text that is named as a script, or begins as one that is not Python."""
    begins = _SHEBANG.match(probe.head) is not None and _PYTHON.match(probe.head) is None
    named = probe.name.endswith(SUFFIXES) or begins
    return named and begins_as_text(probe)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Searches the script. Nothing loads scripts, but what they would do is not understood, so a gap remains."""
    from verifier.formats._secrets.search import find_secrets

    context.budget.spend_steps(1 + min(reader.size, MAX_BYTES) // 10)
    raw = reader.read_at(0, min(reader.size, MAX_BYTES))
    if not is_text(raw[:4], [raw], whole=len(raw) == reader.size):
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is named as a script but is no text", FORMAT.how)
        return
    name = artifact.file_name.lower()
    if not name.endswith(SUFFIXES) and not _PROGRAM.fullmatch(name):
        begins = raw[:HEAD].split(b"\n", 1)[0].decode("utf-8", "replace")
        message = f"The file is a script, under a name that does not say so: it begins with {visible(begins, 60)}."
        yield Finding(DISGUISED, (Evidence(artifact.name, begins, FORMAT.how, 0),), message)
    yield from find_secrets(artifact, raw, FORMAT.how)
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    found = list(_fetches(text))
    if found:
        evidence = tuple(Evidence(artifact.name, line, FORMAT.how) for line in found[:SHOWN])
        yield Finding(FETCHES, evidence, f"The script runs what it downloads or decodes: {visible(found[0], 140)}.")
    gap = "a script; what it would do was searched, not understood" if raw else ""
    yield Coverage(artifact.name, CoverageState.PARTIAL if gap else CoverageState.INSPECTED, gap, FORMAT.how)


def _fetches(text: str) -> Iterator[str]:
    from verifier.formats._code.command_lines import fetches_and_runs

    joined = re.sub(r"[\\^`]\r?\n", " ", text)
    for number, line in enumerate(joined.splitlines(), 1):
        bare = line.strip()
        if not bare.startswith(("#", "::", "rem ", "REM ")) and fetches_and_runs(bare):
            yield f"line {number}: {bare}"
