"""The line from a reference to a verdict: the only module that knows the order, and the only loop.

A reference is resolved to a source; every file is digested, recognized and inspected, members of containers going back
to the queue; claims are collected; crosschecks hold claims against facts; the policy decides. Repositories that loading
this one would load are verified the same way, and the verdict is the worst of the closure.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from verifier import claims, crosschecks, formats, policy, rules, sources
from verifier._version import __version__
from verifier.errors import ChangedError, Malformed, OfflineError, RateLimitedError, SourceError
from verifier.formats import Budget, Limits
from verifier.pipeline.inspection import HOW, WHOLE, Inspection, gap, guarded
from verifier.policy import Policy
from verifier.records import (
    Artifact,
    Claim,
    Comparison,
    Coverage,
    CoverageState,
    Dossier,
    Edge,
    Evidence,
    Fact,
    Finding,
    Reader,
    Record,
    Reference,
    Snapshot,
    SourceKind,
    Stage,
    ToolIdentity,
    Verdict,
)
from verifier.records.canonical import digest_of

MAX_DEPENDENCIES = 16
"""Repositories a closure may hold beside the first; genuine models load a base model, its code and a tokenizer."""

REMOTE_WORKERS = 8
"""Files read side by side over the network: most of the gain in round trips comes from the first few connections."""

Kind = TypeVar("Kind")

Progress = Callable[[str, int, int], None]
"""Called with a file's path, bytes finished and bytes in all, both over the whole snapshot; from several threads."""


