"""RAR archives are named, and are never clean."""

from __future__ import annotations

from tests.builders.archives import RAR
from tests.builders.inspections import inspected, only, probe, rules_of
from verifier.formats import FormatModule, candidates
from verifier.formats import rar as module
from verifier.records import Coverage, CoverageState

MODULE: FormatModule = module


def test_it_is_known_by_its_first_bytes_whatever_its_name() -> None:
    assert MODULE in candidates(probe(RAR, "pytorch_model.bin"))
    assert MODULE not in candidates(probe(b"Rar!\x1a\x08\x00", "model.rar"))


def test_it_is_a_gap_that_says_what_to_do() -> None:
    records = inspected(MODULE, RAR, "pytorch_model.bin")
    (coverage,) = only(records, Coverage)
    assert rules_of(records) == []
    assert coverage.state is CoverageState.PARTIAL
    assert "RAR archive" in coverage.reason
    assert "unpack it" in coverage.reason
