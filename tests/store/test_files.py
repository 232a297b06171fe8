from __future__ import annotations

import os
from pathlib import Path

import pytest

from verifier.store import publish


def test_a_file_is_written_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    publish(path, "first\n")
    publish(path, "größer\r\n")
    assert path.read_bytes() == "größer\r\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_the_mode_files_have_here_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a"
    publish(path, "x")
    (tmp_path / "b").write_text("x")
    assert path.stat().st_mode == (tmp_path / "b").stat().st_mode
    path.chmod(0o600)
    publish(path, "y")
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_was_there_stays_where_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    publish(path, "old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        publish(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
