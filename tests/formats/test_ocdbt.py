"""TensorStore databases: lengths, and the values a manifest answers for."""

from __future__ import annotations

import pytest

from tests.builders.inspections import context, inspected, only, probe, rules_of, states_of
from verifier.formats import Context, FormatModule, candidates
from verifier.formats import ocdbt as module
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Coverage, CoverageState

MODULE: FormatModule = module
MANIFEST = b"\x0c\xdb\x3a\x2a" + (40).to_bytes(8, "little") + bytes(28)
NODE = b"\x0c\xdb\x20\xde" + (20).to_bytes(8, "little") + bytes(8)


@pytest.mark.parametrize("data", [MANIFEST, NODE, NODE + b"values"])
def test_databases_are_data(data: bytes) -> None:
    assert [found.FORMAT.id for found in candidates(probe(data, "manifest.ocdbt"))] == ["ocdbt"]
    records = inspected(MODULE, data)
    assert rules_of(records) == []
    assert states_of(records) == [CoverageState.DATA]


@pytest.mark.parametrize("data", [MANIFEST + b"x", MANIFEST[:-1], MANIFEST[:9]])
def test_lengths_are_held_against_the_file(data: bytes) -> None:
    assert rules_of(inspected(MODULE, data)) == [module.MALFORMED]


@pytest.mark.parametrize(("members", "names"), [((), "c/d/"), (("c/manifest.ocdbt",), "a.zip!c/d/")])
def test_a_manifest_answers_for_the_values_beside_it(members: tuple[str, ...], names: str) -> None:
    files = {f"c/d/{'0' * 32}": 9, f"d/{'1' * 32}": 9, "c/d/other": 9, f"c/x/d/{'2' * 32}": 9}
    near = Context(context().budget, files, context().open_sibling)
    artifact = Artifact("a.zip" if members else "c/manifest.ocdbt", len(MANIFEST), members=members)
    records = list(module.inspect(artifact, BytesReader(MANIFEST), near))
    assert [c.artifact for c in only([*records], Coverage)][1:] == [f"{names}{'0' * 32}"]
