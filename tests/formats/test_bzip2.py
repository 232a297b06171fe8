"""bzip2 as Python, bzip2(1) and hostile writers leave it."""

from __future__ import annotations

import bz2

import pytest

from tests.builders.inspections import inspected, members_of, probe, rules_of, states_of
from verifier.formats import FormatModule, bzip2, candidates
from verifier.records import CoverageState

MODULE: FormatModule = bzip2
CLEAN = [CoverageState.INSPECTED]


@pytest.mark.parametrize("level", range(1, 10))
@pytest.mark.parametrize("content", [b"", b"text"])
def test_it_is_known_by_its_first_bytes(level: int, content: bytes) -> None:
    assert MODULE in candidates(probe(bz2.compress(content, level)))


def test_text_that_begins_alike_is_text() -> None:
    assert MODULE not in candidates(probe(b"BZh9 is how bzip2 files begin", "notes.txt"))


def test_streams_in_a_row_are_one_content() -> None:
    data = bz2.compress(b"one ") + bz2.compress(b"two")
    records = inspected(MODULE, data, "vectors.txt.bz2")
    assert (rules_of(records), states_of(records)) == ([], CLEAN)
    assert members_of(records) == {"vectors.txt": bz2.decompress(data)}


def test_a_second_stream_that_is_none_is_a_broken_stream() -> None:
    """Python ignores it, bzip2(1) complains."""
    data = bz2.compress(b"one") + b"BZh91AY&SYjunk that is no block"
    assert bz2.decompress(data) == b"one"
    records = inspected(MODULE, data)
    assert rules_of(records) == ["compressed-broken-stream"]
    assert members_of(records)["file"] == b"one"
