from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.sources.conftest import lay_out
from verifier import rules
from verifier.errors import SourceError
from verifier.records import CoverageState
from verifier.sources import RULES, walk
from verifier.sources.walk import Listing

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files, or needs a privilege to make them")


def listed(folder: Path) -> tuple[list[str], Listing]:
    listing = walk.walk(str(folder))
    return [entry.path for entry in listing.entries], listing


def test_every_rule_has_its_page() -> None:
    assert set(RULES) <= set(rules.catalogue())


def test_files_are_listed_in_order_of_their_paths(tmp_path: Path) -> None:
    files = {name: name.encode() for name in ("b", "a/z", "a.b", "a/b/c", "C", ".hidden", "a-")}
    paths, listing = listed(lay_out(tmp_path, files))
    assert paths == sorted(files)
    assert not listing.coverage
    assert not listing.findings


def test_version_control_and_download_notes_are_left_out(tmp_path: Path) -> None:
    files = dict.fromkeys(
        (".git/config", "sub/.git/HEAD", ".cache/huggingface/x", ".cache/other", "m/.cache/huggingface/y"), b""
    )
    paths, listing = listed(lay_out(tmp_path, files))
    assert paths == [".cache/other", "m/.cache/huggingface/y"]
    assert sorted(listing.skipped) == [".cache/huggingface", ".git", "sub/.git"]


@posix
def test_links_inside_are_followed_and_links_out_are_not(tmp_path: Path) -> None:
    outside = lay_out(tmp_path / "outside", {"secret": b"s"})
    model = lay_out(tmp_path / "model", {"weights": b"w", "sub/x": b"x"})
    (model / "alias").symlink_to("weights")
    (model / "also").symlink_to(model / "sub")
    (model / "loop").symlink_to(model)
    (model / "leak").symlink_to(outside / "secret")
    (model / "folder").symlink_to("../outside")
    (model / "gone").symlink_to("nothing")
    (model / "round").symlink_to("round")
    paths, listing = listed(model)
    assert paths == ["alias", "sub/x", "weights"]
    assert [finding.evidence[0].artifact for finding in listing.findings] == ["folder", "leak"]
    assert {finding.rule for finding in listing.findings} == {"symlink-leaves-model"}
    gaps = {gap.artifact: gap for gap in listing.coverage}
    assert set(gaps) == {"folder", "gone", "leak", "round"}
    assert gaps["leak"].state is CoverageState.NOT_FETCHED


@posix
def test_a_folder_beside_of_a_similar_name_is_outside(tmp_path: Path) -> None:
    lay_out(tmp_path / "model-2", {"x": b""})
    (lay_out(tmp_path / "model", {"a": b""}) / "x").symlink_to("../model-2/x")
    assert listed(tmp_path / "model")[0] == ["a"]


@posix
def test_pipes_and_sockets_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket"))
        paths, listing = listed(tmp_path)
    assert paths == []
    assert [gap.artifact for gap in listing.coverage] == ["pipe", "socket"]
    assert "not a regular file" in listing.coverage[0].reason


@posix
def test_hostile_names_are_listed(tmp_path: Path) -> None:
    for name in (b"caf\xe9", b"a\nb", b"\x1b[31m", b"a!b", b"back\\slash"):
        (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    paths, _ = listed(tmp_path)
    assert len(paths) == 5
    assert paths == sorted(paths)


@posix
def test_a_folder_too_deep_to_be_opened_is_a_gap(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(os.pathconf(tmp_path, "PC_PATH_MAX") // 200 + 1):
        os.mkdir("x" * 200, dir_fd=descriptor)
        inner = os.open("x" * 200, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    os.close(descriptor)
    paths, listing = listed(tmp_path)
    (gap,) = listing.coverage
    assert (paths, gap.state) == ([], CoverageState.ERROR)
    assert "the folder cannot be read: File name too long" in gap.reason


def test_a_folder_that_vanishes_is_a_gap(tmp_path: Path) -> None:
    _, listing = listed(tmp_path / "never")
    assert listing.coverage[0].artifact == "."
    assert listing.coverage[0].state is CoverageState.ERROR
    walk.add(listing, "x", str(tmp_path / "x"), "")
    assert "cannot be read" in listing.coverage[1].reason
    assert not walk.is_folder(tmp_path / "never")


def test_the_number_of_files_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MAX_FILES", 2)
    with pytest.raises(SourceError, match="more than 2 files"):
        walk.walk(str(lay_out(tmp_path, {"a": b"", "b": b"", "c": b""})))


def test_windows_numbers_files_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = (lay_out(tmp_path, {"x": b"abc"}) / "x").stat()
    monkeypatch.setattr(walk, "_WINDOWS", True)
    assert walk.identity_of(status) == (3, status.st_mtime_ns)
