"""`verify run`: a program with verified models, and an account of what it had."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import starmap
from pathlib import Path

from verifier.cli.fetch import progress
from verifier.cli.lock import place
from verifier.cli.model import told_why
from verifier.errors import UsageError
from verifier.records import visible
from verifier.store import lock as store
from verifier.store.lock import Lock, LockedModel
from verifier.workflows import provenance, sign
from verifier.workflows import run as workflow
from verifier.workflows.sign import Hand
from verifier.workflows.sync import sync

NOT_MEDIATED = "not mediated: local paths, data sets, torch.hub, other hosts"
SHOWN = 8
"""Files of a model that are named."""


@dataclass(frozen=True, slots=True)
class Attested:
    """What is to be attested.

    Args:
        folder: what the program writes into.
        hand: what signs the statement, if anything.
    """

    folder: Path
    hand: Hand | None


def attested(folder: Path | None, key: Path | None) -> Attested | None:
    """What is to be attested, if anything.

    Raises:
        UsageError: the folder holds something already, the key cannot be read, or goes with nothing.
    """
    if folder is None:
        if key is not None:
            raise UsageError("--sign-key signs what --attest writes.", "Add --attest OUT.")
        return None
    return Attested(provenance.empty(folder), sign.hand(key) if key is not None else None)


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of the program.

    Args:
        code: its exit code.
        loaded: each model it could have, and which of its files it read.
        refused: what it asked for in vain, a sentence each.
    """

    code: int
    loaded: Sequence[tuple[LockedModel, list[str]]]
    refused: Sequence[str] = ()


def run(
    command: Sequence[str],
    policy: tuple[str, ...],
    file: Path | None,
    *,
    resolve: bool,
    quiet: bool,
    attested: Attested | None = None,
) -> int:
    """Runs the program and tells on standard error what it had; 1 if it was refused a model, else its own exit code.

    Raises:
        UsageError: nothing is locked and `resolve` is not set, the program cannot be started, or what it wrote cannot
            be attested.
        PolicyError, RefusedError, SourceError: a locked model is not what is locked, or cannot be had; nothing ran.
    """
    path = place(file)
    lock = store.read(path)
    if not lock.models and not resolve:
        raise UsageError(f"{path} locks no models.", "Add those the program needs with `verify add`, or use --resolve.")
    started = datetime.now(UTC)
    with workflow.private_folder() as private:
        ran = (_resolving if resolve else _locked)(command, policy, lock, private, quiet)
    lines = [*starmap(_account, ran.loaded), *(visible(reason, 1000) for reason in ran.refused), NOT_MEDIATED]
    lines += [f"{visible(command[0])} ended with exit code {ran.code}"]
    code = 1 if ran.refused else ran.code
    if attested is not None:
        lines += [_attest(attested, command, ran, started) if code == 0 else "nothing is attested: it did not succeed"]
    if not quiet:
        sys.stderr.write("".join(f"verify run: {line}\n" for line in lines))
    return code


def _attest(attested: Attested, command: Sequence[str], ran: Ran, started: datetime) -> str:
    loaded = {provenance.named(model): (model, paths) for model, paths in ran.loaded if paths}
    times = (started, datetime.now(UTC))
    return f"attested in {provenance.write(attested.folder, command, loaded, times, attested.hand)}"


def _locked(command: Sequence[str], policy: tuple[str, ...], lock: Lock, private: Path, quiet: bool) -> Ran:
    """With the locked models in a cache of their own, and the hub switched off."""
    models = list(lock.models.values())
    with progress(quiet=quiet) as shown, told_why():
        sync(lock, models, lambda _: policy, told=lambda *_: None, progress=shown)
        workflow.private_cache(private, lock, policy)
    code = workflow.program(command, workflow.environment(private, None))
    return Ran(code, [(model, workflow.was_read(model, private)) for model in models])


def _resolving(command: Sequence[str], policy: tuple[str, ...], lock: Lock, private: Path, _quiet: bool) -> Ran:
    """With a gateway of its own that serves what is locked or accepted."""
    from verifier.gateway import serve
    from verifier.gateway.mediator import Mediator

    mediator = Mediator(lock, policy)
    with serve.serving(mediator) as url:
        code = workflow.program(command, workflow.environment(private, url))
    loaded = [(served.model, sorted(served.given)) for _, served in sorted(mediator.served.items())]
    return Ran(code, loaded, [reason for _, reason in sorted(mediator.refused.items())])


def _account(model: LockedModel, paths: list[str]) -> str:
    name = f"{model.id}@{model.commit}"
    return f"loaded {name}: {', '.join(_named(paths))}" if paths else f"not read: {name}"


def _named(paths: list[str]) -> Iterator[str]:
    yield from (visible(path, 200) for path in paths[:SHOWN])
    if len(paths) > SHOWN:
        yield f"{len(paths) - SHOWN} more"
