"""What a zip yields: its members to be looked at in turn, one finding a rule, and gaps."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import numpy
import pytest

from tests.builders.inspections import inspected, members_of, only, probe, rules_of, states_of, until_limit
from tests.builders.seeds import png
from tests.builders.zips import Part, Zip, build, zip_bytes
from verifier.errors import Malformed
from verifier.formats import FormatModule, Limits, Member, candidates
from verifier.formats import zip as module
from verifier.records import Coverage, CoverageState, Finding

MODULE: FormatModule = module
CLEAN = [CoverageState.INSPECTED]
GOOD = Part(b"good", b"content")

AMBIGUOUS = "zip-ambiguous-directory"
UNSAFE = "zip-unsafe-member"
HIDDEN = "zip-hidden-data"
ENCRYPTED = "zip-encrypted-member"
CONTENT = "zip-content-mismatch"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_folder_packed_by_python_is_quiet(tmp_path: Path, method: int) -> None:
    contents = {"model/config.json": b"{}", "model/weights/part 1.bin": bytes(9000), "model/r\u00e9sum\u00e9.txt": b"x"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.mkdir("model")
        for name, content in contents.items():
            (path := tmp_path / "file").write_bytes(content)
            archive.write(path, name)
        archive.comment = b"packed by hand"
    records = inspected(MODULE, out.getvalue(), "model.zip")
    assert (rules_of(records), states_of(records)) == ([], CLEAN)
    assert members_of(records) == contents


@pytest.mark.parametrize("save", [numpy.savez, numpy.savez_compressed])
def test_numpys_archives_are_quiet(save: object) -> None:
    assert callable(save)
    out = io.BytesIO()
    save(out, weights=numpy.arange(500), bias=numpy.zeros(3))
    records = inspected(MODULE, out.getvalue(), "arrays.npz")
    assert (rules_of(records), states_of(records)) == ([], CLEAN)
    assert {name: body[:6] for name, body in members_of(records).items()} == {
        "weights.npy": b"\x93NUMPY",
        "bias.npy": b"\x93NUMPY",
    }


def test_an_empty_archive_is_quiet() -> None:
    records = inspected(MODULE, zip_bytes())
    assert (rules_of(records), states_of(records), members_of(records)) == ([], CLEAN, {})


@pytest.mark.parametrize("data", [zip_bytes(GOOD), zip_bytes(), b"PK\x03\x04 and no more", png() + zip_bytes(GOOD)])
def test_it_is_known_by_its_beginning_or_its_end(data: bytes) -> None:
    assert MODULE in candidates(probe(data, "weights.bin"))


@pytest.mark.parametrize("data", [b"", b"PK", b"text about PK\x05\x06" + b"\xff" * 30, b"x" * 70_000])
def test_what_has_neither_is_no_zip(data: bytes) -> None:
    assert not module.recognize(probe(data, "a.zip"))


def test_a_broken_end_is_taken_for_one() -> None:
    assert module.recognize(probe(build(Zip([GOOD], prefix=b"x", disk=1))))


@pytest.mark.parametrize("data", [zip_bytes(GOOD)[:-22], b"PK\x03\x04", build(Zip([GOOD], disk=1))])
def test_an_archive_without_a_directory_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        inspected(MODULE, data)


HOSTILE = {
    "local name": (Zip([Part(b"good", b"x", local_name=b"evil")]), AMBIGUOUS, "its name is evil in its local header"),
    "local method": (Zip([Part(b"a", b"x", local_method=8)]), AMBIGUOUS, "method"),
    "no local header": (Zip([GOOD, Part(b"a", b"x", offset=3)]), AMBIGUOUS, "no local header"),
    "duplicate": (Zip([GOOD, Part(b"good", b"other")]), AMBIGUOUS, "twice"),
    "duplicate by NUL": (Zip([Part(b"a", b"x"), Part(b"a\0b", b"x")]), AMBIGUOUS, "twice"),
    "overlap": (Zip([Part(b"a", b"x", offset=0), Part(b"b", b"y" * 9, offset=0)]), AMBIGUOUS, "run over|local header"),
    "two sizes": (Zip([Part(b"a", b"x", size=2)]), AMBIGUOUS, "which cannot be"),
    "count": (Zip([GOOD, Part(b"b")], count=1), AMBIGUOUS, "entries"),
    "second end": (Zip([GOOD], comment=b"PK\x05\x06" + b"\xee" * 30), AMBIGUOUS, "second end record"),
    "encoding": (Zip([Part(b"\xff", b"x", flags=0x800)]), AMBIGUOUS, "decoded in two ways"),
    "patch flag": (Zip([Part(b"a", b"x", flags=0x20)]), AMBIGUOUS, "patch"),
    "climbing": (Zip([Part(b"../../.bashrc", b"x")]), UNSAFE, "climbs"),
    "absolute": (Zip([Part(b"/etc/cron.d/x", b"x")]), UNSAFE, "absolute"),
    "drive": (Zip([Part(b"C:x", b"x")]), UNSAFE, "drive"),
    "backslash": (Zip([Part(b"..\\x", b"x")]), UNSAFE, "climbs"),
    "link": (Zip([Part(b"a", b"/etc/passwd", attributes=0o120777 << 16)]), UNSAFE, "symbolic link"),
    "prefix": (Zip([GOOD], prefix=b"#!/bin/sh\n"), HIDDEN, "before the first member"),
    "gap": (Zip([Part(b"a", b"x", behind=b"hidden")]), HIDDEN, "6 bytes behind it"),
    "deleted member": (Zip([GOOD, Part(b"b", b"y", listed=False), Part(b"c")]), HIDDEN, "belong to nothing"),
    "trailing": (Zip([GOOD], behind=b"\x80\x04payload"), HIDDEN, "the archive ends at"),
    "encrypted": (Zip([Part(b"a", b"x", flags=1)]), ENCRYPTED, "encrypted"),
    "checksum": (Zip([Part(b"a", b"x", crc=7, local_crc=7)]), CONTENT, "checksum"),
    "size": (Zip([Part(b"a", b"xyz", 8, size=2, local_size=2)]), CONTENT, "decompresses"),
    "broken stream": (Zip([Part(b"a", b"xyz", 8, packed=b"\xff" * 9)]), CONTENT, "broken"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_archive_is_found_and_said_why(what: str) -> None:
    archive, rule, why = HOSTILE[what]
    found = {finding.rule: finding for finding in only(inspected(MODULE, build(archive)), Finding)}
    assert rule in found
    assert any(re.search(why, place.what) for place in found[rule].evidence)


def test_what_resembles_a_lie_is_none() -> None:
    parts = [Part(b"a/"), Part(b"a/"), Part(b"..a", b"x"), Part(b"A", b"x"), Part(b"a", b"y"), Part(b"b\\c", b"z")]
    records = inspected(MODULE, build(Zip(parts)))
    assert (rules_of(records), states_of(records)) == ([], CLEAN)


HIDDEN_BYTES = {
    "prefix": (Zip([GOOD], prefix=b"#!/bin/sh\n"), b"#!/bin/sh\n"),
    "gap": (Zip([Part(b"a", b"x", behind=b"hidden"), GOOD]), b"hidden"),
    "trailing": (Zip([GOOD], behind=b"payload"), b"payload"),
}


@pytest.mark.parametrize("what", HIDDEN_BYTES)
def test_bytes_of_no_member_are_a_gap(what: str) -> None:
    archive, hidden = HIDDEN_BYTES[what]
    data = build(archive)
    whole, gap = only(inspected(MODULE, data), Coverage)
    assert (whole.state, gap.state) == (CoverageState.INSPECTED, CoverageState.PARTIAL)
    assert gap.length is not None
    assert data[gap.offset : gap.offset + gap.length] == hidden


def test_many_hidden_bytes_are_one_gap() -> None:
    archive = Zip([Part(b"%d" % i, b"x", behind=b"hidden") for i in range(9)], prefix=b"pre", behind=b"behind")
    data = build(archive)
    _, gap = only(inspected(MODULE, data), Coverage)
    assert (gap.offset, gap.length) == (0, len(data))
    assert gap.reason == "63 bytes belong to no member"


@pytest.mark.parametrize("part", [Part(b"a", b"x", flags=1), Part(b"a", b"x", method=99, packed=b"x")])
def test_members_that_cannot_be_read_are_gaps(part: Part) -> None:
    records = inspected(MODULE, zip_bytes(part, GOOD), "a.zip")
    _, gap = only(records, Coverage)
    assert (gap.artifact, gap.state) == ("a.zip!a", CoverageState.PARTIAL)
    assert "cannot be read here" in gap.reason
    assert members_of(records) == {"good": b"content"}


def test_a_member_without_a_local_header_is_a_gap() -> None:
    records = inspected(MODULE, build(Zip([GOOD, Part(b"a", b"x", offset=3)])), "a.zip")
    assert [gap.artifact for gap in only(records, Coverage) if not gap.state.clean] == ["a.zip!a"]


def test_both_of_two_members_of_one_name_are_handed_back() -> None:
    records = inspected(MODULE, zip_bytes(GOOD, Part(b"good", b"other")))
    assert [m.reader.read_at(0, 99) for m in only(records, Member)] == [b"content", b"other"]


def test_contents_are_not_checked_over_the_network() -> None:
    data = build(Zip([Part(b"a", b"x", crc=7, local_crc=7), Part(b"../b", b"y")]))
    records = inspected(MODULE, data, remote=True)
    assert rules_of(records) == [UNSAFE]
    (whole,) = only(records, Coverage)
    assert whole.unchecked == ("zip-contents",)


def test_bombs_run_into_limits() -> None:
    bomb = zip_bytes(Part(b"a", bytes(4 << 20), 8))
    assert states_of(until_limit(MODULE, bomb, Limits(expanded=1 << 20))) == CLEAN
    assert until_limit(MODULE, zip_bytes(GOOD, Part(b"b"), Part(b"c")), Limits(members=2)) == []
    assert until_limit(MODULE, zip_bytes(GOOD, Part(b"b"), Part(b"c")), Limits(steps=2)) == []


def test_members_that_share_their_bytes_run_into_the_clock() -> None:
    body = b"x" * 100
    overlapping = [Part(b"a", body), *(Part(b"%d" % i, body, offset=0) for i in range(5))]
    records = until_limit(MODULE, build(Zip(overlapping)), Limits(steps=6 + 6 + 3))
    assert AMBIGUOUS in rules_of(records)
