"""Indexes of sharded weights against the shards: those they name, those that stand beside, and what is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, join, normpath

from verifier.records import Dossier, Evidence, Fact, Finding, Value, parameters

MISSING = "weight-shard-missing"
OUTSIDE = "weight-shard-outside"
EXTRA = "weight-shard-extra"
DISAGREES = "weight-index-disagrees"
RULES = (MISSING, OUTSIDE, EXTRA, DISAGREES)

HOW = "shards/1"

SHOWN = 20
"""Places a finding lists at most."""

_NUMBERED = re.compile(r"-\d{5}-of-\d{5}(?=\.)")
"""The part of a file name by which the Hugging Face libraries tell shards apart."""


def check(dossier: Dossier) -> Iterator[Finding]:
    """Yields an index's shards that are missing, outside, beside it without being named, or other than it says.

    From facts of kind `weight-index`, the shards an index lists, and `weight-index-tensors`, these with the number of
    their tensors, the evidence of both naming the index; and `tensor-count` of files in safetensors, which hold every
    tensor under one name.
    """
    paths = {artifact.name: artifact.path for artifact in dossier.snapshot.artifacts}
    facts = [fact for fact in dossier.facts if fact.evidence.artifact in paths]
    counts = {
        path: fact
        for fact in facts
        if fact.kind == "tensor-count" and (path := paths[fact.evidence.artifact]).endswith(".safetensors")
    }
    for fact in facts:
        index, folder = fact.evidence, dirname(paths[fact.evidence.artifact])
        if fact.kind == "weight-index" and isinstance(fact.value, tuple):
            names = sorted({str(name) for name in fact.value})
            yield from _absent(index, folder, names, frozenset(paths.values()))
            yield from _extra(index, {normpath(join(folder, name)) for name in names}, dossier)
        elif fact.kind == "weight-index-tensors" and isinstance(fact.value, tuple):
            listed = [entry for entry in fact.value if isinstance(entry, tuple)]
            held = [(str(name), number, counts.get(normpath(join(folder, str(name))))) for name, number in listed]
            yield from _counted(index, [(n, number, shard) for n, number, shard in held if shard is not None])


def _absent(index: Evidence, folder: str, names: list[str], present: frozenset[str]) -> Iterator[Finding]:
    absent = [name for name in names if normpath(join(folder, name)) not in present]
    outside = tuple(name for name in absent if _leaves(folder, name))
    missing = tuple(name for name in absent if not _leaves(folder, name))
    if outside:
        message = f"The index names {outside[0]} as a shard, which lies outside the model."
        yield Finding(OUTSIDE, (index,), message, parameters(outside=outside[:SHOWN]))
    if missing:
        message = f"The index names {len(names)} shards; {len(missing)} are not there, {missing[0]} among them."
        yield Finding(MISSING, (index,), message, parameters(missing=missing[:SHOWN]))


def _leaves(folder: str, name: str) -> bool:
    """Whether a loader that joins the two would open something outside the model."""
    spelled = name.replace("\\", "/")
    return bool(re.match(r"/|[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*://", spelled)) or (
        normpath(join(folder, spelled)).split("/")[0] == ".."
    )


def _extra(index: Evidence, named: set[str], dossier: Dossier) -> Iterator[Finding]:
    families = {_NUMBERED.sub("", path) for path in named if _NUMBERED.search(path)}
    extra = [
        artifact
        for artifact in dossier.snapshot.artifacts
        if artifact.path not in named
        and _NUMBERED.search(artifact.path)
        and _NUMBERED.sub("", artifact.path) in families
    ]
    if extra:
        places = tuple(Evidence(artifact.name, f"not in {index.artifact}", HOW) for artifact in extra[:SHOWN])
        message = f"{index.artifact} does not name {extra[0].name}, though its name is that of a shard."
        yield Finding(EXTRA, places, message, parameters(count=len(extra)))


def _counted(index: Evidence, held: list[tuple[str, Value, Fact]]) -> Iterator[Finding]:
    wrong = [(name, number, shard) for name, number, shard in held if shard.value != number]
    if wrong:
        name, number, shard = wrong[0]
        message = f"The index assigns {number} tensors to {name}, which holds {shard.value}."
        places = (index, *(shard.evidence for _, _, shard in wrong))[:SHOWN]
        yield Finding(DISAGREES, places, message, parameters(shards=tuple(name for name, _, _ in wrong[:SHOWN])))
