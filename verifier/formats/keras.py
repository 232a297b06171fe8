"""Keras 3's `.keras` archives: a zip of the configuration, the weights and files that layers bring (`assets/`).

The configuration is judged here, since loading builds everything it describes before any weight is read; the rest goes
back to be recognized in turn. Source: keras 3 `src/saving/saving_lib.py` (`_load_model_from_fileobj`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Context, Member, Probe, Yield
from verifier.formats._keras import MALFORMED, inspect_text
from verifier.formats._keras import RULES as KERAS_RULES
from verifier.formats._text import read_whole
from verifier.formats._zip import Archive, Entry, find_directory
from verifier.formats._zip.report import RULES as ZIP_RULES
from verifier.formats._zip.report import findings, unread
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader

FORMAT = Format("keras", 1, "Keras archive", suffixes=(".keras",), refines=("zip",))
RULES: tuple[str, ...] = tuple(sorted({*KERAS_RULES, *ZIP_RULES}))

_CONFIG: Final = "config.json"
_COMPANIONS: Final = re.compile(r"metadata\.json|model(?:_\d+)?\.weights\.(?:h5|npz|json)")
"""Members one of which tells an archive of Keras from any zip that holds a `config.json`."""

_MAX_CONFIG: Final = 128 << 20
"""Bytes of a configuration that are parsed; those of the largest models have about 10 MB."""


def recognize(probe: Probe) -> bool:
    """A zip with a configuration and weights or metadata beside it: one read at the end, and one of the directory."""
    try:
        names = {entry.name for entry in Archive(probe.reader).entries}
    except (BudgetExceeded, Malformed):
        return False
    return _CONFIG in names and (probe.name.endswith(FORMAT.suffixes) or any(map(_COMPANIONS.fullmatch, names)))


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Judges every member that is a configuration, and hands back the others."""
    if find_directory(reader) is None:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no zip archive", FORMAT.how)
        return
    archive = Archive(reader)
    context.budget.foresee_members(len(archive.entries))
    context.budget.spend_steps(len(archive.entries))
    if not any(entry.name == _CONFIG for entry in archive.entries):
        message = f"An archive of Keras has a {_CONFIG}; this one has none"
        yield Finding(MALFORMED, (Evidence(artifact.name, message, FORMAT.how),), f"{message}.")
        yield Coverage(artifact.name, CoverageState.PARTIAL, "it holds no configuration", FORMAT.how)
        return
    unchecked = ("zip-contents",) if context.remote else ()
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, unchecked=unchecked)
    lies = [*archive.lies, *(lie for entry in archive.entries for lie in archive.local_lies(entry)), *archive.gaps()]
    yield from findings(artifact, lies, FORMAT.how)
    yield from unread(artifact, lies, FORMAT.how)
    yield from _members(artifact, archive, context)


def _members(artifact: Artifact, archive: Archive, context: Context) -> Iterator[Yield]:
    opened: list[tuple[Entry, Reader]] = []
    for entry in archive.entries:
        if entry.is_directory:
            continue
        child = artifact.member(entry.name, entry.size)
        try:
            body = archive.open(entry, context.budget)
            if entry.name == _CONFIG:
                yield from _configuration(child, body, context)
            else:
                yield Member(child, body)
        except (BudgetExceeded, Malformed) as error:
            gap = CoverageState.LIMIT if isinstance(error, BudgetExceeded) else CoverageState.PARTIAL
            yield Coverage(child.name, gap, error.message, FORMAT.how)
            continue
        opened.append((entry, body))
    if not context.remote:
        lies = (lie for entry, body in opened for lie in archive.content_lies(entry, body))
        yield from findings(artifact, lies, FORMAT.how)


def _configuration(child: Artifact, body: Reader, context: Context) -> Iterator[Yield]:
    context.budget.spend_member(len(child.members))
    yield from inspect_text(child, read_whole(body, context.budget, _MAX_CONFIG), FORMAT.how)
    yield Coverage(child.name, CoverageState.INSPECTED, "", FORMAT.how)
