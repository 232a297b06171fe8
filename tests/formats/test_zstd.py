"""Zstandard, decoded where there is a decoder."""

from __future__ import annotations

import pytest

from tests.builders.inspections import inspected, members_of, only, probe, rules_of, states_of
from tests.builders.seeds import zstd
from verifier.formats import FormatModule, _codecs, candidates
from verifier.formats import zstd as module
from verifier.records import Coverage, CoverageState

MODULE: FormatModule = module


def test_it_is_known_by_its_first_bytes() -> None:
    assert MODULE in candidates(probe(zstd(b"text")))
    assert MODULE not in candidates(probe(b"\x28\xb5\x2f\xfe", "model.zst"))


def test_a_frame_is_decoded() -> None:
    records = inspected(MODULE, zstd(b"text"), "notes.txt.zst")
    assert (rules_of(records), states_of(records)) == ([], [CoverageState.INSPECTED])
    assert members_of(records) == {"notes.txt": b"text"}


def test_without_a_decoder_it_is_a_gap_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_codecs, "ZSTANDARD", None)
    (gap,) = only(inspected(MODULE, zstd(b"text"), "notes.txt.zst"), Coverage)
    assert gap.state is CoverageState.PARTIAL
    assert "model-verify[zstd]" in gap.reason


@pytest.mark.parametrize("data", [zstd(b"text")[:-1], zstd(b"text") + b"more", zstd(b"one") + zstd(b"two") + b"\1"])
def test_what_is_broken_is_never_clean(data: bytes) -> None:
    assert CoverageState.PARTIAL in states_of(inspected(MODULE, data))
