"""What is seen before the download is what is seen afterwards, over many files, genuine and damaged.

`STAGES` is how many files; a bounded number without it.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from tests.builders.hub import Hub
from tests.builders.seeds import SEEDS
from tests.pipeline.test_budgets import FILES
from tests.sources.conftest import lay_out
from verifier import verify_model
from verifier.records import Dossier, Evidence, Fact

COUNT = int(os.environ.get("STAGES", "200"))
A_MODEL = 100
"""Files of a model: each in a folder of its own, so that none is the other's neighbor."""

LARGE = ("safetensors", "GGUF", "npy", "joblib", "npz", "tar")
"""Files of `FILES` that are not read whole before the download."""

CHECKS = {
    "zip-ambiguous-directory": "zip-local-headers",
    "zip-content-mismatch": "zip-contents",
    "zip-hidden-data": "zip-local-headers",
}
"""Rules that see more once all bytes are here, and the check that coverage names until then."""


@cache
def large(kind: str) -> tuple[str, bytes]:
    name, contents, *_ = FILES[kind]
    return name, contents()


def drawn(dice: random.Random, number: int) -> tuple[str, bytes]:
    """A file as it should be, or with bytes changed, cut off or put in."""
    name, content = large(dice.choice(LARGE)) if number % (A_MODEL // 2) == 0 else dice.choice(sorted(SEEDS.items()))
    at = dice.randrange(len(content) + 1)
    match dice.choice(("as it is", "changed", "cut", "longer")):
        case "changed":
            return name, content[:at] + dice.randbytes(min(4, len(content) - at)) + content[at + 4 :]
        case "cut":
            return name, content[:at]
        case "longer":
            return name, content[:at] + dice.randbytes(4) + content[at:]
    return name, content


def found_late(evidence: Iterable[tuple[str, Evidence]]) -> set[str]:
    """The checks that need the whole body and see this."""
    return {CHECKS[rule] for rule, _ in evidence}


def evidence(dossier: Dossier, path: str) -> tuple[set[tuple[str, Evidence]], set[Fact]]:
    """Each piece of evidence for a rule, and the facts, of a file and what is in it; digests are claims before."""
    findings = {(one.rule, piece) for one in dossier.findings for piece in one.evidence if within(piece.artifact, path)}
    facts = {one for one in dossier.facts if within(one.evidence.artifact, path) and one.kind != "digest"}
    return findings, facts


def within(artifact: str, path: str) -> bool:
    return artifact == path or artifact.startswith(f"{path}!")


def unchecked(dossier: Dossier, path: str) -> set[str]:
    """The checks of a file that its coverage leaves for when all of it is here."""
    return {check for one in dossier.coverage if within(one.artifact, path) for check in one.unchecked}


@pytest.mark.parametrize("model", range(COUNT // A_MODEL))
def test_what_both_stages_read_they_see_alike(models: Path, hub: Hub, model: int) -> None:
    dice = random.Random(model)
    folder = models / "org" / "many"
    folder.mkdir(parents=True)
    (folder / ".gitattributes").write_text("* filter=lfs\n")
    for number in range(A_MODEL):
        name, content = drawn(dice, number)
        lay_out(folder / f"{number:02}", {name: content})
    before, after = verify_model("org/many").dossier, verify_model(str(folder)).dossier
    assert any(record.unread for record in before.reads)
    for artifact in after.snapshot.artifacts:
        (early, told), (late, known) = evidence(before, artifact.path), evidence(after, artifact.path)
        assert told == known, artifact.path
        assert early <= late, artifact.path
        assert found_late(late - early) <= unchecked(before, artifact.path), artifact.path
    shutil.rmtree(folder)
