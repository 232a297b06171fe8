"""Lists of packages to install, of pip, conda, setuptools and Docker: where the packages come from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.formats import Context, Probe, Yield
from verifier.formats._requirements import RULES as REQUIREMENT_RULES
from verifier.formats._text import begins_as_text, read_whole, text_of
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader, visible

FORMAT = Format("requirements", 1, "list of packages to install", refines=("text",))
RULES: tuple[str, ...] = REQUIREMENT_RULES

MAX_BYTES = 4 << 20
"""Bytes of such a list; long lock files have about 1 MB."""

SHOWN = 20
"""Places a finding lists."""

_LINES = re.compile(r"(requirements|constraints)[\w.-]*\.(txt|in)|(.*[-_.])?requirements\.(txt|in)")
_TEXTS = re.compile(
    r"setup\.py|setup\.cfg|pyproject\.toml|(environment|conda)[\w.-]*\.ya?ml|python_env\.ya?ml|.*\.?dockerfile|pipfile"
)
_PLACE = re.compile(r"^[\s\"'-]*(--(extra-)?index-url|-i|--find-links|-f)[\s=]", re.IGNORECASE)


def recognize(probe: Probe) -> bool:
    """Text under a name that installers look for."""
    named = _LINES.fullmatch(probe.name) or _TEXTS.fullmatch(probe.name)
    return named is not None and begins_as_text(probe)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Judges each line of a list, and each place that another text names."""
    raw = read_whole(reader, context.budget, MAX_BYTES)
    text = text_of(raw)
    if text is None:
        yield Coverage(
            artifact.name, CoverageState.UNKNOWN, "it is named as a list of packages but is no text", FORMAT.how
        )
        return
    name = artifact.file_name.lower()
    found = _of_lines(text) if _LINES.fullmatch(name) else _of_text(text)
    places: dict[str, list[str]] = {}
    for line, rule in found:
        places.setdefault(rule, []).append(line)
    for rule, lines in places.items():
        evidence = tuple(Evidence(artifact.name, line, FORMAT.how) for line in lines[:SHOWN])
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        yield Finding(rule, evidence, f"What is installed is open to others: {visible(lines[0], 120)}{more}.")
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)


def _of_lines(text: str) -> Iterator[tuple[str, str]]:
    from verifier.formats._requirements.lines import judge_requirement

    joined = re.sub(r"\\\r?\n", " ", text)
    for number, line in enumerate(joined.splitlines(), 1):
        if rule := judge_requirement(line):
            yield f"line {number}: {line.strip()}", rule


def _of_text(text: str) -> Iterator[tuple[str, str]]:
    """Places only: whether names are pinned is told for lists alone."""
    from verifier.formats._requirements.lines import judge_requirement, urls

    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        named = [line] if _PLACE.match(line) else list(urls(line))
        for place in named:
            rule = judge_requirement(place)
            if rule is not None:
                yield f"line {number}: {place.strip()}", rule
