"""Weight files against each other."""

from __future__ import annotations

from tests.builders.dossiers import artifact, snapshot
from verifier.crosschecks import weights
from verifier.records import Artifact, Dossier, Evidence, Fact, Finding


def check(*artifacts: Artifact, facts: tuple[Fact, ...] = ()) -> list[Finding]:
    return list(weights.check(Dossier(snapshot(*artifacts), facts=facts)))


def test_pickled_twins_of_safetensors_are_one_finding() -> None:
    (found,) = check(
        artifact("a/model.safetensors"),
        artifact("a/pytorch_model-00001-of-00002.bin", 1, "pickle"),
        artifact("a/pytorch_model-00002-of-00002.bin", 1, "torch-zip"),
        artifact("a/model.json", 1, "json"),
        artifact("a/training_args.bin", 1, "torch-zip"),
        artifact("b/model.bin", 1, "pickle"),
    )
    assert found.rule == "pickle-beside-safetensors"
    assert [place.artifact for place in found.evidence] == [
        "a/pytorch_model-00001-of-00002.bin",
        "a/pytorch_model-00002-of-00002.bin",
    ]
    assert found.message == (
        "a/pytorch_model-00001-of-00002.bin is pickled, and a/model.safetensors beside it is not: "
        "load the safetensors file only."
    )


def shapes(where: str, *counted: tuple[str, int]) -> Fact:
    return Fact("tensor-shapes", counted, Evidence(where, "shapes", "x/1"))


def test_twins_hold_the_same_tensors() -> None:
    safe = [artifact(f"model-0000{i}-of-00002.safetensors") for i in (1, 2)]
    pickled = artifact("pytorch_model.bin", 1, "torch-zip")
    ours = (shapes(safe[0].name, ("2x3", 1)), shapes(safe[1].name, ("2x3", 1), ("", 1)))
    rules = ["pickle-beside-safetensors"]
    for theirs, differ in [
        ((("", 1), ("2x3", 2)), False),
        ((("", 2), ("2x3", 2), ("5", 1)), False),
        ((("", 1), ("2x3", 1)), True),
        ((("", 1), ("3x2", 2)), True),
        ((), False),
    ]:
        facts = (*ours, shapes("pytorch_model.bin!archive/data.pkl", *theirs))
        found = [finding.rule for finding in check(*safe, pickled, facts=facts)]
        assert found == rules + ["weight-twins-disagree"] * differ
    assert [finding.rule for finding in check(*safe, pickled, facts=ours[:1])] == rules


def test_a_twin_that_transformers_does_not_look_for_is_no_advice() -> None:
    (found,) = check(artifact("pytorch_model.bin", 1, "torch-zip"), artifact("pytorch_model.safetensors"))
    assert "transformers loads the pickled one" in found.message
