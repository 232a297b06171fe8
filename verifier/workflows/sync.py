"""A lock and this machine made to agree: a model added to both, or what is locked brought here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from huggingface_hub import constants

from verifier import sources
from verifier.errors import SourceError
from verifier.pipeline.examination import Progress
from verifier.sources import hub
from verifier.store import lock as store
from verifier.store.lock import Lock, LockedModel
from verifier.store.quarantine import name_commit
from verifier.workflows import locking
from verifier.workflows.fetch import MAX_BYTES, Fetched, Use, fetch
from verifier.workflows.require import folder
from verifier.workflows.transfer import MACHINERY

Policies = str | Path | Sequence[str | Path]


def add(
    text: str,
    policy: Policies,
    path: Path,
    *,
    revision: str | None = None,
    max_bytes: int = MAX_BYTES,
    progress: Progress | None = None,
) -> tuple[Fetched, Mapping[str, LockedModel]]:
    """Fetches a model and what it loads into the hub's cache, and locks them; the lock is written last, in one rename.

    Args:
        text: a hub reference.
        policy: as for `fetch`.
        path: of the lock.
        revision: branch, tag or commit, if the text names none.
        max_bytes: as for `fetch`.
        progress: told how far it is.

    Raises:
        UsageError, PolicyError, RefusedError, SourceError: see `fetch` and `store.lock`; the lock is as it was.
    """
    lock = store.read(path)
    store.refuse_newer(path, lock)
    fetched = fetch(text, policy, revision=revision, lock=lock, use=Use.WRITTEN, max_bytes=max_bytes, progress=progress)
    asked = f"{text}@{revision}" if revision else text
    models = locking.entries(fetched.verdict, asked)
    store.write(path, locking.added(lock, models))
    return fetched, models


def sync(
    lock: Lock,
    models: Sequence[LockedModel],
    policy: Callable[[LockedModel], Policies],
    *,
    told: Callable[[LockedModel, str], object],
    progress: Progress | None = None,
) -> None:
    """Brings locked models into the hub's cache, file for file; what is there already is hashed and needs no network.

    Args:
        lock: the whole lock.
        models: those of it that are wanted.
        policy: what each must still be accepted by if it has to be fetched.
        told: told of each model whether it was `present` or `fetched`.
        progress: told how far hashing or a download is.

    Raises:
        RefusedError: what the hub has, or the cache holds beside it, is not what is locked.
        SourceError: something cannot be fetched.
    """
    for model in models:
        faults = locking.check(model.snapshot(), folder(model), progress)
        if faults:
            text = f"hf://{model.id}@{model.commit}"
            fetch(text, policy(model), lock=lock, use=Use.EXACT, progress=progress)
        _name(model)
        told(model, "fetched" if faults else "present")


def _name(model: LockedModel) -> None:
    """Makes what was asked for when it was locked stand for the commit, so that clients find it offline."""
    revision = sources.parse(model.reference).revision if model.reference else None
    if revision == model.commit:
        return
    repository = hub.cached(model.id)
    if repository.commit(revision) != model.commit:
        try:
            machinery = Path(constants.HF_HUB_CACHE).absolute() / MACHINERY
            machinery.mkdir(parents=True, exist_ok=True)
            name_commit(
                repository.folder, revision or "main", model.commit, machinery / f"{repository.folder.name}.ref"
            )
        except OSError as error:
            raise SourceError(
                f"{repository.folder} cannot be written: {error.strerror}.", "Check its owner."
            ) from error
