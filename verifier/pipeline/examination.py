"""The files of a snapshot: each digested, inspected, and held together with what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock

from verifier.errors import ChangedError, Malformed, OfflineError, RateLimitedError, SourceError
from verifier.formats import Budget, Limits
from verifier.pipeline.inspection import HOW, Inspection, gap
from verifier.records import Artifact, CoverageState, Digest, Evidence, Fact, Reader, Record
from verifier.sources import Source
from verifier.sources.base import Handle

Progress = Callable[[str, int, int], None]
"""Called with a file's path, bytes finished and bytes in all, both over the whole snapshot; from several threads."""

ASIDE = 16 << 20
"""Bytes of a file whose hashing takes longer than starting a thread for it."""


@dataclass(slots=True)
class FileResult:
    """What was learned of a file.

    Args:
        artifact: with its digests and formats.
        records: what the file and its members show.
        done: bytes of it counted as finished.
    """

    artifact: Artifact
    records: list[Record] = field(default_factory=list)
    done: int = 0


class Examiner:
    """Examines the files of one source, from several threads.

    Args:
        source: whose files.
        limits: what one file may cost.
        progress: told how far reading is.
        trace: given one line after the other of what programs in the files do.
    """

    def __init__(
        self,
        source: Source,
        limits: Limits,
        progress: Progress | None = None,
        trace: Callable[[str], None] | None = None,
    ) -> None:
        self._source = source
        self._limits = limits
        self._progress = progress
        self._trace = trace
        self._siblings = {artifact.path: artifact.size for artifact in source.snapshot.artifacts}
        self._total = sum(self._siblings.values())
        self._done = 0
        self._lock = Lock()
        self._failure: SourceError | None = None

    def examine(self, artifact: Artifact) -> FileResult:
        """Digests and inspects one file; a failure becomes Coverage beside what was seen before it."""
        return self._guarded(artifact, self._examine)

    def identify(self, artifact: Artifact) -> FileResult:
        """Digests one file, and inspects nothing; a remote file only where nobody promises its SHA-256."""
        return self._guarded(artifact, self._identify)

    def _guarded(
        self, artifact: Artifact, look: Callable[[FileResult, ExitStack, Callable[[int], object]], None]
    ) -> FileResult:
        result = FileResult(artifact)
        meter = partial(self._advance, result)
        try:
            if self._failure is not None:
                raise self._failure
            with ExitStack() as opened:
                look(result, opened, meter)
        except SourceError as error:
            if isinstance(error, OfflineError | RateLimitedError):
                self._failure = error
            state = CoverageState.ERROR if isinstance(error, ChangedError) else CoverageState.NOT_FETCHED
            result.records.append(gap(artifact.name, state, error))
        meter(artifact.size - result.done)
        return result

    def _advance(self, result: FileResult, count: int) -> None:
        result.done += count
        with self._lock:
            self._done += count
        if self._progress is not None:
            self._progress(result.artifact.path, self._done, self._total)

    def _examine(self, result: FileResult, opened: ExitStack, meter: Callable[[int], object]) -> None:
        artifact = result.artifact
        handle = opened.enter_context(self._source.open(artifact.path))
        if not self._source.remote:
            opened.enter_context(self._digested(result, handle, meter))

        def open_sibling(path: str) -> Reader:
            if path not in self._siblings:
                raise Malformed(f"there is no file {path} beside it")
            return opened.enter_context(self._source.open(path))

        inspection = Inspection(Budget(self._limits), self._source.remote, self._trace)
        for record in inspection.run(artifact, handle, self._siblings, open_sibling):
            result.records.append(record)
        result.artifact = replace(result.artifact, formats=inspection.recognized)
        if self._source.remote:  # what was read whole must be what was promised; the snapshot stays as it is claimed
            result.records += _facts(artifact, handle.digests())
        handle.check_unchanged()

    def _identify(self, result: FileResult, opened: ExitStack, meter: Callable[[int], object]) -> None:
        artifact = result.artifact
        handle = opened.enter_context(self._source.open(artifact.path))
        if not self._source.remote:
            _note(result, handle.digests(meter))
        elif all(digest.algorithm != "sha256" for digest in artifact.digests):
            handle.read_at(0, artifact.size)
            result.records += _facts(artifact, handle.digests())

    @contextmanager
    def _digested(self, result: FileResult, handle: Handle, meter: Callable[[int], object]) -> Iterator[None]:
        """Digests the file before the block; while it runs where a large file is the only one, and a core idles."""
        if len(self._siblings) > 1 or handle.size < ASIDE:
            _note(result, handle.digests(meter))
            yield
            return
        from concurrent.futures import ThreadPoolExecutor

        with self._source.open(result.artifact.path) as own, ThreadPoolExecutor(1) as thread:
            digesting = thread.submit(own.digests, meter)
            yield
            _note(result, digesting.result())


def _note(result: FileResult, digests: tuple[Digest, ...]) -> None:
    result.records += _facts(result.artifact, digests)
    result.artifact = replace(result.artifact, digests=(*result.artifact.digests, *digests))


def side_by_side(
    work: Callable[[Artifact], FileResult], artifacts: Sequence[Artifact], workers: int
) -> list[FileResult]:
    """What working on each file gives, in their order, on as many threads; on none where there is one file."""
    if len(artifacts) < 2:
        return [work(artifact) for artifact in artifacts]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, artifacts))


def _facts(artifact: Artifact, digests: Iterable[Digest]) -> list[Record]:
    evidence = {digest: Evidence(artifact.name, digest.value, HOW) for digest in digests}
    return [Fact("digest", (digest.algorithm, digest.value), place) for digest, place in evidence.items()]
