"""Which files of a model are loaded under observation, and what is known of each before."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.behavior import observation, sandbox
from verifier.behavior.observation import Place, Subject
from verifier.data.loads import load_of
from verifier.records import Comparison, Dossier, Fact, Finding, Result
from verifier.records.terms import Measured
from verifier.sources.local import LocalSource

NOTHING = "none of its files is of a kind whose load is observed"


def observed(source: LocalSource, dossier: Dossier, bounds: sandbox.Bounds) -> Iterator[Fact | Finding | Comparison]:
    """Yields what loading each file shows that something loads; one Comparison at least.

    Raises:
        UsageError: there is no sandbox.
    """
    found = list(subjects(dossier))
    if not found:
        yield Comparison(Measured.LOAD, None, (), Result.NOT_CHECKABLE, NOTHING)
        return
    files = [artifact.path for artifact in source.snapshot.artifacts]
    place = Place(source.folder, files, sandbox.mode_observed(), bounds)
    for subject in found:
        yield from observation.observe(subject, place)


def subjects(dossier: Dossier) -> Iterator[Subject]:
    """Yields the files that something loads, each with what was found in it and in its members."""
    named = [
        (one.evidence.artifact, one.value)
        for one in dossier.facts
        if one.kind == "pickle-symbols" and isinstance(one.value, tuple)
    ]
    for artifact in dossier.snapshot.artifacts:
        load = load_of(artifact.file_name, artifact.formats)
        if load is None:
            continue
        own = artifact.name
        rules = {one.rule for one in dossier.findings if _within(one.evidence[0].artifact, own)}
        symbols = {str(name) for where, value in named if _within(where, own) for name in value}
        yield Subject(artifact.path, load, frozenset(symbols), tuple(sorted(rules)))


def _within(name: str, outer: str) -> bool:
    return name == outer or name.startswith(f"{outer}!")
