"""Keras 3's `.keras` archives: a zip of the configuration, the weights and files that layers bring (`assets/`).

The configuration is judged here, since loading builds everything it describes before any weight is read; the rest goes
back to be recognized in turn. Source: keras 3 `src/saving/saving_lib.py` (`_load_model_from_fileobj`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from verifier.errors import BudgetExceeded
from verifier.formats import Context, Member, Probe, Yield
from verifier.formats._keras import MALFORMED
from verifier.formats._keras import RULES as KERAS_RULES
from verifier.formats._text import read_whole
from verifier.formats._zip import RULES as ZIP_RULES
from verifier.formats._zip.recognition import listed
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
    names = {entry.name for entry in listed(probe.reader)}
    return _CONFIG in names and (probe.name.endswith(FORMAT.suffixes) or any(map(_COMPANIONS.fullmatch, names)))


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Judges every member that is a configuration, and hands back the others."""
    from verifier.formats._zip.archive import Archive
    from verifier.formats._zip.directory import find_directory
    from verifier.formats._zip.report import inspect_archive

    if find_directory(reader) is None:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no zip archive", FORMAT.how)
        return
    archive = Archive(reader)
    if not any(entry.name == _CONFIG for entry in archive.entries):
        message = f"An archive of Keras has a {_CONFIG}; this one has none"
        yield Finding(MALFORMED, (Evidence(artifact.name, message, FORMAT.how),), f"{message}.")
        yield Coverage(artifact.name, CoverageState.PARTIAL, "it holds no configuration", FORMAT.how)
        return
    yield from inspect_archive(artifact, archive, context, FORMAT.how, partial(_member, context))


def _member(context: Context, child: Artifact, body: Reader) -> Iterator[Yield]:
    from verifier.formats._keras.config import inspect_text

    if child.own_path != _CONFIG:
        yield Member(child, body)
        return
    try:
        context.budget.spend_member(len(child.members))
        yield from inspect_text(child, read_whole(body, context.budget, _MAX_CONFIG), FORMAT.how)
        yield Coverage(child.name, CoverageState.INSPECTED, "", FORMAT.how)
    except BudgetExceeded as error:
        yield Coverage(child.name, CoverageState.LIMIT, error.message, FORMAT.how)
