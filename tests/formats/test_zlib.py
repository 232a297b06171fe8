"""zlib streams, which have two telling bytes at most."""

from __future__ import annotations

import zlib
from pathlib import Path

import joblib  # type: ignore[import-untyped]
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.builders.inspections import inspected, members_of, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import zlib as module
from verifier.records import CoverageState

MODULE: FormatModule = module
CLEAN = [CoverageState.INSPECTED]


@pytest.mark.parametrize("level", range(10))
@pytest.mark.parametrize("window", [9, 12, 15])
def test_every_level_and_window_is_known_and_read(level: int, window: int) -> None:
    data = zlib.compress(b"text " * 3000, level, window)
    assert MODULE in candidates(probe(data))
    records = inspected(MODULE, data, "model.pkl.z")
    assert (rules_of(records), states_of(records)) == ([], CLEAN)
    assert members_of(records) == {"model.pkl": b"text " * 3000}


def test_a_joblib_file_is_known(tmp_path: Path) -> None:
    path = tmp_path / "model.joblib"
    joblib.dump({"weights": [1.0, 2.0]}, path, compress=3)
    assert module.recognize(probe(path.read_bytes()))


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"x\x9c", b"x^2 + y^2 = z^2 is no stream", b"(S'a'\np0\n.", zlib.compress(b"text" * 99)[:12]],
)
def test_what_does_not_decode_is_not_taken_for_it(data: bytes) -> None:
    assert not module.recognize(probe(data))


def test_a_stream_with_a_preset_dictionary_cannot_be_read() -> None:
    packer = zlib.compressobj(zdict=b"content")
    data = packer.compress(b"content content") + packer.flush()
    assert not module.recognize(probe(data))
    assert rules_of(inspected(MODULE, data)) == ["compressed-broken-stream"]


def test_a_second_stream_is_trailing() -> None:
    data = zlib.compress(b"one") + zlib.compress(b"two")
    assert rules_of(inspected(MODULE, data)) == ["compressed-trailing-bytes"]


@given(st.text(min_size=30, max_size=120))
@example("x^" + " " * 40)
@example("HG" * 20)
def test_no_text_is_taken_for_a_stream(text: str) -> None:
    assert not module.recognize(probe(text.encode("utf-8", "surrogatepass")))
