"""`verify run`: a program with verified models, and an account of what it had."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from verifier.cli.fetch import progress
from verifier.cli.lock import place
from verifier.cli.model import told_why
from verifier.errors import UsageError
from verifier.records import visible
from verifier.store import lock as store
from verifier.store.lock import Lock, LockedModel
from verifier.workflows import run as workflow
from verifier.workflows.sync import sync

NOT_MEDIATED = "not mediated: local paths, data sets, torch.hub, other hosts"
SHOWN = 8
"""Files of a model that are named."""


def run(command: Sequence[str], policy: tuple[str, ...], file: Path | None, *, resolve: bool, quiet: bool) -> int:
    """Runs the program and tells on standard error what it had; 1 if it was refused a model, else its own exit code.

    Raises:
        UsageError: nothing is locked and `resolve` is not set, or the program cannot be started.
        PolicyError, RefusedError, SourceError: a locked model is not what is locked, or cannot be had; nothing ran.
    """
    path = place(file)
    lock = store.read(path)
    if not lock.models and not resolve:
        raise UsageError(f"{path} locks no models.", "Add those the program needs with `verify add`, or use --resolve.")
    with workflow.private_folder() as private:
        code, lines, refused = (_resolving if resolve else _locked)(command, policy, lock, private, quiet)
    lines += [NOT_MEDIATED, f"{visible(command[0])} ended with exit code {code}"]
    if not quiet:
        sys.stderr.write("".join(f"verify run: {line}\n" for line in lines))
    return 1 if refused else code


def _locked(
    command: Sequence[str], policy: tuple[str, ...], lock: Lock, private: Path, quiet: bool
) -> tuple[int, list[str], bool]:
    """With the locked models in a cache of their own, and the hub switched off."""
    models = list(lock.models.values())
    with progress(quiet=quiet) as shown, told_why():
        sync(lock, models, lambda _: policy, told=lambda *_: None, progress=shown)
        workflow.private_cache(private, lock, policy)
    code = workflow.program(command, workflow.environment(private, None))
    return code, [_account(model, workflow.was_read(model, private)) for model in models], False


def _resolving(
    command: Sequence[str], policy: tuple[str, ...], lock: Lock, private: Path, _quiet: bool
) -> tuple[int, list[str], bool]:
    """With a gateway of its own that serves what is locked or accepted."""
    from verifier.gateway import serve
    from verifier.gateway.mediator import Mediator

    mediator = Mediator(lock, policy)
    with serve.serving(mediator) as url:
        code = workflow.program(command, workflow.environment(private, url))
    lines = [_account(served.model, sorted(served.given)) for _, served in sorted(mediator.served.items())]
    lines += [visible(reason, 1000) for _, reason in sorted(mediator.refused.items())]
    return code, lines, bool(mediator.refused)


def _account(model: LockedModel, paths: list[str]) -> str:
    name = f"{model.id}@{model.commit}"
    return f"loaded {name}: {', '.join(_named(paths))}" if paths else f"not read: {name}"


def _named(paths: list[str]) -> Iterator[str]:
    yield from (visible(path, 200) for path in paths[:SHOWN])
    if len(paths) > SHOWN:
        yield f"{len(paths) - SHOWN} more"
