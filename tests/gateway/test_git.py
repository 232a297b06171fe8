"""The commit and its trees, as git itself reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.gits import git
from tests.builders.hub import Hub
from tests.sources.conftest import lay_out

REQUEST = "0011command=fetch0001000fno-progress0032want {commit}\n0009done\n0000"


@pytest.fixture
def served(tmp_path: Path) -> Path:
    lay_out(tmp_path / "org" / "name", {f"layers/{at}/a.json": b"%d" % at for at in range(300)})
    return tmp_path


def test_git_reads_what_is_sent(served: Path, tmp_path: Path) -> None:
    with Hub(served) as hub:
        commit = hub.ask("/api/models/org/name").json["sha"]
        answer = hub.ask("/org/name/git-upload-pack", "POST", REQUEST.format(commit=commit))
        assert answer.headers["content-type"] == "application/x-git-upload-pack-result"
    pack, at, lines = b"", 0, answer.body
    while at < len(lines):
        length = int(lines[at : at + 4], 16)
        pack += lines[at + 5 : at + length] if lines[at + 4 : at + 5] == b"\1" else b""
        at += max(length, 4)
    lay_out(tmp_path / "fresh", {})
    git(tmp_path, "init", "-q", "fresh")
    git(tmp_path / "fresh", "unpack-objects", "-q", given=pack)
    assert git(tmp_path / "fresh", "cat-file", "-t", commit) == b"commit\n"
    names = git(tmp_path / "fresh", "ls-tree", "-r", "--name-only", commit).decode().split()
    assert sorted(names) == sorted(f"layers/{at}/a.json" for at in range(300))


@pytest.mark.parametrize(
    ("request_body", "status"),
    [
        (REQUEST.format(commit="0" * 40), 404),
        ("0014command=ls-refs\n0000", 400),
        ("0011command=fetch00010000", 400),
        (REQUEST.format(commit="0" * 40) * 2, 400),
        ("x" * 70_000, 413),
    ],
)
def test_other_requests_are_refused(served: Path, request_body: str, status: int) -> None:
    with Hub(served) as hub:
        assert hub.ask("/org/name/git-upload-pack", "POST", request_body).status == status
