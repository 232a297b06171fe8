"""The tar reader sees what tar readers see, and what in it is unsafe."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.tars import Item, header, pax, tar_bytes
from verifier.formats._readers import BytesReader
from verifier.formats._tar.archive import Entry, Flaw, entries
from verifier.formats._tar.header import is_header


def _walk(data: bytes) -> tuple[dict[str, bytes], list[str]]:
    found = list(entries(BytesReader(data)))
    files = {e.name: data[e.offset : e.offset + e.size] for e in found if isinstance(e, Entry) and e.is_file}
    return files, [flaw.kind.value for flaw in found if isinstance(flaw, Flaw)]


@pytest.mark.parametrize("style", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_pythons_own_archives_are_quiet(style: int) -> None:
    contents = {"a": b"x" * 513, "b/c.txt": b"", "folder/" * 20 + "name": b"long", "é": b"text"}
    if style != tarfile.USTAR_FORMAT:
        contents["y" * 300] = b"longer"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=style) as archive:
        folder = tarfile.TarInfo("b")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "a"
        archive.addfile(link)
    assert _walk(out.getvalue()) == (contents, [])


A = Item(b"a", b"content")
FLAWS = {
    "climbing": ([Item(b"../a", b"x")], ["name"]),
    "absolute": ([Item(b"/a", b"x")], ["name"]),
    "long name climbing": ([Item(b"././@LongLink", b"../" * 50 + b"x\0", b"L"), A], ["name"]),
    "pax name climbing": ([pax(b"path", b"../x"), A], ["name"]),
    "prefix climbing": ([Item(b"a", b"x", prefix=b"..")], ["name"]),
    "link out": ([Item(b"a", kind=b"2", target=b"/etc/passwd")], ["link"]),
    "long link out": ([Item(b"././@LongLink", b"../x\0", b"K"), Item(b"a", kind=b"2", target=b"b")], ["link"]),
    "hard link out": ([Item(b"a", kind=b"1", target=b"../x")], ["link"]),
    "through a link": ([Item(b"a", kind=b"2", target=b"b"), Item(b"a/x", b"x")], ["link"]),
    "over a link": ([Item(b"a", kind=b"2", target=b"b"), A], ["duplicate", "link"]),
    "device": ([Item(b"a", kind=b"3")], ["device"]),
    "pipe": ([Item(b"a", kind=b"6")], ["device"]),
    "duplicate": ([A, Item(b"a", b"other")], ["duplicate"]),
    "sparse": ([Item(b"a", b"x", b"S")], ["unread"]),
    "pax sparse": ([pax(b"GNU.sparse.major", b"1"), A], ["unread"]),
    "unknown type": ([Item(b"a", b"x", b"Z")], ["unread"]),
    "checksum": ([A, Item(b"b", checksum=1)], ["broken"]),
    "size": ([A, Item(b"b", size=b"9" * 12)], ["broken"]),
    "negative size": ([A, Item(b"b", size=b"\xff" * 12)], ["broken"]),
    "pax size": ([pax(b"size", b"-1"), A], ["broken"]),
    "pax length": ([Item(b"x", b"99 a=b\n", b"x"), A], ["broken"]),
    "endless pax": ([Item(b"x", b"", b"x", size=b"%011o\0" % (9 << 20)), A], ["broken"]),
    "header without member": ([pax(b"path", b"x")], ["broken"]),
}


@pytest.mark.parametrize("what", FLAWS)
def test_a_flaw_is_seen(what: str) -> None:
    items, expected = FLAWS[what]
    assert _walk(tar_bytes(*items))[1] == expected


def test_sizes_in_base_256_and_pax_are_understood() -> None:
    assert _walk(tar_bytes(Item(b"a", b"xyz", size=b"\x80" + (3).to_bytes(11, "big")))) == ({"a": b"xyz"}, [])
    assert _walk(tar_bytes(pax(b"size", b"3"), Item(b"a", b"xyz", size=bytes(12)))) == ({"a": b"xyz"}, [])
    assert _walk(tar_bytes(pax(b"path", b"new", b"g"), A))[0] == {"new": b"content"}


def test_old_archives_are_read() -> None:
    assert _walk(tar_bytes(Item(b"d/", kind=b"\0", magic=b""), Item(b"d/a", b"x", b"\0", magic=b""))) == (
        {"d/a": b"x"},
        [],
    )


def test_what_follows_the_end_is_seen() -> None:
    assert _walk(tar_bytes(A, end=bytes(10240)))[1] == []
    assert _walk(tar_bytes(A, end=bytes(300_000) + b"payload"))[1] == ["trailing"]
    assert _walk(tar_bytes(A, end=b""))[1] == ["broken"]
    assert _walk(tar_bytes(Item(b"a", size=b"%011o\0" % 9999)))[1] == ["broken"]


def test_a_header_is_known_by_its_checksum() -> None:
    assert is_header(header(A))
    signed = sum(header(Item(b"\xff"))) - sum(header(Item(b"\xff"))[148:156]) + 8 * 32 - 256
    assert is_header(header(Item(b"\xff", checksum=signed)))
    assert not is_header(header(Item(b"\xff", checksum=signed - 256)))
    assert not is_header(bytes(512))
    assert not is_header(b"short")
    assert not is_header(b"x" * 512)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_changed_archive_is_flawed_or_read_as_python_reads_it(data: st.DataObject) -> None:
    whole = bytearray(tar_bytes(A, pax(b"comment", b"x"), Item(b"b", b"z" * 700)))
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    files, flaws = _walk(bytes(whole))
    if flaws:
        return
    with tarfile.open(fileobj=io.BytesIO(whole)) as peer:
        members = {m.name: peer.extractfile(m).read() for m in peer.getmembers() if m.isfile()}  # type: ignore[union-attr]
    assert {name.rstrip("/"): content for name, content in files.items()} == members


@given(st.binary(max_size=2000))
def test_any_bytes_end_in_an_answer(data: bytes) -> None:
    files, flaws = _walk(header(A) + data)
    assert "a" in files
    assert flaws or len(data) >= 512
