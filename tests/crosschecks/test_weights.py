"""Weight files against each other."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(
    ("index", "present", "missing"),
    [
        ("model.safetensors.index.json", ("x-1", "x-2"), None),
        ("model.safetensors.index.json", ("x-1",), ("x-2",)),
        ("text/model.safetensors.index.json", ("x-1", "x-2"), ("x-1", "x-2")),
        ("text/model.safetensors.index.json", ("text/x-1", "text/x-2"), None),
    ],
)
def test_shards_an_index_names_must_be_there(
    index: str, present: tuple[str, ...], missing: tuple[str, ...] | None
) -> None:
    fact = Fact("weight-index", ("x-2", "x-1", "x-1"), Evidence(index, "2 shards", "json/1"))
    other = Fact("tensor-count", 3, Evidence(index, "3", "json/1"))
    nested = Fact("weight-index", ("y",), Evidence(f"a.zip!{index}", "1 shard", "json/1"))
    found = check(artifact(index, 1, "json"), *(artifact(path) for path in present), facts=(fact, other, nested))
    assert [dict(finding.parameters)["missing"] for finding in found] == ([missing] if missing else [])
    assert all(finding.rule == "weight-shard-missing" for finding in found)


@pytest.mark.parametrize(
    ("name", "outside"),
    [
        ("../../etc/weights", True),
        ("a/../../../x", True),
        ("..\\..\\x", True),
        ("/etc/weights", True),
        ("C:\\weights", True),
        ("https://h.test/x", True),
        ("../x", False),
        ("a/../x", False),
        ("..x", False),
    ],
)
def test_shards_lie_inside_the_model(name: str, outside: bool) -> None:
    index = "text/model.safetensors.index.json"
    fact = Fact("weight-index", (name, "y"), Evidence(index, "2 shards", "json/1"))
    present = [artifact(path) for path in ("text/x", "text/y", "x", "text/..x")]
    found = check(artifact(index, 1, "json"), *sorted(present, key=lambda one: one.path), facts=(fact,))
    assert [(finding.rule, dict(finding.parameters)) for finding in found] == (
        [("weight-shard-outside", {"outside": (name,)})] if outside else []
    )
