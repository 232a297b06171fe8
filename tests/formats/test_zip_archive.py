"""The zip reader sees what zip readers see, and every place where they could disagree."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.zips import Part, Zip, build, zip_bytes
from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Budget
from verifier.formats._readers import BytesReader, chunks
from verifier.formats._zip import entries as entries_module
from verifier.formats._zip.archive import Archive
from verifier.formats._zip.directory import find_directory
from verifier.formats._zip.lies import LieKind

METHODS = (0, 8, 12, 14)


def _all_lies(data: bytes) -> list[str]:
    archive = Archive(BytesReader(data))
    budget = Budget()
    lies = [*archive.lies, *archive.gaps()]
    for entry in archive.entries:
        local = list(archive.local_lies(entry))
        lies += local
        if archive.supports(entry) and not any("no local header" in lie.message for lie in local):
            lies += archive.content_lies(entry, archive.open(entry, budget))
    return sorted({lie.kind.value for lie in lies})


def _contents(data: bytes) -> dict[str, bytes]:
    archive = Archive(BytesReader(data))
    budget = Budget()
    return {entry.name: b"".join(chunks(archive.open(entry, budget))) for entry in archive.entries}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("flags", [0, 8])
@pytest.mark.parametrize("zip64", [False, True])
def test_an_honest_archive_is_quiet(method: int, flags: int, zip64: bool) -> None:
    parts = [
        Part(b"a/", flags=flags & 0),
        Part(b"a/b", b"content" * 99, method, flags),
        Part("é".encode(), b"", flags=0x800),
    ]
    data = build(Zip(parts, comment=b"a comment", zip64=zip64))
    assert _all_lies(data) == []
    assert _contents(data) == {"a/": b"", "a/b": b"content" * 99, "é": b""}
    with zipfile.ZipFile(io.BytesIO(data)) as peer:
        assert peer.testzip() is None
        assert {name: peer.read(name) for name in peer.namelist()} == _contents(data)


@pytest.mark.parametrize("method", METHODS)
def test_pythons_own_archives_are_quiet(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("one.txt", b"word " * 500)
        with archive.open("two", "w", force_zip64=True) as member:
            member.write(b"x" * 100)
        archive.comment = b"PK is how zips begin"
    assert _all_lies(out.getvalue()) == []
    assert _contents(out.getvalue()) == {"one.txt": b"word " * 500, "two": b"x" * 100}


def test_streamed_and_empty_archives_are_quiet() -> None:
    out = _Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"hello" * 100)
        with archive.open("b", "w", force_zip64=True) as member:
            member.write(b"x" * 100)
    assert _all_lies(bytes(out.data)) == []
    assert _all_lies(zip_bytes()) == []


class _Pipe(io.RawIOBase):
    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.data += bytes(data)  # type: ignore[call-overload]
        return len(bytes(data))  # type: ignore[call-overload]


GOOD = Part(b"good", b"content")
LIES = {
    "local name": (Zip([Part(b"good", b"x", local_name=b"evil")]), ["local-header"]),
    "local method": (Zip([Part(b"a", b"x", local_method=8)]), ["local-header"]),
    "local size": (Zip([Part(b"a", b"x", local_size=2)]), ["local-header"]),
    "local checksum": (Zip([Part(b"a", b"x", local_crc=2)]), ["local-header"]),
    "local flags": (Zip([Part(b"a", b"x", local_flags=1)]), ["local-header"]),
    "no local header": (Zip([GOOD, Part(b"a", b"x", offset=3)]), ["local-header", "overlap"]),
    "checksum": (Zip([Part(b"a", b"x", crc=7)]), ["content", "local-header"]),
    "checksum in both": (Zip([Part(b"a", b"x", crc=7, local_crc=7)]), ["content"]),
    "duplicate": (Zip([GOOD, Part(b"good", b"other")]), ["duplicate"]),
    "duplicate by NUL": (Zip([GOOD, Part(b"good\0", b"other")]), ["duplicate", "name"]),
    "folders twice": (Zip([Part(b"a/"), Part(b"a/")]), []),
    "case": (Zip([GOOD, Part(b"GOOD", b"other")]), ["case"]),
    "encrypted": (Zip([Part(b"a", b"x", flags=1)]), ["encrypted"]),
    "patch": (Zip([Part(b"a", b"x", flags=0x20)]), ["flags"]),
    "absolute": (Zip([Part(b"/etc/x", b"x")]), ["name"]),
    "climbing": (Zip([Part(b"a/../../x", b"x")]), ["name"]),
    "drive": (Zip([Part(b"C:x", b"x")]), ["name"]),
    "backslash": (Zip([Part(b"a\\b", b"x")]), ["backslash"]),
    "backslash climbing": (Zip([Part(b"..\\b", b"x")]), ["backslash", "name"]),
    "not UTF-8": (Zip([Part(b"\xff", b"x", flags=0x800)]), ["encoding"]),
    "Unicode field": (
        Zip([Part(b"a", extra=b"\x75\x70\x06\x00\x01" + struct.pack("<L", zlib.crc32(b"a")) + b"b")]),
        ["encoding"],
    ),
    "symlink": (Zip([Part(b"a", b"/etc/passwd", attributes=0o120777 << 16)]), ["symlink"]),
    "two sizes": (Zip([Part(b"a", b"x", size=2)]), ["content", "local-header", "sizes"]),
    "folder with content": (Zip([Part(b"a/", b"x")]), ["sizes"]),
    "shorter than it decompresses to": (Zip([Part(b"a", b"xyz", 8, size=2, local_size=2)]), ["content"]),
    "longer than it decompresses to": (Zip([Part(b"a", b"xyz", 8, size=4, local_size=4)]), ["content"]),
    "junk in compressed": (
        Zip([Part(b"a", b"xyz", 8, packed=zlib.compress(b"xyz", wbits=-15) + b"junk")]),
        ["content"],
    ),
    "prefix": (Zip([GOOD], prefix=b"#!/bin/sh\n"), ["prefix"]),
    "shifted prefix": (Zip([GOOD], prefix=b"#!/bin/sh\n", shifted=True), ["prefix"]),
    "prefix of an empty archive": (Zip(prefix=b"something"), ["prefix"]),
    "gap": (Zip([Part(b"a", b"x", behind=b"hidden")]), ["gap"]),
    "unlisted member": (Zip([GOOD, Part(b"b", b"y", listed=False), Part(b"c")]), ["gap"]),
    "trailing": (Zip([GOOD], behind=b"payload"), ["trailing"]),
    "count": (Zip([GOOD, Part(b"b")], count=1), ["count"]),
    "end in comment": (Zip([GOOD], comment=b"PK\x05\x06" + bytes(30)), ["prefix", "trailing"]),
    "false end in a zip64 comment": (Zip([GOOD], comment=b"PK\x05\x06" + b"\xee" * 30, zip64=True), ["ends"]),
}


@pytest.mark.parametrize("what", LIES)
def test_a_lie_is_seen(what: str) -> None:
    archive, expected = LIES[what]
    assert _all_lies(build(archive)) == expected


def test_members_that_share_bytes_are_seen() -> None:
    inner = zip_bytes(GOOD)
    whole = build(Zip([Part(b"outer", inner), Part(b"good", b"content", listed=True, offset=35)]))
    assert "overlap" in _all_lies(whole)
    stored_extra = build(Zip([Part(b"a", b"x", local_extra=b"", offset=0), Part(b"b", b"y" * 9, offset=0)]))
    assert "overlap" in _all_lies(stored_extra)


def test_bytes_between_directory_and_end_leave_no_directory() -> None:
    with pytest.raises(Malformed, match="no end record"):
        Archive(BytesReader(build(Zip([GOOD], before_end=b"PK\x05\x05\0\0"))))


def test_a_wrong_zip64_end_is_refused() -> None:
    data = build(Zip([GOOD], zip64=True))
    cut = data.index(b"PK\x06\x07")
    for broken, message in (
        (data[:cut] + b"?" * 10 + data[cut:], "right before its locator"),
        (data.replace(b"PK\x06\x07\0\0\0\0", b"PK\x06\x07\1\0\0\0"), "several disks"),
        (data[: cut + 8] + b"\1" + data[cut + 9 :], "somewhere else"),
        (
            data[: data.index(b"PK\x05\x06") + 10] + b"\7" + data[data.index(b"PK\x05\x06") + 11 :],
            "different directories|disks",
        ),
    ):
        with pytest.raises(Malformed, match=message):
            find_directory(BytesReader(broken))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x05\x06", b"x" * 100_000, b"PK\x05\x06" + b"\xff" * 40])
def test_what_is_no_archive_has_no_directory(data: bytes) -> None:
    assert find_directory(BytesReader(data)) is None
    with pytest.raises(Malformed, match="no end record"):
        Archive(BytesReader(data))


def test_several_disks_and_many_ends_are_refused() -> None:
    with pytest.raises(Malformed, match="several disks"):
        Archive(BytesReader(build(Zip([GOOD], disk=1))))
    with pytest.raises(Malformed, match="end records"):
        find_directory(BytesReader(build(Zip([GOOD], comment=(b"PK\x05\x06" + bytes(20)) * 20))))


def test_a_false_end_does_not_hide_the_true_one() -> None:
    data = build(Zip([GOOD], comment=b"PK\x05\x06" + b"\xee" * 30))
    assert _contents(data) == {"good": b"content"}
    assert _all_lies(data) == ["ends"]


def test_broken_entries_are_refused() -> None:
    data = zip_bytes(Part(b"abc", b"x"))
    at = data.index(b"PK\x01\x02")
    with pytest.raises(Malformed, match="cut short"):
        Archive(BytesReader(data[: at + 28] + b"\xff" + data[at + 29 :]))
    with pytest.raises(Malformed, match="another disk"):
        Archive(BytesReader(data[: at + 34] + b"\1" + data[at + 35 :]))
    with pytest.raises(Malformed, match="0 zip64 fields"):
        Archive(BytesReader(zip_bytes(Part(b"a", size=0xFFFFFFFF))))
    with pytest.raises(Malformed, match="too short"):
        Archive(BytesReader(zip_bytes(Part(b"a", size=0xFFFFFFFF, extra=b"\1\0\1\0x\2\0\xff\xff"))))


def test_zip64_sizes_are_taken_from_the_extra_field() -> None:
    extra = b"\x99\x99\0\0" + struct.pack("<2H3Q", 1, 24, 7, 7, 0)
    data = zip_bytes(Part(b"good", b"content", size=0xFFFFFFFF, compressed=0xFFFFFFFF, offset=0xFFFFFFFF, extra=extra))
    assert _all_lies(data) == []
    assert _contents(data) == {"good": b"content"}


def test_a_long_local_extra_field_is_read() -> None:
    assert _contents(zip_bytes(Part(b"a", b"x", local_extra=b"FB\x00\x02" + bytes(512)))) == {"a": b"x"}


@pytest.mark.parametrize("part", [Part(b"a", b"x", flags=1), Part(b"a", b"x", method=99, packed=b"x")])
def test_unreadable_members_say_so(part: Part) -> None:
    archive = Archive(BytesReader(zip_bytes(part)))
    assert not archive.supports(archive.entries[0])
    with pytest.raises(Malformed, match="cannot be read here"):
        archive.open(archive.entries[0], Budget())


def test_broken_lzma_properties_are_content_lies() -> None:
    assert _all_lies(zip_bytes(Part(b"a", b"x", 14, packed=b"\x09\x14\x06\x00" + bytes(20)))) == ["content"]


def test_a_huge_directory_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries_module, "MAX_DIRECTORY", 10)
    with pytest.raises(BudgetExceeded):
        Archive(BytesReader(zip_bytes(GOOD)))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_changed_archive_is_refused_or_read_as_python_reads_it(data: st.DataObject) -> None:
    """Whatever a quiet archive holds, Python's reader finds too."""
    whole = bytearray(zip_bytes(GOOD, Part(b"more", b"z" * 40, 8)))
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        quiet = not _all_lies(bytes(whole))
    except (Malformed, BudgetExceeded):
        return
    if quiet:
        contents = _contents(bytes(whole))
        with contextlib.suppress(zipfile.BadZipFile, NotImplementedError), zipfile.ZipFile(io.BytesIO(whole)) as peer:
            assert {name: peer.read(name) for name in peer.namelist()} == contents


@given(st.binary(max_size=300))
def test_any_bytes_end_in_an_answer(data: bytes) -> None:
    try:
        archive = Archive(BytesReader(data + b"PK\x05\x06" + bytes(18)))
    except Malformed:
        return
    assert {lie.kind for lie in archive.lies} <= set(LieKind)
