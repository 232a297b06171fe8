"""`verify sign`: sign a model on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from verifier.cli import _terminal
from verifier.records import visible
from verifier.workflows import sign


def run(reference: str, key: Path, certificates: Sequence[Path], output: Path | None, ignored: Sequence[str]) -> None:
    """Signs, and prints what was signed and where the signature is.

    Raises:
        UsageError, SourceError: see `verifier.workflows.sign.sign`.
    """
    by = sign.hand(key, certificates)
    progress = _terminal.Progress(quiet=False)
    try:
        target, made = sign.sign(reference, by, output, ignored, progress)
    finally:
        progress.clear()
    count = len(made.resources)
    covered = f"{count} {'file' if count == 1 else 'files'}, digest {made.binding}"
    _terminal.write(f"{visible(str(target), 500)}  covers {covered}\n")
