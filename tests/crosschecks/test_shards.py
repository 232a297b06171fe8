"""Indexes of sharded weights against the shards."""

from __future__ import annotations

import pytest

from tests.builders.dossiers import artifact, snapshot
from verifier.crosschecks import shards
from verifier.records import Artifact, Dossier, Evidence, Fact, Finding

INDEX = "model.safetensors.index.json"


def check(*artifacts: Artifact, facts: tuple[Fact, ...] = ()) -> list[Finding]:
    ordered = sorted(artifacts, key=lambda one: one.path)
    return list(shards.check(Dossier(snapshot(*ordered), facts=facts)))


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


def shard(number: int, of: int, folder: str = "") -> str:
    return f"{folder}model-{number:05}-of-{of:05}.safetensors"


def listing(*names: str) -> Fact:
    return Fact("weight-index", names, Evidence(INDEX, "tensors", "json/1"))


def test_files_named_like_shards_that_the_index_leaves_out() -> None:
    other = (shard(3, 4, "other/"), "model.safetensors", "x-00001-of-00002.bin")
    (found,) = check(
        *map(artifact, (INDEX, shard(1, 2), shard(2, 2), shard(1, 4), *other)),
        facts=(listing(shard(1, 2), shard(2, 2)),),
    )
    assert (found.rule, [place.artifact for place in found.evidence]) == ("weight-shard-extra", [shard(1, 4)])
    assert check(artifact(INDEX), artifact("a.bin"), artifact("b.bin"), facts=(listing("a.bin"),)) == []


@pytest.mark.parametrize(("held", "rules"), [(3, []), (4, ["weight-index-disagrees"])])
def test_an_index_counts_what_its_shards_hold(held: int, rules: list[str]) -> None:
    facts = (
        Fact("weight-index-tensors", (("a.safetensors", 3), ("b.bin", 9), ("gone", 1)), listing().evidence),
        Fact("tensor-count", held, Evidence("a.safetensors", "tensors", "safetensors/1")),
        Fact("tensor-count", 8, Evidence("b.bin", "tensors", "torch-zip/1")),
    )
    found = check(*map(artifact, (INDEX, "a.safetensors", "b.bin")), facts=facts)
    assert [finding.rule for finding in found] == rules
    assert all("assigns 3 tensors to a.safetensors, which holds 4" in finding.message for finding in found)
