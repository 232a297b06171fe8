"""xz as Python, xz(1) and hostile writers leave it."""

from __future__ import annotations

import lzma
import zlib

import pytest

from tests.builders.inspections import inspected, members_of, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates, xz
from verifier.records import CoverageState

MODULE: FormatModule = xz
CLEAN = [CoverageState.INSPECTED]


def test_it_is_known_by_its_first_bytes() -> None:
    assert MODULE in candidates(probe(lzma.compress(b"text")))
    assert MODULE not in candidates(probe(b"\xfd7zXY\0", "model.xz"))


@pytest.mark.parametrize("check", [lzma.CHECK_NONE, lzma.CHECK_CRC32, lzma.CHECK_CRC64, lzma.CHECK_SHA256])
@pytest.mark.parametrize("filters", [None, [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2}]])
def test_every_check_and_filter_is_read(check: int, filters: list[dict[str, int]] | None) -> None:
    records = inspected(MODULE, lzma.compress(b"content " * 99, check=check, filters=filters), "a.tar.xz")
    assert (rules_of(records), states_of(records)) == ([], CLEAN)
    assert members_of(records) == {"a.tar": b"content " * 99}


def test_streams_in_a_row_are_one_content() -> None:
    data = lzma.compress(b"one ") + lzma.compress(b"two")
    records = inspected(MODULE, data)
    assert (rules_of(records), states_of(records)) == ([], CLEAN)
    assert members_of(records)["file"] == lzma.decompress(data)


def test_a_stream_behind_padding_is_not_clean() -> None:
    """xz(1) reads it, Python does not."""
    data = lzma.compress(b"one") + bytes(4) + lzma.compress(b"two")
    assert lzma.decompress(data) == b"one"
    assert rules_of(inspected(MODULE, data)) == ["compressed-trailing-bytes"]


def test_a_dictionary_that_takes_too_much_memory_is_refused() -> None:
    data = bytearray(lzma.compress(b"content"))
    assert data[12:16] == b"\x02\x00\x21\x01"
    data[16] = 40
    data[20:24] = zlib.crc32(data[12:20]).to_bytes(4, "little")
    records = inspected(MODULE, bytes(data))
    assert rules_of(records) == ["compressed-broken-stream"]
    assert states_of(records) == [CoverageState.PARTIAL]
