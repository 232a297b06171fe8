"""Weight files against each other: shards an index names, and pickled twins of files that cannot run code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, join, normpath, splitext

from verifier.records import Artifact, Dossier, Evidence, Finding, parameters

RULES = ("pickle-beside-safetensors", "weight-shard-missing", "weight-shard-outside")

HOW = "weights/1"

PICKLED = frozenset({"pickle", "torch-distributed", "torch-legacy", "torch-tar", "torch-zip"})
"""Formats of weights whose loader can run code."""

SHOWN = 20
"""Places a finding lists at most."""


def check(dossier: Dossier) -> Iterator[Finding]:
    """Yields a finding an index with shards missing or outside, and one a safetensors file with pickled twins."""
    yield from _indexes(dossier)
    yield from _twins(dossier.snapshot.artifacts)


def _indexes(dossier: Dossier) -> Iterator[Finding]:
    """From facts of kind `weight-index`: the shard names an index lists, its evidence naming the index."""
    paths = {artifact.name: artifact.path for artifact in dossier.snapshot.artifacts}
    present = frozenset(paths.values())
    for fact in dossier.facts:
        if fact.kind == "weight-index" and isinstance(fact.value, tuple) and fact.evidence.artifact in paths:
            folder = dirname(paths[fact.evidence.artifact])
            names = sorted({str(name) for name in fact.value})
            absent = [name for name in names if normpath(join(folder, name)) not in present]
            outside = tuple(name for name in absent if _leaves(folder, name))
            missing = tuple(name for name in absent if not _leaves(folder, name))
            if outside:
                message = f"The index names {outside[0]} as a shard, which lies outside the model."
                yield Finding("weight-shard-outside", (fact.evidence,), message, parameters(outside=outside[:SHOWN]))
            if missing:
                message = f"The index names {len(names)} shards; {len(missing)} are not there, {missing[0]} among them."
                yield Finding("weight-shard-missing", (fact.evidence,), message, parameters(missing=missing[:SHOWN]))


def _leaves(folder: str, name: str) -> bool:
    """Whether a loader that joins the two would open something outside the model."""
    spelled = name.replace("\\", "/")
    return bool(re.match(r"/|[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*://", spelled)) or (
        normpath(join(folder, spelled)).split("/")[0] == ".."
    )


def _twins(artifacts: tuple[Artifact, ...]) -> Iterator[Finding]:
    for twin, pickled in twins(artifacts):
        evidence = tuple(Evidence(one.name, f"stands beside {twin.name}", HOW) for one in pickled[:SHOWN])
        message = f"{pickled[0].name} is pickled, and {twin.name} beside it is not: load the safetensors file only."
        yield Finding("pickle-beside-safetensors", evidence, message)


def twins(artifacts: tuple[Artifact, ...]) -> Iterator[tuple[Artifact, list[Artifact]]]:
    """Yields each safetensors file that holds what pickled files hold too, and those."""
    safe: dict[str, Artifact] = {}
    pickled: dict[str, list[Artifact]] = {}
    for artifact in artifacts:
        if "safetensors" in artifact.formats:
            safe.setdefault(_weights(artifact.path), artifact)
        elif PICKLED.intersection(artifact.formats):
            pickled.setdefault(_weights(artifact.path), []).append(artifact)
    for weights in sorted(safe.keys() & pickled.keys()):
        yield safe[weights], pickled[weights]


def _weights(path: str) -> str:
    """What weights a file holds, by its path: `pytorch_model-00001-of-00002.bin` and `model.safetensors` are twins."""
    stem = re.sub(r"-\d{5}-of-\d{5}$", "", splitext(path)[0])
    return re.sub(r"(^|/)pytorch_", r"\1", stem)
