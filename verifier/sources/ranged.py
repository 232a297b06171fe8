"""A snapshot read over the network in ranges."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from types import TracebackType
from typing import Self

from verifier.errors import NotFoundError, SourceError
from verifier.records import Coverage, Digest, Finding, ReadRecord, Snapshot, visible
from verifier.sources.base import Handle, checked_span
from verifier.sources.ranges import KEPT, RangedFile, Served


class RangedHandle:
    """A Handle over a RangedFile."""

    def __init__(self, file: RangedFile, source: RangedSource) -> None:
        self._file = file
        self._source = source
        self._closed = False

    @property
    def size(self) -> int:
        """See Reader.size."""
        return self._file.artifact.size

    def read_at(self, offset: int, length: int) -> bytes:
        """See Reader.read_at."""
        if self._closed:
            raise SourceError(f"{visible(self._file.artifact.path)} is closed.")
        start, end = checked_span(self.size, offset, length)
        content = self._file.read(start, end)
        self._file.ledger.lend(start, end)
        return content

    def digests(self, told: Callable[[int], object] | None = None) -> tuple[Digest, ...]:
        """See Handle.digests."""
        digests = self._file.digests()
        if told is not None and digests:
            told(self.size)
        return digests

    def check_unchanged(self) -> None:
        """Nothing further: every answer was held against those before it."""

    def record(self) -> ReadRecord:
        """See Handle.record."""
        return self._file.ledger.record()

    def close(self) -> None:
        """See Handle.close."""
        if not self._closed:
            self._closed = True
            self._source.closed(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class RangedSource:
    """A snapshot read over the network."""

    remote = True

    def __init__(
        self,
        snapshot: Snapshot,
        files: tuple[RangedFile, ...],
        findings: tuple[Finding, ...] = (),
        coverage: tuple[Coverage, ...] = (),
    ) -> None:
        self.snapshot = snapshot
        self.findings = findings
        self.coverage = coverage
        self._files = {file.artifact.path: file for file in files}
        self._lock = Lock()
        self._used: set[str] = set()
        self._idle: OrderedDict[str, RangedFile] = OrderedDict()

    def open(self, path: str) -> Handle:
        """See Source.open. Costs no request."""
        file = self._files.get(path)
        if file is None:
            raise NotFoundError(f"{visible(self.snapshot.id)} lists no file {visible(path)}.")
        with self._lock:
            file.opened += 1
            self._used.add(path)
            self._idle.pop(path, None)
        return RangedHandle(file, self)

    def closed(self, file: RangedFile) -> None:
        """Keeps the spans of closed files for who opens them again, within KEPT."""
        with self._lock:
            file.opened -= 1
            if file.opened == 0:
                self._idle[file.artifact.path] = file
            while sum(idle.kept for idle in self._idle.values()) > KEPT:
                self._idle.popitem(last=False)[1].drop()

    def served(self, path: str) -> tuple[Served, ...]:
        """What the server gave of a file, span by span."""
        return self._files[path].served

    def reads(self) -> tuple[ReadRecord, ...]:
        """See Source.reads."""
        with self._lock:
            used = sorted(self._used)
        return tuple(self._files[path].ledger.record() for path in used)
