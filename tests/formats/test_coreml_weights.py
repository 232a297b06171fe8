"""Weights of Core ML packages: blobs stay in the file."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.coremls import weights
from tests.builders.inspections import inspected, only, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import coreml_weights as module
from verifier.formats._coreml import MALFORMED
from verifier.records import Coverage, CoverageState

MODULE: FormatModule = module
GENUINE = weights(b"a" * 300, b"b" * 20, b"c" * 1000)


def test_genuine_weights_are_data() -> None:
    assert [found.FORMAT.id for found in candidates(probe(GENUINE, "weight.bin"))] == ["coreml-weights"]
    records = inspected(MODULE, GENUINE)
    assert rules_of(records) == []
    data = [c for c in only(records, Coverage) if c.state is CoverageState.DATA]
    assert [GENUINE[c.offset : c.offset + (c.length or 0)] for c in data] == [b"a" * 300, b"c" * 1000]


def test_bytes_behind_are_not_inspected() -> None:
    assert states_of(inspected(MODULE, GENUINE + bytes(100)))[-1] is CoverageState.PARTIAL


def changed(offset: int, value: bytes) -> bytes:
    return GENUINE[:offset] + value + GENUINE[offset + len(value) :]


@pytest.mark.parametrize(
    "data",
    [
        GENUINE[:-50],
        GENUINE[:7],
        changed(0, struct.pack("<I", 9)),
        changed(64, b"x"),
        changed(68, bytes(4)),
        changed(72, struct.pack("<Q", 1 << 40)),
        changed(80, struct.pack("<Q", 1 << 63)),
    ],
)
def test_blobs_that_leave_the_file_are_refused(data: bytes) -> None:
    records = inspected(MODULE, data)
    assert rules_of(records) == [MALFORMED]
    assert states_of(records) == [CoverageState.PARTIAL]


@given(st.binary(max_size=20), st.integers(0, len(GENUINE)))
@settings(max_examples=100, deadline=None)
def test_any_change_ends_in_records(noise: bytes, at: int) -> None:
    assert states_of(inspected(MODULE, changed(at, noise)))
