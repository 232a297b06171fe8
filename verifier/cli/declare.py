"""`verify declare`: draft what an author declares of a model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from verifier.cli import _terminal
from verifier.records import visible
from verifier.records.canonical import Plain
from verifier.workflows import declaring


def run(folder: Path, measured: Mapping[str, Plain] | None = None, *, to_file: bool, force: bool) -> None:
    """Prints a draft, or writes it into the model's folder.

    Raises:
        UsageError, SourceError: see `verifier.workflows.declaring`.
    """
    progress = _terminal.Progress(quiet=False)
    try:
        text = declaring.draft(folder, progress, measured)
    finally:
        progress.clear()
    if to_file:
        path = declaring.write(folder, text, force=force)
        text = f"{visible(str(path), 500)}  drafted; complete it by hand, then sign the folder: verify sign\n"
    _terminal.write(text)
