"""`verify fetch`: a model of the hub, verified, on this machine."""

from __future__ import annotations

from pathlib import Path

from verifier.cli import _terminal
from verifier.cli.lock import place
from verifier.cli.model import Request, told_why
from verifier.records import visible
from verifier.store import lock as store
from verifier.workflows.fetch import Fetched


def fetch(reference: str, request: Request, to: Path | None, file: Path | None, max_bytes: int) -> int:
    """Fetches a model and tells where it is.

    Raises:
        UsageError, PolicyError, SourceError, RefusedError: see `verifier.workflows.fetch.fetch`.
    """
    fetched = fetching(reference, request, to, store.read(place(file)), max_bytes)
    _terminal.write(told(fetched, quiet=request.quiet))
    return 0


def fetching(reference: str, request: Request, to: Path | None, lock: store.Lock, max_bytes: int) -> Fetched:
    """Fetches a model; progress shows on standard error, and the verdict of one that is not accepted on output."""
    from verifier.workflows.fetch import fetch as bring

    progress = _terminal.Progress(quiet=request.quiet)
    try:
        with told_why():
            return bring(
                reference,
                request.policy,
                revision=request.revision,
                to=to,
                lock=lock,
                max_bytes=max_bytes,
                progress=progress,
            )
    finally:
        progress.clear()


def told(fetched: Fetched, *, quiet: bool) -> str:
    """What was fetched and where it is."""
    snapshot = fetched.verdict.dossier.snapshot
    size = sum(artifact.size for artifact in snapshot.artifacts)
    lines = [
        f"{fetched.verdict.outcome}  {snapshot.id}@{snapshot.commit}  {len(snapshot.artifacts)} files, {size} bytes"
    ]
    lines += [f"    in {fetched.folder}"]
    if fetched.left_out and not quiet:
        lines += [f"    left out: {', '.join(visible(path, 300) for path in fetched.left_out)}"]
    return "".join(f"{line}\n" for line in lines)
