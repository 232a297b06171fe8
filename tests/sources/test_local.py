from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tests.sources.conftest import FILES, WEIGHTS, lay_out
from verifier.errors import ChangedError, Malformed, NotFoundError, SourceError, UsageError
from verifier.records import Asserter, Digest, Reference, SourceKind
from verifier.sources import parse, resolve


def test_a_folder(tmp_path: Path) -> None:
    model = lay_out(tmp_path / "model", FILES | {".git/x": b""})
    source = resolve(parse(str(model)))
    assert not source.remote
    assert source.snapshot.local
    assert source.snapshot.id == str(model)
    assert source.snapshot.commit is None
    assert [artifact.path for artifact in source.snapshot.artifacts] == sorted(FILES)
    assert source.snapshot.metadata == (("skipped", ".git"),)
    with source.open("weights.bin") as handle, source.open("empty.txt") as empty:
        assert handle.size == len(WEIGHTS)
        assert handle.read_at(10, 20) == WEIGHTS[10:30]
        assert handle.read_at(len(WEIGHTS) - 3, 10) == WEIGHTS[-3:]
        assert handle.read_at(len(WEIGHTS) + 3, 10) == b""
        assert empty.read_at(0, 10) == b""
        assert handle.digests() == (Digest("sha256", hashlib.sha256(WEIGHTS).hexdigest(), Asserter.COMPUTED),)
        assert handle.record().unread == ((0, 10), (30, len(WEIGHTS) - 3))
        assert (handle.record().read, handle.record().requests) == (23, 0)
        with pytest.raises(Malformed):
            handle.read_at(-1, 2)
    assert [record.artifact for record in source.reads()] == ["empty.txt", "weights.bin"]
    with pytest.raises(NotFoundError):
        source.open("../secret")


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"abc")
    source = resolve(parse(str(tmp_path / "weights.bin")))
    assert [(artifact.path, artifact.size) for artifact in source.snapshot.artifacts] == [("weights.bin", 3)]
    with source.open("weights.bin") as handle:
        assert handle.read_at(0, 3) == b"abc"


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_named_by_its_user_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"abc")
    (tmp_path / "model.bin").symlink_to("real")
    source = resolve(parse(str(tmp_path / "model.bin")))
    with source.open("model.bin") as handle:
        assert handle.read_at(0, 3) == b"abc"


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no file that can be read"):
        resolve(parse(str(tmp_path)))
    with pytest.raises(NotFoundError, match="cannot be read"):
        resolve(Reference("x", SourceKind.FILE, str(tmp_path / "x")))
    with pytest.raises(UsageError, match="no folder"):
        resolve(Reference("x", SourceKind.FOLDER, str(tmp_path / "x")))


@pytest.mark.parametrize("change", ["rewritten", "grown", "truncated", "replaced", "removed"])
def test_a_file_that_changes_between_listing_and_opening(change: str, tmp_path: Path) -> None:
    file = lay_out(tmp_path, {"x": b"abc"}) / "x"
    source = resolve(parse(str(tmp_path)))
    alter(file, change)
    with pytest.raises(SourceError if change == "removed" else ChangedError):
        source.open("x")


@pytest.mark.parametrize("change", ["rewritten", "grown", "truncated"])
def test_a_file_that_changes_while_it_is_open(change: str, tmp_path: Path) -> None:
    file = lay_out(tmp_path, {"x": b"abc" * 1000}) / "x"
    with resolve(parse(str(tmp_path))).open("x") as handle:
        handle.check_unchanged()
        alter(file, change)
        with pytest.raises(ChangedError, match="x changed while"):
            handle.digests()
        with pytest.raises(ChangedError):
            handle.check_unchanged()
        if change == "truncated":
            with pytest.raises(ChangedError):
                handle.read_at(2, 100)


def alter(file: Path, change: str) -> None:
    os.utime(file, ns=(1, 1))
    if change == "rewritten":
        file.write_bytes(bytes(reversed(file.read_bytes())))
    elif change == "grown":
        file.write_bytes(file.read_bytes() + b"x")
    elif change == "truncated":
        file.write_bytes(b"")
    else:
        file.unlink()
        if change == "replaced":
            file.write_bytes(b"abd")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_swapped_in_does_not_block(tmp_path: Path) -> None:
    file = lay_out(tmp_path, {"x": b"abc"}) / "x"
    source = resolve(parse(str(tmp_path)))
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(ChangedError):
        source.open("x")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_swapped_in_is_not_followed(tmp_path: Path) -> None:
    file = lay_out(tmp_path / "m", {"x": b"abc"}) / "x"
    (tmp_path / "y").write_bytes(b"abc")
    source = resolve(parse(str(tmp_path / "m")))
    file.unlink()
    file.symlink_to("../y")
    with pytest.raises(SourceError, match="cannot be read"):
        source.open("x")


def test_a_closed_handle(tmp_path: Path) -> None:
    handle = resolve(parse(str(lay_out(tmp_path, {"x": b"abc"})))).open("x")
    handle.close()
    handle.close()
    with pytest.raises(SourceError, match="cannot be read"):
        handle.read_at(0, 1)


def test_reading_without_pread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pread", raising=False)
    with resolve(parse(str(lay_out(tmp_path, {"x": bytes(range(256))})))).open("x") as handle:
        assert handle.read_at(200, 3) == bytes([200, 201, 202])
        assert handle.read_at(3, 2) == bytes([3, 4])
        assert handle.digests()[0].value == hashlib.sha256(bytes(range(256))).hexdigest()


def test_short_reads_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pread = getattr(os, "pread", None)
    if pread is None:
        pytest.skip("there is no pread")
    monkeypatch.setattr(os, "pread", lambda descriptor, length, offset: pread(descriptor, min(length, 7), offset))
    with resolve(parse(str(lay_out(tmp_path, {"x": bytes(range(256))})))).open("x") as handle:
        assert handle.read_at(1, 100) == bytes(range(1, 101))
