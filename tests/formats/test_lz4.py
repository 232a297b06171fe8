"""LZ4 frames as the reference library, joblib and hostile writers leave them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.inspections import inspected, members_of, probe, rules_of, states_of
from tests.builders.lz4s import JOBLIB, OF_WORDS, WORDS, frame, stored
from verifier.formats import Budget, FormatModule, candidates
from verifier.formats import lz4 as module
from verifier.formats._codecs import LZ4
from verifier.formats._decoded import Decoded
from verifier.formats._readers import BytesReader
from verifier.records import CoverageState

MODULE: FormatModule = module


def test_it_is_known_by_its_first_bytes() -> None:
    assert MODULE in candidates(probe(stored(b"text")))
    assert MODULE not in candidates(probe(b"\x04\x22\x4d\x19", "model.lz4"))


@pytest.mark.parametrize("packed", OF_WORDS.values(), ids=OF_WORDS)
def test_frames_of_the_reference_library_are_quiet(packed: str) -> None:
    records = inspected(MODULE, bytes.fromhex(packed), "words.txt.lz4")
    assert (rules_of(records), states_of(records)) == ([], [CoverageState.INSPECTED])
    assert members_of(records) == {"words.txt": WORDS}


def test_frames_of_joblib_are_quiet() -> None:
    records = inspected(MODULE, bytes.fromhex(JOBLIB), "model.pkl.lz4")
    assert (rules_of(records), states_of(records)) == ([], [CoverageState.INSPECTED])
    assert members_of(records)["model.pkl"].endswith(b"\x8c\x04word\x94e.")


@pytest.mark.parametrize("packed", OF_WORDS.values(), ids=OF_WORDS)
@pytest.mark.parametrize(("feed", "step"), [(1, 7), (13, 1000), (1000, 1)])
def test_any_pace_gives_the_same_bytes(packed: str, feed: int, step: int) -> None:
    data = bytes.fromhex(packed) + b"behind"
    decoder = LZ4.start()
    out = b""
    at = 0
    while not decoder.eof:
        piece = data[at : at + feed] if decoder.needs_input else b""
        at += len(piece)
        got = decoder.decompress(piece, step)
        assert len(got) <= step
        out += got
    assert out == WORDS
    assert decoder.unused_data + data[at:] == b"behind"


def test_frames_in_a_row_are_one_content() -> None:
    assert members_of(inspected(MODULE, stored(b"one ") + stored(b"two")))["file"] == b"one two"


def test_a_match_may_overlap_itself() -> None:
    assert members_of(inspected(MODULE, frame(b"\x16a\x01\x00\x10b")))["file"] == b"a" * 11 + b"b"


def test_long_lengths_are_added_up() -> None:
    literals = random.Random(3).randbytes(600)
    block = b"\xf0\xff\xff" + bytes([600 - 15 - 510]) + literals
    assert members_of(inspected(MODULE, frame(block)))["file"] == literals


BROKEN = {
    "cut in the header": stored(b"text")[:5],
    "cut in a block": stored(b"text")[:-6],
    "without an end": stored(b"text")[:-4],
    "version": frame(flags=0x20),
    "reserved flag": frame(flags=0x62),
    "dictionary": frame(flags=0x61),
    "block size": frame(size=0x30),
    "reserved size": frame(size=0x41),
    "block longer than blocks are": frame(bytes(70_000)),
    "literals beyond the block": frame(b"\xf0\xff\x00a"),
    "length without an end": frame(b"\xf0\xff\xff"),
    "match before the beginning": frame(b"\x10a\x02\x00\x10b"),
    "match of nothing": frame(b"\x10a\x00\x00\x10b"),
    "match without distance": frame(b"\x10a\x01"),
    "match that never ends": frame(b"\x1fa\x01\x00" + b"\xff" * 300 + b"\x00\x10b"),
    "match at the end": frame(b"\x10a\x01\x00"),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_a_broken_stream(data: bytes) -> None:
    records = inspected(MODULE, data)
    assert rules_of(records) == ["compressed-broken-stream"]
    assert states_of(records) == [CoverageState.PARTIAL]


def test_what_precedes_a_defect_is_handed_back() -> None:
    first, second = stored(b"text")[:-4], stored(b"more")[7:]
    assert members_of(inspected(MODULE, first + second[:-4] + b"\x05\0\0\0\xf0\xff\xff\xff\xff"))["file"] == b"textmore"


@given(st.binary(max_size=300))
def test_any_bytes_come_to_an_end(data: bytes) -> None:
    stream = Decoded(BytesReader(b"\x04\x22\x4d\x18\x60\x40\x82" + data), LZ4, Budget())
    produced, used = stream.finish()
    assert used <= len(data) + 7
    assert stream.read_at(0, produced) is not None