def verify_model(
    reference: str,
    *,
    policy: str | Path = "default",
    revision: str | None = None,
    offline: bool = False,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Verifies a model, and every repository loading it would load.

    Args:
        reference: hub id, `hf://` id, folder, file, hub cache folder or URL.
        policy: name of a shipped policy, or path of a policy file.
        revision: branch, tag or commit of a hub reference.
        offline: use no network; a hub reference is answered from the hub's cache.
        limits: what one file may cost.
        progress: told how far reading is.

    Returns:
        The verdict, bound to the digests of the snapshot.

    Raises:
        UsageError: the reference is ambiguous or not one.
        PolicyError: the policy cannot be loaded.
        SourceError: the model cannot be resolved. Files that fail later are gaps in the verdict instead.
    """
    closure = _Closure(load_policy(policy), offline, limits or Limits(), progress)
    return closure.verify(sources.parse(reference, revision=revision))


def trace_model(
    reference: str,
    tell: Callable[[str], None],
    *,
    revision: str | None = None,
    offline: bool = False,
    limits: Limits | None = None,
) -> None:
    """Tells what the programs inside a model's files do, one file after the other; nothing is executed or decided.

    Args:
        reference: as for `verify_model`.
        tell: is given one line after the other.
        revision: branch, tag or commit of a hub reference.
        offline: use no network.
        limits: what one file may cost.

    Raises:
        UsageError: the reference is ambiguous or not one.
        SourceError: the model, or a file of it, cannot be obtained.
    """
    bounds = limits or Limits()
    source = sources.resolve(sources.parse(reference, revision=revision), offline=offline, fetched=bounds.fetched)
    files = _Files(source, bounds, None, tell)
    for artifact in source.snapshot.artifacts:
        for record in files.examine(artifact).records:
            if isinstance(record, Coverage) and record.state in (
                CoverageState.PARTIAL,
                CoverageState.LIMIT,
                CoverageState.ERROR,
            ):
                tell(f"{record.artifact}: {record.state.value}: {record.reason}")


def load_policy(name_or_path: str | Path) -> Policy:
    """The policy of that name or path.

    Raises:
        PolicyError: there is none, or it is malformed.
    """
    return policy.load(str(name_or_path))


@cache
def tool_identity() -> ToolIdentity:
    """Our version, and a digest over everything that shapes a verdict beside policy and bytes."""
    versions: dict[str, int] = {module.FORMAT.id: module.FORMAT.version for module in formats.modules()}
    return ToolIdentity(__version__, digest_of([rules.rules_digest(), {**versions}]))


@dataclass
class _Closure:
    """One run: the first repository and those it loads, each verified once."""

    policy: Policy
    offline: bool
    limits: Limits
    progress: Progress | None
    today: date = field(default_factory=lambda: datetime.now(UTC).date())
    seen: set[tuple[str, str | None]] = field(default_factory=set)

    def verify(self, reference: Reference) -> Verdict:
        source = sources.resolve(reference, offline=self.offline, fetched=self.limits.fetched)
        self.seen.add((source.snapshot.id, source.snapshot.commit))
        dossier = _examine(source, self.limits, self.progress)
        dependencies, gaps = self._dependencies(dossier.edges)
        dossier = replace(dossier, coverage=(*dossier.coverage, *gaps))
        return policy.decide(
            self.policy,
            dossier,
            stage=Stage.PRE_DOWNLOAD if source.remote else Stage.CONFIRMED,
            tool=tool_identity(),
            dependencies=tuple(dependencies),
            today=self.today,
        )

    def _dependencies(self, edges: Iterable[Edge]) -> tuple[list[Verdict], list[Coverage]]:
        verdicts: list[Verdict] = []
        gaps: list[Coverage] = []
        for target, revision in dict.fromkeys((edge.target, edge.revision) for edge in edges if edge.kind.loads):
            name = f"hf://{target}" + (f"@{revision}" if revision else "")
            if (target, revision) in self.seen:
                continue
            if len(self.seen) > MAX_DEPENDENCIES:
                gaps.append(Coverage(name, CoverageState.LIMIT, "more repositories are loaded than are followed", HOW))
                continue
            self.seen.add((target, revision))
            try:
                verdicts.append(self.verify(Reference(name, SourceKind.HUB, target, revision)))
            except SourceError as error:
                gaps.append(Coverage(name, CoverageState.NOT_FETCHED, f"loading needs it, but: {error}", HOW))
        return verdicts, gaps


def _examine(source: sources.Source, limits: Limits, progress: Progress | None) -> Dossier:
    """Everything that can be known of one snapshot before a policy decides."""
    files = _Files(source, limits, progress)
    workers = REMOTE_WORKERS if source.remote else os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(files.examine, source.snapshot.artifacts))
    snapshot = replace(source.snapshot, artifacts=tuple(result.artifact for result in results))
    records = [*source.findings, *source.coverage, *(record for result in results for record in result.records)]
    records += _collect_claims(source, snapshot)
    dossier = _dossier(source, snapshot, records)
    checks = [record for module in crosschecks.modules() for record in module.check(dossier)]
    return _dossier(source, snapshot, [*records, *checks])


def _dossier(source: sources.Source, snapshot: Snapshot, records: Sequence[Record]) -> Dossier:
    def of(kind: type[Kind]) -> tuple[Kind, ...]:
        return tuple(record for record in records if isinstance(record, kind))

    kinds = of(Finding), of(Fact), of(Claim), of(Comparison), of(Coverage), of(Edge)
    return Dossier(snapshot, *kinds, source.reads())


def _collect_claims(source: sources.Source, snapshot: Snapshot) -> list[Record]:
    collected: list[Record] = []
    with ExitStack() as opened:

        def open_file(path: str) -> Reader:
            return opened.enter_context(source.open(path))

        for module in claims.modules():
            start = partial(module.collect, snapshot, open_file)
            collected += guarded(start, WHOLE, module.__name__.rpartition(".")[2])
    return collected


@dataclass(slots=True)
class _FileResult:
    artifact: Artifact
    records: list[Record] = field(default_factory=list)


class _Files:
    """Examines the files of one source, from several threads."""

    def __init__(
        self,
        source: sources.Source,
        limits: Limits,
        progress: Progress | None,
        trace: Callable[[str], None] | None = None,
    ) -> None:
        self._trace = trace
        self._source = source
        self._limits = limits
        self._progress = progress
        self._siblings = {artifact.path: artifact.size for artifact in source.snapshot.artifacts}
        self._total = sum(self._siblings.values())
        self._done = 0
        self._failure: SourceError | None = None

    def examine(self, artifact: Artifact) -> _FileResult:
        """Digests and inspects one file; a failure becomes Coverage beside what was seen before it."""
        result = _FileResult(artifact)
        try:
            if self._failure is not None:
                raise self._failure
            with ExitStack() as opened:
                self._examine(result, opened)
        except SourceError as error:
            if isinstance(error, OfflineError | RateLimitedError):
                self._failure = error
            state = CoverageState.ERROR if isinstance(error, ChangedError) else CoverageState.NOT_FETCHED
            result.records.append(gap(artifact.name, state, error))
        self._done += artifact.size
        if self._progress is not None:
            self._progress(artifact.path, self._done, self._total)
        return result

    def _examine(self, result: _FileResult, opened: ExitStack) -> None:
        artifact = result.artifact
        handle = opened.enter_context(self._source.open(artifact.path))
        digests = () if self._source.remote else handle.digests()
        result.artifact = replace(artifact, digests=(*artifact.digests, *digests))

        def open_sibling(path: str) -> Reader:
            if path not in self._siblings:
                raise Malformed(f"there is no file {path} beside it")
            return opened.enter_context(self._source.open(path))

        for digest in digests:
            evidence = Evidence(artifact.name, digest.value, HOW)
            result.records.append(Fact("digest", (digest.algorithm, digest.value), evidence))
        inspection = Inspection(Budget(self._limits), self._source.remote, self._trace)
        for record in inspection.run(artifact, handle, self._siblings, open_sibling):
            result.records.append(record)
        result.artifact = replace(result.artifact, formats=inspection.recognized)
        handle.check_unchanged()
