"""`verify fetch`, `add` and `sync`: models of the hub, verified, on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from verifier.cli import _terminal
from verifier.cli.lock import chosen, line, place, policy_for
from verifier.cli.model import Request, told_why
from verifier.records import visible
from verifier.store import lock as store
from verifier.workflows.fetch import Fetched


def fetch(reference: str, request: Request, to: Path | None, file: Path | None, max_bytes: int) -> int:
    """Fetches a model and tells where it is.

    Raises:
        UsageError, PolicyError, SourceError, RefusedError: see `verifier.workflows.fetch.fetch`.
    """
    from verifier.workflows.fetch import fetch as bring

    lock = store.read(place(file))
    revision = request.revision
    with progress(quiet=request.quiet) as shown, told_why():
        fetched = bring(
            reference, request.policy, revision=revision, to=to, lock=lock, max_bytes=max_bytes, progress=shown
        )
    _terminal.write(told(fetched, quiet=request.quiet))
    return 0


def add(reference: str, request: Request, file: Path | None, max_bytes: int) -> int:
    """Fetches a model, locks it, and tells how to name it in code.

    Raises:
        UsageError, PolicyError, SourceError, RefusedError: see `verifier.workflows.sync.add`.
    """
    from verifier.workflows.sync import add as bring

    path = place(file)
    revision = request.revision
    with progress(quiet=request.quiet) as shown, told_why():
        fetched, models = bring(reference, request.policy, path, revision=revision, max_bytes=max_bytes, progress=shown)
    _terminal.write(told(fetched, quiet=request.quiet))
    snapshot = fetched.verdict.dossier.snapshot
    also = sorted(set(models) - {snapshot.id})
    _terminal.write(f"    locked in {path}{', with ' if also else ''}{', '.join(also)}\n")
    _terminal.write(f'    load it as from_pretrained("{snapshot.id}", revision="{snapshot.commit}")\n')
    return 0


def sync(file: Path | None, policy: str | None, *, quiet: bool) -> int:
    """Brings every locked model here and tells what became of each.

    Raises:
        UsageError, PolicyError, SourceError, RefusedError: see `verifier.workflows.sync.sync`.
    """
    from verifier.workflows.sync import sync as bring

    models = chosen(place(file), [])
    lock = store.read(place(file))
    with progress(quiet=quiet) as shown, told_why():
        bring(
            lock,
            models,
            lambda model: policy_for(model, policy),
            told=lambda model, state: _terminal.write(f"{state}  {line(model)}\n"),
            progress=shown,
        )
    return 0


def clean() -> None:
    """Removes what may be lost and tells how much there was."""
    from verifier.workflows.clean import clean as remove

    _terminal.write("".join(f"removed {path} ({size} bytes)\n" for path, size in remove()) or "nothing to remove\n")


@contextmanager
def progress(*, quiet: bool) -> Iterator[_terminal.Progress]:
    """Progress on standard error, gone afterwards."""
    shown = _terminal.Progress(quiet=quiet)
    try:
        yield shown
    finally:
        shown.clear()


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
