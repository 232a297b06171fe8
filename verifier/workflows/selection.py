"""Which files of a model are worth bringing here: those its policy admits, if nothing else speaks against the model.

A file is left out when the policy forbids its format or wants it pinned and it is not, when nobody knows its format and
the policy refuses that, or when it is pickled and stands beside a safetensors file with the same weights. What is
harmful in a file that is left out still stops the model: who publishes one poisoned file is not to be trusted with the
others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from verifier import rules
from verifier.crosschecks.weights import twins
from verifier.pipeline.inspection import WHOLE
from verifier.records import (
    Artifact,
    Comparison,
    Coverage,
    CoverageState,
    Decision,
    Finding,
    Level,
    Result,
    Verdict,
)
from verifier.workflows.refusal import NotAcceptedError

_FORBIDDEN = frozenset({"formats.allow", "formats.deny", "coverage.unknown-format", "integrity.lock"})
"""Clauses that deny a file for what kind of file it is, or because it is not pinned."""

_HARMFUL = frozenset({"critical", "high"})
"""Severities of findings that stop a model wherever they are found."""

_FETCHABLE = frozenset({CoverageState.NOT_FETCHED, CoverageState.LIMIT, CoverageState.PARTIAL})
"""Gaps that having the whole file may close."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is to be brought here of one repository.

    Args:
        verdict: on the repository, before the download.
        files: the files admitted, in order of their paths.
        left_out: paths of the others.
        hopeful: whether something could not be seen without the whole files.
    """

    verdict: Verdict
    files: tuple[Artifact, ...]
    left_out: tuple[str, ...]
    hopeful: bool

    @property
    def size(self) -> int:
        """Bytes of the files."""
        return sum(artifact.size for artifact in self.files)


def select(verdict: Verdict) -> Selection:
    """The files of a model that are to be brought here.

    Args:
        verdict: on the model and what it loads, over ranges.

    Raises:
        NotAcceptedError: the verdict rejects it for more than files that can be left out, or leaves it undecided for
            more than what was not fetched; or no file would be left.
    """
    left_out = _left_out(verdict)
    paths = {artifact.name: artifact.path for artifact in verdict.dossier.snapshot.artifacts}
    hopeful = False
    loaded = {dependency.dossier.snapshot.id: dependency for dependency in verdict.dependencies}
    for decision in verdict.decisions:
        if decision.level not in (Level.DENY, Level.UNDECIDED):
            continue
        place = paths.get(_place(decision).partition("!")[0])
        if place in left_out and not _is_harmful(decision):
            continue
        if decision.clause == "dependencies" and str(decision.cites) in loaded:
            hopeful |= select(loaded[str(decision.cites)]).hopeful
        elif _may_close(decision, paths):
            hopeful = True
        else:
            raise NotAcceptedError(verdict)
    files = tuple(artifact for artifact in verdict.dossier.snapshot.artifacts if artifact.path not in left_out)
    if not files:
        raise NotAcceptedError(verdict)
    return Selection(verdict, files, tuple(sorted(left_out)), hopeful)


def closure(verdict: Verdict) -> Iterator[Verdict]:
    """A verdict and those on what its model loads, the loaded ones first, each repository once."""
    seen: set[str] = set()

    def walk(one: Verdict) -> Iterator[Verdict]:
        for dependency in one.dependencies:
            yield from walk(dependency)
        if one.dossier.snapshot.id not in seen:
            seen.add(one.dossier.snapshot.id)
            yield one

    return walk(verdict)


def _left_out(verdict: Verdict) -> frozenset[str]:
    snapshot = verdict.dossier.snapshot
    paths = {artifact.name: artifact.path for artifact in snapshot.artifacts}
    forbidden = {
        paths.get(_place(decision).partition("!")[0])
        for decision in verdict.decisions
        if decision.level is Level.DENY and decision.clause in _FORBIDDEN
    }
    pickled = {artifact.path for _, twin in twins(snapshot.artifacts) for artifact in twin}
    gone = (pickled | {path for path in forbidden if path is not None}) & set(paths.values())
    return frozenset(gone | _indexes(verdict, gone))


def _indexes(verdict: Verdict, gone: set[str]) -> set[str]:
    """Indexes of shards all of which are left out."""
    found = set()
    paths = {artifact.name: artifact.path for artifact in verdict.dossier.snapshot.artifacts}
    for fact in verdict.dossier.facts:
        if fact.kind == "weight-index" and isinstance(fact.value, tuple) and fact.evidence.artifact in paths:
            index = paths[fact.evidence.artifact]
            folder = index.rpartition("/")[0]
            shards = {f"{folder}/{name}" if folder else str(name) for name in fact.value}
            if shards and shards <= gone:
                found.add(index)
    return found


def _place(decision: Decision) -> str:
    """Name of the artifact a decision is about; empty for the whole model."""
    match decision.cites:
        case Finding() as finding:
            return finding.evidence[0].artifact
        case Coverage() as coverage:
            return coverage.artifact
        case Comparison() as comparison:
            return comparison.claim.subject if comparison.claim else ""
        case str() as name:
            return name
        case claim:
            return claim.subject


def _is_harmful(decision: Decision) -> bool:
    cited = decision.cites
    if isinstance(cited, Comparison):
        return decision.level is Level.DENY
    return isinstance(cited, Finding) and rules.rule(cited.rule).severity in _HARMFUL


def _may_close(decision: Decision, names: Collection[str]) -> bool:
    """Whether having the whole file may settle it; that nothing was seen is told beside such gaps, or comes of them."""
    cited = decision.cites
    if decision.level is Level.UNDECIDED and isinstance(cited, Comparison):
        return cited.kind == "digest" and cited.result is Result.INCONCLUSIVE
    if decision.level is not Level.UNDECIDED or not isinstance(cited, Coverage):
        return decision.clause == "coverage.nothing-inspected"
    return cited.state in _FETCHABLE and cited.artifact.partition("!")[0] in {*names, WHOLE}
