"""What all sources share: the shape of a Source and a Handle, and the ledger of what was read."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock
from types import TracebackType
from typing import Protocol, Self

from verifier.errors import Malformed
from verifier.records import Artifact, Asserter, Coverage, Digest, Finding, Reader, ReadRecord, Snapshot

HOW = "sources/1"
"""As evidence and coverage name this room."""

RENAMED = "hub-renamed-repository"
SYMLINK_LEAVES = "symlink-leaves-model"
UNCOMMITTED = "hub-listing-not-committed"
RULES = (RENAMED, SYMLINK_LEAVES, UNCOMMITTED)
"""Ids of the rules resolving can emit."""

MAX_FILES = 100_000
"""Files a snapshot may list; the hub advises fewer than this in a repository."""

FETCHED = 512 << 20
"""Bytes a ranged reader may pull over the network for one file, unless told otherwise."""


class Memory(Protocol):
    """Digests of files that were hashed before; see `store.memory`."""

    def get(self, file: str, identity: tuple[int, ...]) -> Mapping[str, str] | None:
        """Digests of a file as it is, algorithm to hex; None where none are remembered."""

    def put(self, file: str, identity: tuple[int, ...], changed: int, digests: Mapping[str, str]) -> None:
        """Remembers digests of a file that last changed that many nanoseconds after the epoch."""


class Handle(Reader, Protocol):
    """An open file of a snapshot. Belongs to one thread; close it, or use it as a context manager."""

    def digests(self, told: Callable[[int], object] | None = None) -> tuple[Digest, ...]:
        """Digests of the whole file: of a local one in one sequential pass over this descriptor.

        A remote file has them only where inspectors read every byte of it; computing them costs no request.

        Args:
            told: called with the number of bytes hashed, again and again.

        Raises:
            ChangedError: the file is not the one that was listed.
            SourceError: it cannot be read.
        """

    def check_unchanged(self) -> None:
        """Looks once more whether the file is still the one that was listed.

        Raises:
            ChangedError: it is not.
        """

    def record(self) -> ReadRecord:
        """What was read of the file so far, through all handles of it."""

    def close(self) -> None:
        """Releases the descriptor; reading on is an error."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Source(Protocol):
    """A resolved snapshot whose files can be opened. May be shared by threads."""

    @property
    def snapshot(self) -> Snapshot:
        """The model at one immutable point."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What resolving itself saw."""

    @property
    def coverage(self) -> tuple[Coverage, ...]:
        """Entries that exist, or should, and are not opened: each with its reason."""

    @property
    def remote(self) -> bool:
        """Whether reading crosses the network, so that digests are claims."""

    def open(self, path: str) -> Handle:
        """Opens a file of the snapshot by its path.

        Raises:
            NotFoundError: the snapshot lists no such file.
            ChangedError: it is not the file that was listed.
            SourceError: it cannot be opened.
        """

    def reads(self) -> tuple[ReadRecord, ...]:
        """What was read of every file that was opened, in order of paths."""


class Ledger:
    """Which bytes of a file were lent to inspectors, and what obtaining them cost. May be shared by threads."""

    def __init__(self, artifact: Artifact) -> None:
        self._artifact = artifact
        self._lock = Lock()
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._read = 0
        self._requests = 0

    def lend(self, start: int, end: int) -> None:
        """Notes that bytes `start` to `end` were handed to an inspector."""
        if start >= end:
            return
        with self._lock:
            first = bisect_left(self._ends, start)
            last = bisect_right(self._starts, end)
            if first < last:
                start = min(start, self._starts[first])
                end = max(end, self._ends[last - 1])
            self._starts[first:last] = [start]
            self._ends[first:last] = [end]

    def spend(self, read: int, requests: int = 0) -> None:
        """Notes bytes obtained, and requests made for them."""
        with self._lock:
            self._read += read
            self._requests += requests

    def record(self) -> ReadRecord:
        """The account so far."""
        with self._lock:
            edges = zip([0, *self._ends], [*self._starts, self._artifact.size], strict=True)
            unread = tuple((start, end) for start, end in edges if start < end)
            return ReadRecord(self._artifact.path, self._artifact.size, self._read, self._requests, unread)


def computed(artifact: Artifact, chunks: Iterator[bytes]) -> tuple[Digest, ...]:
    """Digests of the bytes: SHA-256, and the git blob id where somebody claims one.

    Args:
        artifact: whose bytes they are.
        chunks: all of them, in order.
    """
    states = states_for(artifact)
    hashing: Sequence[Callable[[bytes], None]] = [state.update for state in states.values()]
    for chunk in chunks:
        for update in hashing:
            update(chunk)
    return tuple(Digest(algorithm, state.hexdigest(), Asserter.COMPUTED) for algorithm, state in states.items())


def states_for(artifact: Artifact) -> dict[str, hashlib._Hash]:
    """What hashes a file: SHA-256, and the git blob id where somebody claims one; algorithm to state."""
    states = {"sha256": hashlib.sha256()}
    if any(digest.algorithm == "git-blob-sha1" for digest in artifact.digests):
        states["git-blob-sha1"] = hashlib.sha1(b"blob %d\0" % artifact.size, usedforsecurity=False)
    return states


def checked_span(size: int, offset: int, length: int) -> tuple[int, int]:
    """`(start, end)` of a read, cut at the end of the file.

    Raises:
        Malformed: offset or length is negative: the format named an impossible place.
    """
    if offset < 0 or length < 0:
        raise Malformed(f"{length} bytes from byte {offset} are no part of a file")
    return min(offset, size), min(offset + length, size)
