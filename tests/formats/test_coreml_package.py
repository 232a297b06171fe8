"""Manifests of Core ML packages: paths stay in the package."""

from __future__ import annotations

import pytest

from tests.builders.coremls import manifest
from tests.builders.inspections import inspected, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import coreml_package as module
from verifier.formats._coreml import MALFORMED, OUTSIDE
from verifier.records import CoverageState

MODULE: FormatModule = module


def test_a_genuine_manifest_is_quiet() -> None:
    assert [found.FORMAT.id for found in candidates(probe(manifest(), "manifest.json"))] == ["coreml-package", "json"]
    assert not module.recognize(probe(b'{"name": "web app"}', "manifest.json"))
    records = inspected(MODULE, manifest())
    assert rules_of(records) == []
    assert states_of(records) == [CoverageState.INSPECTED]


@pytest.mark.parametrize(
    ("path", "expected"),
    [("../../outside", OUTSIDE), ("/inert", OUTSIDE), ("http://host.example/x", OUTSIDE), (None, MALFORMED)],
)
def test_paths_that_leave_the_package(path: object, expected: str) -> None:
    assert rules_of(inspected(MODULE, manifest(path))) == [expected]


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"itemInfoEntries": 1}'])
def test_other_documents_are_none(data: bytes) -> None:
    assert states_of(inspected(MODULE, data)) == [CoverageState.UNKNOWN]
