"""The way to locked files on this machine, for code that is about to load them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from verifier import sources
from verifier.errors import NotFoundError, RefusedError, SourceError, UsageError
from verifier.pipeline import load_policy, verify_source
from verifier.records import Reference, SourceKind, Verdict, visible
from verifier.sources import Source, hub
from verifier.sources.arrived import arrived
from verifier.store import lock as store
from verifier.store.lock import Lock, LockedModel
from verifier.workflows import locking
from verifier.workflows.refusal import NotAcceptedError


def require(
    reference: str, policy: str | Path | Sequence[str | Path] = "default", *, lock: str | Path | None = None
) -> Path:
    """The folder of a locked model whose files were hashed, inspected and accepted just now; uses no network.

        from verifier import require

        model = AutoModel.from_pretrained(require("org/name", policy="strict"))

    Args:
        reference: hub id, with the locked commit after an @ or without.
        policy: name of a shipped policy, or path of a policy file; of several all must accept.
        lock: the lock; None is the nearest `models.lock` up to the root of the repository.

    Returns:
        The model's folder in the hub's cache.

    Raises:
        UsageError, PolicyError: the model is not locked, or lock or policy cannot be read.
        NotAcceptedError: the policy does not accept the files.
        RefusedError: the files, or those of a model this one loads, are not the locked ones.
        SourceError: they are not on this machine.
    """
    path = Path(lock) if lock is not None else store.nearest(Path.cwd())
    asked = sources.parse(reference)
    if asked.kind is not SourceKind.HUB:
        raise UsageError(f"{visible(reference)} is no model of a hub.", "Only those are locked: org/name.")
    locked = store.read(path)
    model = locking.found(locked, asked.location)
    if asked.revision not in (None, model.commit):
        raise locking.elsewhere(model, asked.revision or "")
    verdict = judged(model, locked, policy)
    if verdict.outcome != "accepted":
        raise NotAcceptedError(verdict)
    return folder(model)


def folder(model: LockedModel, cache: Path | None = None) -> Path:
    """Where a cache, the hub client's own if none is given, keeps a locked model, whether it is there or not."""
    return hub.cached(model.id, cache).folder / "snapshots" / model.commit


def judged(
    model: LockedModel, lock: Lock, policy: str | Path | Sequence[str | Path], cache: Path | None = None
) -> Verdict:
    """The verdict on the files of a locked model, and of those it loads, as a cache holds them now.

    Raises:
        PolicyError: the policy cannot be loaded.
        RefusedError: there are other files than the lock lists.
        SourceError: files are missing.
    """

    def resolve(reference: Reference) -> Source:
        if reference.location not in lock.models:
            raise NotFoundError(
                f"{visible(reference.location)} is not in the lock.", "Add the model that loads it again."
            )
        return opened(lock.models[reference.location], cache)

    return verify_source(opened(model, cache), load_policy(policy), resolve=resolve)


def opened(model: LockedModel, cache: Path | None = None) -> Source:
    """The files of a locked model in a cache, with the lock's digests as claims.

    Raises:
        RefusedError: there are other files than the lock lists.
        SourceError: files are missing.
    """
    claimed = model.snapshot()
    step = f"Run `verify sync` to fetch what is missing of {model.id}."
    try:
        source = arrived(claimed, folder(model, cache))
    except NotFoundError as error:
        raise SourceError(f"{model.id}@{model.commit} is not on this machine.", step) from error
    faults = locking.misplaced(claimed, source)
    if any(fault.kind != "missing" for fault in faults):
        raise RefusedError(f"{model.id}: {locking.describe(faults)}.", "`verify lock check` lists all that differs.")
    if faults:
        raise SourceError(f"{model.id}: {locking.describe(faults)}.", step)
    return source
