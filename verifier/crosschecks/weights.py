"""Weight files against each other: pickled twins of files that cannot run code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from posixpath import basename, splitext

from verifier.records import Artifact, Dossier, Evidence, Fact, Finding, Value, parameters

TWIN = "pickle-beside-safetensors"
DISAGREE = "weight-twins-disagree"
RULES = (TWIN, DISAGREE)

HOW = "weights/1"

PICKLED = frozenset({"pickle", "torch-distributed", "torch-legacy", "torch-tar", "torch-zip"})
"""Formats of weights whose loader can run code."""

SHOWN = 20
"""Places a finding lists at most."""

_SHARD = re.compile(r"-\d{5}-of-\d{5}$")
_ONLY_PICKLED = re.compile(r"pytorch_model(-\d{5}-of-\d{5})?\.bin")
_PREFERRED = re.compile(r"model(-\d{5}-of-\d{5})?\.safetensors")
"""Names transformers looks for, safetensors first (`from_pretrained`, WEIGHTS_NAME and SAFE_WEIGHTS_NAME)."""


def check(dossier: Dossier) -> Iterator[Finding]:
    """Yields a finding for weights that are there as safetensors and pickled, and one where the two differ.

    From facts of kind `tensor-shapes`: shapes with the number of tensors that have them, their evidence naming a file
    or a member of it. Pickled files often hold more, as buffers and tied weights; what only the others hold differs.
    """
    shapes = _shapes(dossier.facts)
    for safe, pickled in twins(dossier.snapshot.artifacts):
        yield _twins(safe, pickled)
        ours, theirs = _total(shapes, safe), _total(shapes, pickled)
        if ours and theirs and (more := ours - theirs):
            evidence = tuple(Evidence(artifact.name, "holds other tensors", HOW) for artifact in safe[:SHOWN])
            message = (
                f"{safe[0].name} holds {more.total()} tensors whose shapes {pickled[0].name} lacks: "
                "which model is loaded depends on the program."
            )
            yield Finding(DISAGREE, evidence, message, parameters(count=more.total()))


def twins(artifacts: Iterable[Artifact]) -> Iterator[tuple[list[Artifact], list[Artifact]]]:
    """Yields safetensors files that hold what pickled files hold too, and those."""
    safe: dict[str, list[Artifact]] = {}
    pickled: dict[str, list[Artifact]] = {}
    for artifact in artifacts:
        if "safetensors" in artifact.formats:
            safe.setdefault(_weights(artifact.path), []).append(artifact)
        elif PICKLED.intersection(artifact.formats):
            pickled.setdefault(_weights(artifact.path), []).append(artifact)
    for weights in sorted(safe.keys() & pickled.keys()):
        yield safe[weights], pickled[weights]


def _twins(safe: Sequence[Artifact], pickled: Sequence[Artifact]) -> Finding:
    first, twin = pickled[0].name, safe[0].name
    evidence = tuple(Evidence(artifact.name, f"stands beside {twin}", HOW) for artifact in pickled[:SHOWN])
    advice = "load the safetensors file only."
    if _has(pickled, _ONLY_PICKLED) and not _has(safe, _PREFERRED):
        advice = "transformers loads the pickled one, as it looks for model.safetensors and no other."
    return Finding(TWIN, evidence, f"{first} is pickled, and {twin} beside it is not: {advice}")


def _has(artifacts: Sequence[Artifact], names: re.Pattern[str]) -> bool:
    return any(names.fullmatch(basename(artifact.path)) for artifact in artifacts)


def _weights(path: str) -> str:
    """What weights a file holds, by its path: `pytorch_model-00001-of-00002.bin` and `model.safetensors` are twins."""
    stem = _SHARD.sub("", splitext(path)[0])
    return re.sub(r"(^|/)pytorch_", r"\1", stem)


def _shapes(facts: Sequence[Fact]) -> dict[str, Counter[Value]]:
    """By file, how many tensors of each shape are in it and its members."""
    found: dict[str, Counter[Value]] = {}
    for fact in facts:
        if fact.kind == "tensor-shapes" and isinstance(fact.value, tuple):
            held = found.setdefault(fact.evidence.artifact.partition("!")[0], Counter())
            held.update({entry[0]: int(str(entry[1])) for entry in fact.value if isinstance(entry, tuple)})
    return found


def _total(shapes: dict[str, Counter[Value]], artifacts: Sequence[Artifact]) -> Counter[Value]:
    """All shapes of a group of files; none where one of them tells none."""
    each = [shapes.get(artifact.name, Counter()) for artifact in artifacts]
    return sum(each, Counter[Value]()) if all(each) else Counter()
