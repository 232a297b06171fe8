"""7z archives are named, and are never clean."""

from __future__ import annotations

from tests.builders.archives import SEVENZIP
from tests.builders.inspections import inspected, only, probe, rules_of
from verifier.formats import FormatModule, candidates
from verifier.formats import sevenzip as module
from verifier.records import Coverage, CoverageState

MODULE: FormatModule = module


def test_it_is_known_by_its_first_bytes_whatever_its_name() -> None:
    assert MODULE in candidates(probe(SEVENZIP, "pytorch_model.bin"))
    assert MODULE not in candidates(probe(b"7z\xbc\xaf\x27\x1d", "model.7z"))


def test_it_is_a_gap_that_says_what_to_do() -> None:
    records = inspected(MODULE, SEVENZIP, "pytorch_model.bin")
    (coverage,) = only(records, Coverage)
    assert rules_of(records) == []
    assert coverage.state is CoverageState.PARTIAL
    assert "7z archive" in coverage.reason
    assert "unpack it" in coverage.reason
