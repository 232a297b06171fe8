from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.opcodes import call, pickled
from verifier.formats._pickle.recognition import Trial, tried
from verifier.formats._readers import BytesReader


def trial(data: bytes, head: int = 4096) -> Trial:
    return tried(data[:head], BytesReader(data))


@given(st.lists(st.integers() | st.text() | st.floats() | st.none(), min_size=1), st.integers(0, 5))
def test_picklers_output_is_recognized(items: list[object], protocol: int) -> None:
    assert trial(pickle.dumps(items, protocol)).pickle


def test_a_program_is_one_whatever_follows() -> None:
    assert trial(pickled(call("os", "system", "x"))[2:-1] + b"garbage").pickle


@pytest.mark.parametrize(
    "data", [b"", b"# Title\n", b"{}", b"Hello.", b"None.", b"I am text\n", b"\x80\x09", b"\x80\x02\x00"]
)
def test_texts_are_none(data: bytes) -> None:
    assert not trial(data).pickle


def test_a_long_one_is_recognized_before_its_end() -> None:
    data = pickle.dumps(list(range(100_000)), 0)
    assert trial(data).pickle


def test_a_text_that_is_one_stream_is_told_apart() -> None:
    found = trial(b"I1\n.")
    assert (found.pickle, found.whole) == (False, True)
    assert trial(b"cos\nsystem\n").imports
