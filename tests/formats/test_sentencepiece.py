"""SentencePiece models are walked piece by piece."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import facts_of, inspected, probe, rules_of, states_of
from tests.builders.opcodes import pickled
from tests.builders.tokenizers import field, piece, sentencepiece
from verifier.formats import FormatModule, candidates
from verifier.formats import sentencepiece as module
from verifier.records import CoverageState

MODULE: FormatModule = module


@pytest.mark.parametrize("name", ["tokenizer.model", "source.spm", "file"])
def test_a_sound_model_is_quiet(name: str) -> None:
    data = sentencepiece(piece(b"<0x0A>", kind=6), piece(b"user", kind=4), b"\xc2\x0c\x01x")
    assert MODULE in candidates(probe(data, name))
    records = inspected(MODULE, data, name)
    assert (rules_of(records), states_of(records)) == ([], [CoverageState.INSPECTED])
    assert facts_of(records) == {"vocabulary-size": 5}


@pytest.mark.parametrize(
    "more",
    [
        piece(b"<s>"),
        piece(b""),
        piece(b"<other>", kind=2),
        piece(b"x", float("nan")),
        piece(b"x", kind=9),
        field(1, field(1, b"x") + field(7, b"y")),
        field(9, b"x"),
        b"\x08\x01",
        b"\x0a\x70x",
        field(1, b"\x0a\x7fx"),
    ],
)
def test_a_broken_model_is_found(more: bytes) -> None:
    records = inspected(MODULE, sentencepiece(more), "tokenizer.model")
    assert (rules_of(records), states_of(records)) == ([module.MALFORMED], [CoverageState.PARTIAL])


def test_a_piece_is_short() -> None:
    text = b"x" * 5000
    body = b"\x0a\x88\x27" + text
    long = b"\x0a" + bytes([len(body) & 0x7F | 0x80, len(body) >> 7]) + body
    assert rules_of(inspected(MODULE, sentencepiece(long))) == [module.MALFORMED]


@pytest.mark.parametrize("data", [b"", b"\x0a\x01", pickled(b"N"), b"\x08\x07\x12\x07pytorch" + bytes(9)])
def test_a_name_alone_makes_no_model(data: bytes) -> None:
    assert MODULE in candidates(probe(data, "tokenizer.model"))
    assert states_of(inspected(MODULE, data, "tokenizer.model")) == [CoverageState.UNKNOWN]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_changed_model_is_accounted_for(data: st.DataObject) -> None:
    whole = bytearray(sentencepiece())
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    records = inspected(MODULE, bytes(whole), "tokenizer.model")
    assert (states_of(records) == [CoverageState.PARTIAL]) == (rules_of(records) == [module.MALFORMED])
