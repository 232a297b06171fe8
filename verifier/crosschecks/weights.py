"""Weight files against each other: shards an index names, and pickles beside files that cannot run code."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join, normpath

from verifier.records import Artifact, Dossier, Evidence, Finding, parameters

RULES = ("pickle-beside-safetensors", "weight-shard-missing")

HOW = "weights/1"

PICKLED = frozenset({"pickle", "torch-legacy", "torch-zip"})
"""Formats of weights whose loader can run code."""

SHOWN = 20
"""Places a finding lists at most."""


def check(dossier: Dossier) -> Iterator[Finding]:
    """Yields a finding an index with missing shards, and one a folder with both kinds of weights."""
    yield from _missing_shards(dossier)
    yield from _twins(dossier.snapshot.artifacts)


def _missing_shards(dossier: Dossier) -> Iterator[Finding]:
    """From facts of kind `weight-index`: the shard names an index lists, its evidence naming the index."""
    paths = {artifact.path for artifact in dossier.snapshot.artifacts}
    for fact in dossier.facts:
        if fact.kind == "weight-index" and isinstance(fact.value, tuple):
            folder = dirname(fact.evidence.artifact)
            names = sorted({str(name) for name in fact.value})
            missing = tuple(name for name in names if normpath(join(folder, name)) not in paths)
            if missing:
                message = f"The index names {len(names)} shards; {len(missing)} are not there, {missing[0]} among them."
                yield Finding("weight-shard-missing", (fact.evidence,), message, parameters(missing=missing[:SHOWN]))


def _twins(artifacts: tuple[Artifact, ...]) -> Iterator[Finding]:
    safe: dict[str, str] = {}
    pickled: dict[str, list[str]] = {}
    for artifact in artifacts:
        folder = dirname(artifact.path)
        if "safetensors" in artifact.formats:
            safe.setdefault(folder, artifact.name)
        elif PICKLED.intersection(artifact.formats):
            pickled.setdefault(folder, []).append(artifact.name)
    for folder in sorted(safe.keys() & pickled.keys()):
        twin = safe[folder]
        evidence = tuple(Evidence(name, f"stands beside {twin}", HOW) for name in pickled[folder][:SHOWN])
        message = f"{pickled[folder][0]} is pickled, and {twin} beside it is not: load the safetensors file only."
        yield Finding("pickle-beside-safetensors", evidence, message)
