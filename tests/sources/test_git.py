"""What a commit commits to, asked of git's own server."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import constants

from tests.builders.gits import GitServer, committed, git, listed
from verifier.errors import Malformed, SourceError
from verifier.records.git import object_id
from verifier.sources.git import _files, _packed
from verifier.sources.git import committed as asked

FILES = {"README.md": b"# It\n", "run.sh": b"#!/bin/sh\n", "a/b/c.json": b"{}", "a.txt": b"a", "model.bin": bytes(9)}


@pytest.mark.parametrize("filters", ["true", "false"])
def test_a_real_server_tells_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filters: str) -> None:
    folder = tmp_path / "org" / "name"
    committed(folder, {"old.bin": b"gone"})
    (folder / "old.bin").unlink()
    (folder / "link").symlink_to("README.md")
    commit = committed(folder, FILES)
    git(folder, "config", "uploadpack.allowFilter", filters)
    with GitServer(tmp_path) as server:
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        assert asked("org/name", commit) == listed(folder)
        assert set(listed(folder)) == {*FILES, "link"}
        with pytest.raises((Malformed, SourceError)):
            asked("org/name", "0" * 40)
        with pytest.raises(SourceError):
            asked("org/other", commit)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"", "no pack"),
        (b"<html>", "does not speak"),
        (b"0011ERR not ours\n0000", "says: RR not ours|says: ERR not ours"),
        (b"000dpackfile\n000a\x03fatal0000", "fatal"),
        (b"000dshallow\n 0000", "no pack"),
    ],
)
def test_answers_that_are_no_pack_are_told(answer: bytes, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        list(_packed(answer))


def test_folders_have_an_end() -> None:
    body = b"".join(b"40000 %d\0" % at + bytes(20) for at in range(2))
    found = {"00" * 20: ("tree", body)}
    with pytest.raises(ValueError, match="is not in the server's answer"):
        list(_files("00" * 20, "", found, 3))
    assert object_id("tree", body) not in found
