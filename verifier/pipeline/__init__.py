"""The line from a reference to a verdict: the only module that knows the order, and the only loop.

A reference is resolved to a source; every file is digested, recognized and inspected, members of containers going back
to the queue; claims are collected; crosschecks hold claims against facts; the policy decides. Repositories that loading
this one would load are verified the same way, and the verdict is the worst of the closure.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from verifier import crosschecks, formats, policy, rules, sources
from verifier._version import __version__
from verifier.data import registries
from verifier.errors import SourceError
from verifier.formats import Limits
from verifier.pipeline.authentication import collect_claims, readable
from verifier.pipeline.examination import Examiner, Progress, side_by_side
from verifier.pipeline.inspection import HOW
from verifier.pipeline.lineage import base_licenses
from verifier.pipeline.pins import Pins
from verifier.policy import Combined, Policy
from verifier.records import (
    Claim,
    Comparison,
    Coverage,
    CoverageState,
    Dossier,
    Edge,
    Fact,
    Finding,
    Record,
    Reference,
    Snapshot,
    SourceKind,
    Stage,
    ToolIdentity,
    Verdict,
)
from verifier.records.canonical import digest_of
from verifier.records.trust import Trust
from verifier.sources.local import LocalSource
from verifier.store.memory import Memory

MAX_DEPENDENCIES = 16
"""Repositories a closure may hold beside the first; genuine models load a base model, its code and a tokenizer."""

REMOTE_WORKERS = 8
"""Files read side by side over the network: most of the gain in round trips comes from the first few connections."""

NO_PINS = Pins()

Kind = TypeVar("Kind")


def verify_model(
    reference: str | Path,
    *,
    policy: str | Path | Sequence[str | Path] = "default",
    revision: str | None = None,
    offline: bool = False,
    limits: Limits | None = None,
    progress: Progress | None = None,
    memory: Memory | None = None,
    pins: Pins = NO_PINS,
) -> Verdict:
    """Verifies a model, and every repository loading it would load.

    Args:
        reference: hub id, `hf://` id, folder, file, hub cache folder or URL; a Path is always a folder or file.
        policy: name of a shipped policy, or path of a policy file; of several all must accept.
        revision: branch, tag or commit of a hub reference.
        offline: use no network; a hub reference is answered from the hub's cache.
        limits: what one file may cost.
        progress: told how far reading is.
        memory: digests of local files that were hashed before; None hashes every file.
        pins: what the project's lock says.

    Returns:
        The verdict, bound to the digests of the snapshot.

    Raises:
        UsageError: the reference is ambiguous or not one.
        PolicyError: the policy cannot be loaded.
        SourceError: the model cannot be resolved. Files that fail later are gaps in the verdict instead.
    """
    text = str(reference.absolute()) if isinstance(reference, Path) else reference
    bounds = limits or Limits()
    resolve = partial(_resolved, memory=memory, offline=offline, fetched=bounds.fetched)
    closure = _Closure(load_policy(policy), resolve, bounds, progress, pins)
    return closure.verify(resolve(sources.parse(text, revision=revision)))


def _resolved(reference: Reference, *, memory: Memory | None, offline: bool, fetched: int) -> sources.Source:
    source = sources.resolve(reference, offline=offline, fetched=fetched)
    if isinstance(source, LocalSource):
        source.memory = memory
    return source


def verify_source(
    source: sources.Source,
    policy: Policy | Combined,
    *,
    resolve: Callable[[Reference], sources.Source],
    limits: Limits | None = None,
    progress: Progress | None = None,
    pins: Pins = NO_PINS,
) -> Verdict:
    """Verifies a resolved model, and every repository loading it would load.

    Args:
        source: the model.
        policy: what decides.
        resolve: gives the repositories it loads; may raise SourceError.
        limits: what one file may cost.
        progress: told how far reading is.
        pins: what the project's lock says.
    """
    return _Closure(policy, resolve, limits or Limits(), progress, pins).verify(source)


def decide_again(chosen: Policy | Combined, verdict: Verdict, dossier: Dossier) -> Verdict:
    """The verdict on the same bytes with what became known of them since.

    Args:
        chosen: what decides.
        verdict: as it was.
        dossier: what is known now.
    """
    return policy.decide(
        chosen,
        dossier,
        stage=verdict.stage,
        tool=verdict.tool,
        dependencies=verdict.dependencies,
        today=datetime.now(UTC).date(),
    )


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
    examiner = Examiner(source, bounds, trace=tell)
    for artifact in source.snapshot.artifacts:
        for record in examiner.examine(artifact).records:
            if isinstance(record, Coverage) and record.state in (
                CoverageState.PARTIAL,
                CoverageState.LIMIT,
                CoverageState.ERROR,
            ):
                tell(f"{record.artifact}: {record.state.value}: {record.reason}")


def load_policy(names_or_paths: str | Path | Sequence[str | Path]) -> Policy | Combined:
    """The policy of that name or path, or several that must all accept.

    Raises:
        PolicyError: there is none, or it is malformed.
    """
    several = [names_or_paths] if isinstance(names_or_paths, str | Path) else names_or_paths
    known = tuple(module.FORMAT.id for module in formats.modules())
    return readable(policy.combined([policy.load(str(one), formats=known) for one in several]))


@cache
def tool_identity() -> ToolIdentity:
    """Our version, and a digest over everything that shapes a verdict beside policy and bytes."""
    versions: dict[str, int] = {module.FORMAT.id: module.FORMAT.version for module in formats.modules()}
    return ToolIdentity(__version__, digest_of([rules.rules_digest(), registries.digest(), {**versions}]))


@dataclass
class _Closure:
    """One run: the first repository and those it loads, each verified once."""

    policy: Policy | Combined
    resolve: Callable[[Reference], sources.Source]
    limits: Limits
    progress: Progress | None
    pins: Pins
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    asked: set[tuple[str, str | None]] = field(default_factory=set)
    seen: set[tuple[str, str | None]] = field(default_factory=set)

    def verify(self, source: sources.Source) -> Verdict:
        self.seen.add(_identity(source))
        trust = Trust(self.now, self.policy.signers, self.policy.revoked)
        dossier = _examine(source, self.limits, self.progress, trust, self.pins)
        dependencies, gaps = self._dependencies(dossier.edges)
        dossier = replace(dossier, coverage=(*dossier.coverage, *gaps))
        if self.policy.asks_for_lineage:
            dossier = _joined(dossier, base_licenses(dossier.edges, self.resolve))
        return policy.decide(
            self.policy,
            dossier,
            stage=Stage.PRE_DOWNLOAD if source.remote else Stage.CONFIRMED,
            tool=tool_identity(),
            dependencies=tuple(dependencies),
            today=self.now.date(),
        )

    def _dependencies(self, edges: Iterable[Edge]) -> tuple[list[Verdict], list[Coverage]]:
        verdicts: list[Verdict] = []
        gaps: list[Coverage] = []
        for target, revision in dict.fromkeys((edge.target, edge.revision) for edge in edges if edge.kind.loads):
            name = f"hf://{target}" + (f"@{revision}" if revision else "")
            if (target, revision) in self.asked:
                continue
            if len(self.asked) == MAX_DEPENDENCIES:
                gaps.append(Coverage(name, CoverageState.LIMIT, "more repositories are loaded than are followed", HOW))
                continue
            self.asked.add((target, revision))
            try:
                source = self.resolve(Reference(name, SourceKind.HUB, target, revision))
                if _identity(source) not in self.seen:
                    verdicts.append(self.verify(source))
            except SourceError as error:
                gaps.append(Coverage(name, CoverageState.NOT_FETCHED, f"loading needs it, but: {error}", HOW))
        return verdicts, gaps


def _identity(source: sources.Source) -> tuple[str, str | None]:
    return source.snapshot.id, source.snapshot.commit


def _examine(source: sources.Source, limits: Limits, progress: Progress | None, trust: Trust, pins: Pins) -> Dossier:
    """Everything that can be known of one snapshot before a policy decides."""
    examiner = Examiner(source, limits, progress)
    workers = REMOTE_WORKERS if source.remote else os.cpu_count() or 1
    results = side_by_side(examiner.examine, source.snapshot.artifacts, workers)
    snapshot = replace(source.snapshot, artifacts=tuple(result.artifact for result in results))
    records = [*source.findings, *source.coverage, *(record for result in results for record in result.records)]
    records += [*collect_claims(source, snapshot, trust), *pins.claims(snapshot)]
    dossier = _dossier(source, snapshot, records)
    checks = [record for module in crosschecks.modules() for record in module.check(dossier)]
    return _dossier(source, snapshot, [*records, *checks])


def _dossier(source: sources.Source, snapshot: Snapshot, records: Sequence[Record]) -> Dossier:
    def of(kind: type[Kind]) -> tuple[Kind, ...]:
        return tuple(record for record in records if isinstance(record, kind))

    kinds = of(Finding), of(Fact), of(Claim), of(Comparison), of(Coverage), of(Edge)
    return Dossier(snapshot, *kinds, source.reads())


def _joined(dossier: Dossier, records: Iterable[Record]) -> Dossier:
    found = tuple(records)
    return replace(
        dossier,
        claims=(*dossier.claims, *(record for record in found if isinstance(record, Claim))),
        coverage=(*dossier.coverage, *(record for record in found if isinstance(record, Coverage))),
        edges=(*dossier.edges, *(record for record in found if isinstance(record, Edge))),
    )
