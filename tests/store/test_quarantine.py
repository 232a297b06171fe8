from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest

from verifier.store.quarantine import Quarantine

COMMIT = "5c" * 20


def filled(folder: Path, files: dict[str, bytes]) -> Quarantine:
    quarantine = Quarantine(folder / "quarantine")
    quarantine.open()
    for path, content in files.items():
        quarantine.partial(path).write_bytes(content)
        quarantine.admit(path)
    return quarantine


def test_a_quarantine_is_its_owners_only_and_keeps_what_arrived(tmp_path: Path) -> None:
    quarantine = filled(tmp_path, {"a/b.txt": b"1", "c.txt": b"2"})
    assert quarantine.folder.stat().st_mode & 0o777 == 0o700
    quarantine.open()
    assert quarantine.arrived("a/b.txt").read_bytes() == b"1"
    quarantine.keep_only(["c.txt"])
    assert not quarantine.arrived("a/b.txt").exists()
    assert quarantine.arrived("c.txt").exists()
    quarantine.discard()
    assert not quarantine.folder.exists()


def test_names_a_server_chose_name_no_partial_file(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path)
    assert quarantine.partial("../../x").parent == tmp_path / "partial"
    assert quarantine.partial("a") != quarantine.partial("b")


def test_the_cache_gets_contents_snapshot_and_name(tmp_path: Path) -> None:
    quarantine = filled(tmp_path, {"a/b.txt": b"1", "c.txt": b"2"})
    repository = tmp_path / "models--org--name"
    quarantine.move_to_cache(repository, COMMIT, {"a/b.txt": "11", "c.txt": "22"}, ["main", "refs/pr/1"])
    snapshot = repository / "snapshots" / COMMIT
    assert (snapshot / "a" / "b.txt").readlink() == Path("../../../blobs/11")
    assert (snapshot / "c.txt").readlink() == Path("../../blobs/22")
    assert (snapshot / "a" / "b.txt").read_bytes() == b"1"
    assert (repository / "refs" / "main").read_text() == COMMIT
    assert (repository / "refs" / "refs" / "pr" / "1").read_text() == COMMIT
    again = filled(tmp_path, {"c.txt": b"3"})
    again.move_to_cache(repository, COMMIT, {"c.txt": "33"}, ["main"])
    assert (snapshot / "c.txt").read_bytes() == b"3"
    assert (snapshot / "a" / "b.txt").read_bytes() == b"1"


def refuse(*_: object, **__: object) -> NoReturn:
    raise PermissionError(1, "no privilege")


def test_where_links_are_refused_files_have_two_names_or_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "symlink_to", refuse)
    quarantine = filled(tmp_path, {"c.txt": b"2"})
    quarantine.move_to_cache(tmp_path / "models--org--name", COMMIT, {"c.txt": "22"}, [])
    assert (tmp_path / "models--org--name" / "snapshots" / COMMIT / "c.txt").read_bytes() == b"2"
    monkeypatch.setattr(os, "link", refuse)
    quarantine.open()
    quarantine.adopt("d.txt", tmp_path / "models--org--name" / "blobs" / "22")
    assert quarantine.arrived("d.txt").read_bytes() == b"2"


def test_a_folder_gets_all_files_at_once_or_stays_as_it_is(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    filled(tmp_path, {"a/b.txt": b"1"}).move_to(target)
    assert (target / "a" / "b.txt").read_bytes() == b"1"
    with pytest.raises(OSError, match="not empty"):
        filled(tmp_path, {"a/b.txt": b"2"}).move_to(target)
    assert (target / "a" / "b.txt").read_bytes() == b"1"
