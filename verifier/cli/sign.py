"""`verify sign`: sign a model on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from verifier.cli import _terminal
from verifier.errors import UsageError
from verifier.records import visible
from verifier.workflows import sign


def by(
    key: Path | None, certificates: Sequence[Path], token: str, config: Path | None, *, keyless: bool
) -> sign.Signing:
    """What signs.

    Raises:
        UsageError: see `verifier.workflows.sign.hand` and `verifier.workflows.keyless.identity`; the options do not go
            together.
    """
    if keyless is (key is not None):
        raise UsageError("A model is signed with a key or without.", "Give --key or --keyless.")
    if key is None:
        if certificates:
            raise UsageError("A certificate goes with its key.", "Leave it out, or give --key instead of --keyless.")
        from verifier.workflows.keyless import identity

        return identity(token, config)
    if token or config:
        raise UsageError("A token and a trust configuration go with --keyless.", "Leave them out.")
    return sign.hand(key, certificates)


def run(reference: str, signing: sign.Signing, output: Path | None, ignored: Sequence[str]) -> None:
    """Signs, and prints what was signed, where the signature is, and in whose name.

    Raises:
        UsageError, SourceError: see `verifier.workflows.sign.sign`.
    """
    progress = _terminal.Progress(quiet=False)
    try:
        made = sign.sign(reference, signing, output, ignored, progress)
    finally:
        progress.clear()
    count = len(made.covers.resources)
    covered = f"{count} {'file' if count == 1 else 'files'}, digest {made.covers.binding}"
    _terminal.write(f"{visible(str(made.path), 500)}  covers {covered}\n")
    if made.identity:
        _terminal.write(f"  in the name of {visible(made.identity, 500)}, by {visible(made.issuer, 500)}\n")
