"""Models on this machine: a folder or a file, listed once, read through one descriptor a handle."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from verifier.errors import ChangedError, NotFoundError, SourceError, UsageError
from verifier.records import Artifact, Asserter, Digest, ReadRecord, Reference, Snapshot, SourceKind, visible
from verifier.sources.base import Handle, Ledger, Memory, checked_span, computed, states_for
from verifier.sources.walk import Entry, Listing, add, cache_blobs, identity_of, is_folder, walk

CHUNK = 256 << 10
"""Bytes hashed at a time: the fastest size on common machines, and it stays in the second-level cache."""

_OPEN_FLAGS = os.O_RDONLY
for _flag in ("O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
    _OPEN_FLAGS |= getattr(os, _flag, 0)


class LocalSource:
    """A snapshot whose bytes lie on this machine.

    Setting `memory` lets digests be taken from it, for files that have not changed since they were hashed.
    """

    remote = False
    memory: Memory | None = None

    def __init__(self, snapshot: Snapshot, listing: Listing, folder: str) -> None:
        self.snapshot = snapshot
        self.folder = Path(folder)
        """Below which each file lies at its path, perhaps as a link."""
        self.findings = tuple(listing.findings)
        self.coverage = tuple(listing.coverage)
        self._entries = {entry.path: entry for entry in listing.entries}
        self._artifacts = {artifact.path: artifact for artifact in snapshot.artifacts}
        self._ledgers: dict[str, Ledger] = {}

    def open(self, path: str) -> Handle:
        """See Source.open."""
        if path not in self._entries:
            raise NotFoundError(f"{visible(self.snapshot.id)} holds no file {visible(path)}.")
        artifact = self._artifacts[path]
        ledger = self._ledgers.setdefault(path, Ledger(artifact))
        return FileHandle(self._entries[path], artifact, ledger, self.memory)

    def check_unchanged(self) -> None:
        """Makes sure that every file still is the one that was listed.

        Raises:
            ChangedError: one is not.
            SourceError: one cannot be opened.
        """
        for path in self._entries:
            self.open(path).close()

    def reads(self) -> tuple[ReadRecord, ...]:
        """See Source.reads."""
        return tuple(ledger.record() for _, ledger in sorted(self._ledgers.items()))


class FileHandle:
    """A Handle over one descriptor."""

    def __init__(self, entry: Entry, artifact: Artifact, ledger: Ledger, memory: Memory | None = None) -> None:
        self._entry = entry
        self._memory = memory
        self._artifact = artifact
        self._ledger = ledger
        self._lock = Lock()
        try:
            self._descriptor = os.open(entry.real, _OPEN_FLAGS)
        except OSError as error:
            raise _unreadable(entry.path, error) from error
        try:
            self.check_unchanged()
        except ChangedError:
            self.close()
            raise

    @property
    def size(self) -> int:
        """See Reader.size."""
        return self._entry.size

    def read_at(self, offset: int, length: int) -> bytes:
        """See Reader.read_at."""
        start, end = checked_span(self.size, offset, length)
        parts = []
        position = start
        while position < end:
            part = self._read(position, end - position)
            parts.append(part)
            position += len(part)
        self._ledger.lend(start, end)
        self._ledger.spend(end - start)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def digests(self, told: Callable[[int], object] | None = None) -> tuple[Digest, ...]:
        """See Handle.digests."""
        known = self._memory.get(self._entry.real, self._entry.identity) if self._memory is not None else None
        wanted = states_for(self._artifact)
        if known is not None and wanted.keys() <= known.keys():
            if told is not None:
                told(self.size)
            return tuple(Digest(algorithm, known[algorithm], Asserter.COMPUTED) for algorithm in wanted)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._descriptor, 0, 0, os.POSIX_FADV_SEQUENTIAL)
        digests = computed(self._artifact, self._chunks(told))
        self.check_unchanged()
        if self._memory is not None:
            status = os.fstat(self._descriptor)
            changed = max(status.st_mtime_ns, status.st_ctime_ns)
            self._memory.put(
                self._entry.real, self._entry.identity, changed, {digest.algorithm: digest.value for digest in digests}
            )
        return digests

    def check_unchanged(self) -> None:
        """See Handle.check_unchanged."""
        if identity_of(os.fstat(self._descriptor)) != self._entry.identity:
            raise _changed(self._entry.path)

    def record(self) -> ReadRecord:
        """See Handle.record."""
        return self._ledger.record()

    def close(self) -> None:
        """See Handle.close."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _chunks(self, told: Callable[[int], object] | None) -> Iterator[bytes]:
        position = 0
        while position < self.size:
            chunk = self._read(position, min(CHUNK, self.size - position))
            yield chunk
            position += len(chunk)
            if told is not None:
                told(len(chunk))

    def _read(self, offset: int, length: int) -> bytes:
        try:
            if hasattr(os, "pread"):
                part = os.pread(self._descriptor, length, offset)
            else:  # Windows
                with self._lock:
                    os.lseek(self._descriptor, offset, os.SEEK_SET)
                    part = os.read(self._descriptor, length)
        except OSError as error:
            raise _unreadable(self._entry.path, error) from error
        if not part:
            raise _changed(self._entry.path)
        return part


def resolve(reference: Reference, *, everything: bool = False) -> LocalSource:
    """A folder or a file as it stands now.

    Args:
        reference: to it.
        everything: list what no loader reads too; see `walk`.

    Raises:
        UsageError: there is none.
        NotFoundError: it holds no file.
    """
    root = reference.location
    if reference.kind is SourceKind.FILE:
        listing = Listing()
        real = os.path.realpath(root)
        add(listing, Path(root).name, real, "")
    elif is_folder(Path(root)):
        listing = walk(root, cache_blobs(Path(root)), everything=everything)
    else:
        raise UsageError(f"There is no folder {visible(root)}.", "Check the spelling.")
    artifacts = [Artifact(entry.path, entry.size) for entry in listing.entries]
    folder = str(Path(root).parent) if reference.kind is SourceKind.FILE else root
    return LocalSource(seal(reference, root, None, artifacts, listing), listing, folder)


def seal(
    reference: Reference, identity: str, commit: str | None, artifacts: Iterable[Artifact], listing: Listing
) -> Snapshot:
    """The snapshot of a listing.

    Raises:
        NotFoundError: nothing is listed.
    """
    files = tuple(artifacts)
    if not files:
        reason = f" {listing.coverage[0].artifact}: {listing.coverage[0].reason}." if listing.coverage else ""
        raise NotFoundError(f"{visible(reference.location)} holds no file that can be read.{reason}")
    told = (("links", sorted(listing.links)), ("skipped", listing.skipped))
    metadata = tuple((name, ", ".join(visible(path) for path in paths)) for name, paths in told if paths)
    return Snapshot(reference, identity, commit, files, local=True, metadata=metadata)


def _changed(path: str) -> ChangedError:
    return ChangedError(
        f"{visible(path)} changed while it was being verified.", "Verify again when nothing writes to it."
    )


def _unreadable(path: str, error: OSError) -> SourceError:
    return SourceError(f"{visible(path)} cannot be read: {error.strerror}.", "Check its permissions and the disk.")
