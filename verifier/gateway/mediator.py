"""What a program may have of the hub: locked models, and others the policy accepts, each verified before."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock as Mutex
from typing import BinaryIO

from verifier.errors import ChangedError, VerifierError
from verifier.gateway.denied import DeniedError
from verifier.gateway.repository import Blob, Commit, Repository, pointed, stamp, trees
from verifier.records.git import object_id
from verifier.store.lock import Lock, LockedModel
from verifier.workflows import locking
from verifier.workflows.fetch import fetch
from verifier.workflows.refusal import accepted
from verifier.workflows.require import folder, judged
from verifier.workflows.sync import Policies, sync


@dataclass
class Served(Repository):
    """A verified model, served with the commit and the digests it was verified with.

    Args:
        model: the model.
        stamps: path to what tells that the file is the one that was verified.
        given: paths whose bytes were asked for.
    """

    model: LockedModel = field(kw_only=True)
    stamps: dict[str, tuple[int, ...]] = field(kw_only=True)
    given: set[str] = field(default_factory=set, kw_only=True)

    def commit(self) -> Commit:
        """See Repository.commit; the commit is the hub's, and every file is told by its SHA-256.

        Raises:
            ChangedError: a file is not the one that was verified.
        """
        if changed := next((path for path, seen in self.stamps.items() if _stamp(self.folder / path) != seen), None):
            raise ChangedError(f"{changed} changed after it was verified.", "`verify sync` brings it back.")
        self.past = [self.model.commit]
        blobs = {}
        for path, file in sorted(self.model.files.items()):
            oid, pointer_size = pointed(file.sha256, file.size)
            blobs[path] = Blob(path, file.size, oid, file.sha256, pointer_size, self.stamps[path])
        return Commit(self.model.commit, blobs, {path: object_id("tree", body) for path, body in trees(blobs).items()})

    def open(self, blob: Blob) -> BinaryIO:
        """See Repository.open."""
        self.given.add(blob.path)
        return super().open(blob)


@dataclass
class Mediator:
    """Answers for repositories; may be called from several threads, which take turns.

    Args:
        lock: models served at their locked commits only.
        policy: what models must be accepted by.
        served: what was verified, by id and commit.
        refused: what was not, and why.
    """

    lock: Lock
    policy: Policies
    served: dict[tuple[str, str], Served] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    _asked: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    _mutex: Mutex = field(default_factory=Mutex)

    def __call__(self, wanted: str, revision: str) -> tuple[Repository, Commit]:
        """The repository at a revision.

        Raises:
            DeniedError: it is not accepted, or cannot be obtained.
        """
        with self._mutex:
            name = f"{wanted}@{revision}"
            if name in self.refused:
                raise DeniedError(self.refused[name])
            try:
                found = self._found(wanted, revision)
                return found, found.commit()
            except VerifierError as error:
                self.refused[name] = f"model-verify refuses {name}: {error}"
                raise DeniedError(self.refused[name]) from error

    def _found(self, wanted: str, revision: str) -> Served:
        asked = wanted, revision
        if asked not in self.served and asked not in self._asked:
            self._asked[asked] = self._admit(wanted, revision)
        return self.served[self._asked.get(asked, asked)]

    def _admit(self, wanted: str, revision: str) -> tuple[str, str]:
        locked = self.lock.models.get(wanted)
        if locked is None:
            fetched = fetch(wanted, self.policy, revision=revision)
            model = locking.entries(fetched.verdict, wanted)[fetched.verdict.dossier.snapshot.id]
            return self._serve(model, lambda: None)
        if revision not in ("main", locked.commit, (locked.reference or "").rpartition("@")[2]):
            raise locking.elsewhere(locked, revision)
        sync(self.lock, [locked], lambda _: self.policy, told=lambda *_: None)
        return self._serve(locked, lambda: accepted(judged(locked, self.lock, self.policy)))

    def _serve(self, model: LockedModel, verified: Callable[[], object]) -> tuple[str, str]:
        """Notes what the files are, then has them verified, so that what changes after the one or the other is seen."""
        lies = folder(model)
        stamps = {path: _stamp(lies / path) for path in model.files}
        verified()
        key = model.id, model.commit
        root = Path(os.path.realpath(lies.parents[2]))  # the cache, outside of which nothing is served
        self.served[key] = Served(model.id, lies, root, model=model, stamps=stamps)
        return key


def _stamp(file: Path) -> tuple[int, ...]:
    try:
        return stamp(file.stat())
    except OSError:
        return ()
