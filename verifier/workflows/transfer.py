"""One repository on its way here: into quarantine, file by file, and from there to its place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from huggingface_hub import constants
from huggingface_hub.utils import WeakFileLock  # type: ignore[attr-defined]  # exported lazily

from verifier.errors import RefusedError, SourceError
from verifier.records import Artifact, Asserter, Digest, Snapshot, visible
from verifier.sources import hub
from verifier.sources.download import digests_of, download, spans_differ
from verifier.sources.ranged import RangedSource
from verifier.store.lock import Lock
from verifier.store.quarantine import Quarantine
from verifier.workflows.selection import Selection

MACHINERY = Path(".locks", ".model-verify")
"""Below the hub's cache, where its own tools look for no models: quarantines and their locks."""


def lock_of(quarantine: Path) -> Path:
    """The lock of who works in a quarantine."""
    name = hashlib.sha256(str(quarantine).encode()).hexdigest()
    return Path(constants.HF_HUB_CACHE).absolute() / MACHINERY / f"{name}.lock"


class Transfer:
    """What is claimed of a repository's files, where they wait, and where they go.

    Args:
        selection: which files.
        source: the repository as the hub shows it.
        refs: revisions that are to stand for its commit in the hub's cache.
        lock: whose digests the files must have.
        to: folder to make of it; None publishes into the hub's cache.
    """

    def __init__(
        self, selection: Selection, source: RangedSource, refs: Sequence[str], lock: Lock, to: Path | None
    ) -> None:
        listed = selection.verdict.dossier.snapshot
        self.source = source
        self.snapshot = replace(listed, artifacts=tuple(_promised(a, listed, lock) for a in selection.files))
        self.repository = hub.cached(listed.id)
        machinery = Path(constants.HF_HUB_CACHE).absolute() / MACHINERY
        name = f"{self.repository.folder.name}--{listed.commit}"
        if to is None:
            self.place = self.repository.folder / "snapshots" / str(listed.commit)
            self.quarantine = Quarantine(machinery / name)
        else:
            self.place = to
            self.quarantine = Quarantine(to.absolute().parent / f".{to.name}.{listed.commit}.quarantine")
        self._to = to
        self._refs = refs
        self._lock = lock_of(self.quarantine.folder)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps other processes out of the quarantine, and makes it."""
        try:
            self._lock.parent.mkdir(parents=True, exist_ok=True)
            with WeakFileLock(self._lock):
                self.quarantine.open()
                yield
        except OSError as error:
            raise _unwritable(self.place, error) from error

    def needed(self) -> int:
        """Bytes that must still come, at most."""
        return sum(a.size for a in self.snapshot.artifacts if not self.quarantine.arrived(a.path).exists())

    def take(self, artifact: Artifact, told: Callable[[int], object]) -> None:
        """Brings one file into quarantine, unless its bytes are on this machine.

        Raises:
            RefusedError: the bytes are not those promised or not those inspected.
            SourceError: they cannot be obtained.
        """
        path = artifact.path
        if self.quarantine.arrived(path).exists() or self._adopted(artifact):
            told(artifact.size)
        else:
            resumed = self.quarantine.partial(path).exists()
            digests = download(self.snapshot, artifact, self.quarantine.partial(path), told)
            if (broken := _broken(artifact, digests)) and resumed:
                self.quarantine.partial(path).unlink()
                digests = download(self.snapshot, artifact, self.quarantine.partial(path), told)
                broken = _broken(artifact, digests)
            if broken:
                self.quarantine.partial(path).unlink()
                raise RefusedError(f"{visible(path)} of {self.snapshot.id} is refused: {broken}.", "Do not use it.")
            self.quarantine.admit(path)
        if spans_differ(self.quarantine.arrived(path), self.source.served(path)):
            self.quarantine.arrived(path).unlink()
            seen = "the hub gave other bytes for its parts than for the whole"
            raise RefusedError(f"{visible(path)} of {self.snapshot.id} is refused: {seen}.", "Do not use this hub.")

    def _adopted(self, artifact: Artifact) -> bool:
        """Whether the hub's cache has the bytes, which are then taken from there."""
        blob = self.repository.folder / "blobs" / _name(artifact)
        if not blob.is_file() or blob.stat().st_size != artifact.size:
            return False
        if _broken(artifact, digests_of(blob, artifact)):
            return False
        self.quarantine.adopt(artifact.path, blob)
        return True

    def publish(self) -> None:
        """Moves the files to their place.

        Raises:
            RefusedError: the place holds files of the same commit that were not verified.
        """
        if self._to is not None:
            self.quarantine.move_to(self._to)
        else:
            self._refuse_strangers()
            names = {artifact.path: _name(artifact) for artifact in self.snapshot.artifacts}
            self.quarantine.move_to_cache(self.repository.folder, str(self.snapshot.commit), names, self._refs)
        self.quarantine.discard()

    def _refuse_strangers(self) -> None:
        wanted = {self.place / artifact.path for artifact in self.snapshot.artifacts}
        there = (file for file in self.place.rglob("*") if file.is_symlink() or not file.is_dir())
        strangers = sorted(str(file.relative_to(self.place)) for file in there if file not in wanted)
        if strangers:
            raise RefusedError(
                f"{self.place} holds {visible(strangers[0])}, which is not among the files that were verified.",
                f"Remove it with `hf cache rm model/{self.snapshot.id}`, or fetch with --to DIR.",
            )


def _promised(artifact: Artifact, snapshot: Snapshot, lock: Lock) -> Artifact:
    """A file with the lock's digest beside the hub's, where the lock has the model at this commit.

    Raises:
        RefusedError: the hub lists another size than is locked.
    """
    locked = lock.models.get(snapshot.id)
    if locked is None or locked.commit != snapshot.commit or artifact.path not in locked.files:
        return artifact
    promised = locked.files[artifact.path]
    if promised.size != artifact.size:
        sizes = f"the hub lists {artifact.size} bytes, and the lock promises {promised.size}"
        raise RefusedError(f"{visible(artifact.path)} of {snapshot.id} is refused: {sizes}.", "Do not use it.")
    digest = Digest("sha256", promised.sha256, Asserter.LOCK)
    return replace(artifact, digests=(*artifact.digests, digest))


def _name(artifact: Artifact) -> str:
    """The name the hub's cache gives to the bytes: the digest the hub lists."""
    return next(digest.value for digest in artifact.digests if digest.by is Asserter.HUB)


def _broken(artifact: Artifact, digests: Mapping[str, str]) -> str:
    """Which promise the bytes break; empty for none."""
    for digest in artifact.digests:
        if digests[digest.algorithm] != digest.value:
            return f"its {digest.algorithm} is {digests[digest.algorithm]}, and the {digest.by} promises {digest.value}"
    return ""


def _unwritable(place: Path, error: OSError) -> SourceError:
    return SourceError(f"{place} cannot be written: {error.strerror or error}.", "Check its permissions and the disk.")
