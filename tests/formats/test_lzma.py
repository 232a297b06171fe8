"""LZMA's own old container, which has no magic number."""

from __future__ import annotations

import lzma
from pathlib import Path

import joblib  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.inspections import inspected, members_of, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import lzma as module
from verifier.records import CoverageState

MODULE: FormatModule = module
CLEAN = [CoverageState.INSPECTED]


def _alone(data: bytes, preset: int | None = None) -> bytes:
    return lzma.compress(data, lzma.FORMAT_ALONE, preset=preset)


@pytest.mark.parametrize("preset", [0, 3, 6, 9])
@pytest.mark.parametrize("content", [b"", b"text " * 9, bytes(100_000)])
def test_what_lzma_writes_is_known_and_read(preset: int, content: bytes) -> None:
    data = _alone(content, preset)
    assert MODULE in candidates(probe(data))
    records = inspected(MODULE, data, "a.lzma")
    assert (rules_of(records), states_of(records)) == ([], CLEAN)
    assert members_of(records) == {"a": content}


def test_a_joblib_file_is_known(tmp_path: Path) -> None:
    path = tmp_path / "model.joblib"
    joblib.dump({"weights": [1.0, 2.0]}, path, compress=("lzma", 3))
    assert module.recognize(probe(path.read_bytes()))


@pytest.mark.parametrize(
    "data", [b"", b"]", b"]\0\0", b"]\0\0\x80\0", b"]\0\0 is how some texts begin" * 9, _alone(b"text" * 99)[:30]]
)
def test_what_does_not_decode_is_not_taken_for_it(data: bytes) -> None:
    assert not module.recognize(probe(data))


@pytest.mark.parametrize("size", [40, 400])
def test_a_stated_size_that_is_a_lie_is_a_broken_stream(size: int) -> None:
    data = bytearray(_alone(b"content " * 20))
    data[5:13] = size.to_bytes(8, "little")
    records = inspected(MODULE, bytes(data))
    assert rules_of(records) == ["compressed-broken-stream"]
    assert states_of(records) == [CoverageState.PARTIAL]


@given(st.binary(max_size=200))
def test_recognition_is_total(data: bytes) -> None:
    assert module.recognize(probe(b"]\0\0" + data)) in (True, False)
