"""`verify run`: a program with verified models, and an account of what it had."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import starmap
from pathlib import Path

from verifier.behavior.sandbox import Confinement, Mode
from verifier.cli.fetch import progress
from verifier.cli.lock import place
from verifier.cli.model import told_why
from verifier.errors import UsageError
from verifier.records import visible
from verifier.store import lock as store
from verifier.store.lock import Lock, LockedModel
from verifier.workflows import confining, provenance, sign
from verifier.workflows import run as workflow
from verifier.workflows.confining import Wish
from verifier.workflows.sign import Hand
from verifier.workflows.sync import sync

NOT_MEDIATED = "not mediated: local paths, data sets, torch.hub, other hosts"
NO_WORKERS = "confined without bubblewrap: there are no Unix sockets, so data loaders must have no workers"
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


def wish(confine: bool, read: Sequence[Path], write: Sequence[Path]) -> Wish | None:
    """Folders of a confined program, if it is to be confined.

    Raises:
        UsageError: folders are named, and it is not.
    """
    if not confine and (read or write):
        raise UsageError("--read and --write are folders of a confined program.", "Add --confine.")
    return Wish(read, write) if confine else None


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
        bounds: what kept it from other ways, and what did not, a phrase each.
        refused: what it asked for in vain, a sentence each.
    """

    code: int
    loaded: Sequence[tuple[LockedModel, list[str]]]
    bounds: Sequence[str]
    refused: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be run.

    Args:
        command: the program and its arguments.
        policy: what models must be accepted by.
        wish: folders of a confined program; None: it is not confined.
    """

    command: Sequence[str]
    policy: tuple[str, ...]
    wish: Wish | None


def run(
    command: Sequence[str],
    policy: tuple[str, ...],
    file: Path | None,
    *,
    resolve: bool,
    quiet: bool,
    attested: Attested | None = None,
    wish: Wish | None = None,
) -> int:
    """Runs the program and tells on standard error what it had; 1 if it was refused a model, else its own exit code.

    Raises:
        UsageError: nothing is locked and `resolve` is not set, the program cannot be started, or not be confined, or
            what it wrote cannot be attested.
        PolicyError, RefusedError, SourceError: a locked model is not what is locked, or cannot be had; nothing ran.
    """
    path = place(file)
    lock = store.read(path)
    if not lock.models and not resolve:
        raise UsageError(f"{path} locks no models.", "Add those the program needs with `verify add`, or use --resolve.")
    started = datetime.now(UTC)
    with workflow.private_folder() as private:
        ran = (_resolving if resolve else _locked)(Asked(command, policy, wish), lock, private, quiet)
    lines = [*starmap(_account, ran.loaded), *(visible(reason, 1000) for reason in ran.refused), *ran.bounds]
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


def _locked(asked: Asked, lock: Lock, private: Path, quiet: bool) -> Ran:
    """With the locked models in a cache of their own, and the hub switched off."""
    models = list(lock.models.values())
    box = _box(asked, private, None, quiet=quiet)
    with progress(quiet=quiet) as shown, told_why():
        sync(lock, models, lambda _: asked.policy, told=lambda *_: None, progress=shown)
        workflow.private_cache(private, lock, asked.policy)
    variables = workflow.environment(private, None)
    if box is None:
        code = workflow.program(asked.command, variables)
    else:
        with confining.confined(asked.command, variables, box, private) as held:
            code = confining.finished(held)
    return Ran(code, [(model, workflow.was_read(model, private)) for model in models], _bounds(box, private))


def _resolving(asked: Asked, lock: Lock, private: Path, quiet: bool) -> Ran:
    """With a gateway of its own that serves what is locked or accepted."""
    from verifier.gateway import serve
    from verifier.gateway.mediator import Mediator

    mediator = Mediator(lock, asked.policy)
    with serve.listen("127.0.0.1", 0) as listening:
        variables = workflow.environment(private, serve.address(listening))
        box = _box(asked, private, listening.getsockname()[1], quiet=quiet)
        if box is None:
            with serve.serving(mediator, listening):
                code = workflow.program(asked.command, variables)
        else:
            with (
                confining.confined(asked.command, variables, box, private) as held,
                serve.serving(mediator, held.listening or listening),
            ):
                code = confining.finished(held)
    loaded = [(served.model, sorted(served.given)) for _, served in sorted(mediator.served.items())]
    return Ran(code, loaded, _bounds(box, private), [reason for _, reason in sorted(mediator.refused.items())])


def _box(asked: Asked, private: Path, port: int | None, *, quiet: bool) -> Confinement | None:
    if asked.wish is None:
        return None
    box = confining.confinement(asked.command, asked.wish, private, port)
    if box.mode is Mode.SELF and not quiet:
        sys.stderr.write(f"verify run: {NO_WORKERS}\n")
    return box


def _bounds(box: Confinement | None, private: Path) -> list[str]:
    return [NOT_MEDIATED] if box is None else confining.told(box, private)


def _account(model: LockedModel, paths: list[str]) -> str:
    name = f"{model.id}@{model.commit}"
    return f"loaded {name}: {', '.join(_named(paths))}" if paths else f"not read: {name}"


def _named(paths: list[str]) -> Iterator[str]:
    yield from (visible(path, 200) for path in paths[:SHOWN])
    if len(paths) > SHOWN:
        yield f"{len(paths) - SHOWN} more"
