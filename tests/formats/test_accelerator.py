"""Models compiled for an accelerator are named, and not accepted."""

from __future__ import annotations

import pytest

from tests.builders.inspections import inspected, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import accelerator as module
from verifier.records import CoverageState

MODULE: FormatModule = module


@pytest.mark.parametrize("magic", [b"ftrt", b"RKNN", b"\x01HEF", b"IMOD"])
def test_programs_are_recognized_by_content(magic: bytes) -> None:
    data = magic + bytes(range(200))
    assert [found.FORMAT.id for found in candidates(probe(data, "model.bin"))] == ["accelerator"]
    records = inspected(MODULE, data)
    assert rules_of(records) == [module.PROGRAM]
    assert states_of(records) == [CoverageState.PARTIAL]


def test_what_is_only_named_so_is_unknown() -> None:
    assert states_of(inspected(MODULE, b"something", "model.engine")) == [CoverageState.UNKNOWN]
