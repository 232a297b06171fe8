"""gzip as Python, gzip(1) and hostile writers leave it."""

from __future__ import annotations

import gzip
import io

import pytest

from tests.builders.inspections import inspected, members_of, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import gzip as module
from verifier.records import CoverageState

MODULE: FormatModule = module
CLEAN = [CoverageState.INSPECTED]


def test_it_is_known_by_its_first_bytes() -> None:
    assert MODULE in candidates(probe(gzip.compress(b"text")))
    assert MODULE not in candidates(probe(b"\x1f\x8c", "model.gz"))


@pytest.mark.parametrize("level", [0, 1, 9])
def test_files_of_the_gzip_module_are_quiet(level: int) -> None:
    out = io.BytesIO()
    with gzip.GzipFile("inner name", "wb", level, out, mtime=12345) as file:
        for _ in range(100):
            file.write(b"a line of text\n")
            file.flush()
    records = inspected(MODULE, out.getvalue(), "lines.txt.gz")
    assert (rules_of(records), states_of(records)) == ([], CLEAN)
    assert members_of(records) == {"lines.txt": b"a line of text\n" * 100}


def test_members_in_a_row_are_one_content() -> None:
    data = gzip.compress(b"one ") + gzip.compress(b"") + gzip.compress(b"two")
    records = inspected(MODULE, data + bytes(100))
    assert (rules_of(records), states_of(records)) == ([], CLEAN)
    assert members_of(records)["file"] == gzip.decompress(data) == b"one two"


def test_a_member_behind_padding_is_not_clean() -> None:
    """Python's reader goes on behind zeros; gzip(1) does not."""
    data = gzip.compress(b"one ") + bytes(16) + gzip.compress(b"two")
    assert gzip.decompress(data) == b"one two"
    records = inspected(MODULE, data)
    assert rules_of(records) == ["compressed-trailing-bytes"]
    assert states_of(records) == [CoverageState.INSPECTED, CoverageState.PARTIAL]


@pytest.mark.parametrize(
    ("at", "value"), [(2, 7), (3, 0xE0), (-1, 99), (-5, 99)], ids=["method", "reserved flags", "size", "checksum"]
)
def test_a_lie_in_header_or_trailer_is_a_broken_stream(at: int, value: int) -> None:
    data = bytearray(gzip.compress(b"content " * 50))
    data[at] = value
    records = inspected(MODULE, bytes(data))
    assert rules_of(records) == ["compressed-broken-stream"]
    assert states_of(records) == [CoverageState.PARTIAL]


def test_a_second_member_that_is_none_is_a_broken_stream() -> None:
    records = inspected(MODULE, gzip.compress(b"one") + b"\x1f\x8b\x08\x00junk that is no stream")
    assert rules_of(records) == ["compressed-broken-stream"]
    assert members_of(records)["file"] == b"one"
