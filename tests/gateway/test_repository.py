from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.errors import ChangedError, SourceError
from verifier.gateway import repository
from verifier.gateway.repository import COMMIT_TITLE, LFS_THRESHOLD, Commit, Repository


def git(folder: Path, *arguments: str, **environment: str) -> str:
    isolated = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
    command = ["git", "-c", "core.autocrlf=false", "-c", "core.fileMode=false", *arguments]
    result = subprocess.run(
        command, cwd=folder, env=isolated | environment, check=True, capture_output=True, encoding="utf-8"
    )
    return result.stdout.strip()


def git_commit(folder: Path) -> str:
    """The commit git itself makes of the folder."""
    git(folder, "init", "-q")
    git(folder, "add", "--force", "--all")
    who = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", "gateway"), ("EMAIL", "gateway@localhost"), ("DATE", "1970-01-01T00:00:00+0000"))
    }
    return git(folder, "commit-tree", "-m", COMMIT_TITLE, git(folder, "write-tree"), **who)


def write(folder: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def commit_of(folder: Path) -> Commit:
    real = folder.resolve()
    return Repository(real.name, real, real.parent).commit()


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    write(tmp_path / "org" / "name", {"config.json": b"{}", "nested/deep/weights.bin": b"w" * 10})
    found = repository.find(tmp_path.resolve(), "org/name")
    assert found is not None
    return found


segments = st.text("ab.-_ ", min_size=1, max_size=4).filter(lambda name: name.strip(". ") == name and name != "-")
trees = st.dictionaries(st.lists(segments, min_size=1, max_size=3).map("/".join), st.binary(max_size=20), max_size=8)


@settings(max_examples=20, deadline=None)
@given(files=trees)
def test_a_commit_has_the_id_git_gives_it(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("root") / "model"
    folder.mkdir()
    kept = {
        path: content
        for path, content in files.items()
        if not any(other != path and (other + "/").startswith(path + "/") for other in files)
    }
    write(folder, kept)
    expected = git_commit(folder)
    assert commit_of(folder).id == expected


def test_git_sorts_folders_as_if_they_ended_in_a_slash(tmp_path: Path) -> None:
    write(tmp_path / "model", {"a/x": b"1", "a.txt": b"2", "a-b": b"3", "a0": b"4"})
    assert commit_of(tmp_path / "model").id == git_commit(tmp_path / "model")


@pytest.mark.parametrize(
    ("attributes", "path", "in_lfs"),
    [
        ("*.bin filter=lfs diff=lfs merge=lfs -text", "weights.bin", True),
        ("*.bin filter=lfs diff=lfs merge=lfs -text", "deep/weights.bin", True),
        ("*.bin filter=lfs", "weights.pt", False),
        ("*.bin filter=lfs\n*.bin -filter", "weights.bin", False),
        ("*.bin filter=lfs\n*.bin text", "weights.bin", True),
        ("# *.bin filter=lfs", "weights.bin", False),
        ("saved_model/**/* filter=lfs", "saved_model/weights.bin", True),
        ("saved_model/**/* filter=lfs", "saved_model/deep/weights.bin", True),
        ("/weights.bin filter=lfs", "weights.bin", True),
        ("/weights.bin filter=lfs", "deep/weights.bin", False),
        ("", "weights.bin", False),
    ],
)
def test_gitattributes_say_what_lfs_keeps(tmp_path: Path, attributes: str, path: str, in_lfs: bool) -> None:
    write(tmp_path / "model", {".gitattributes": attributes.encode(), path: b"weights"})
    blob = commit_of(tmp_path / "model").blobs[path]
    assert (blob.sha256 is not None) == in_lfs
    assert blob.etag == (blob.sha256 or blob.oid)


def test_a_large_file_is_committed_as_its_pointer(tmp_path: Path) -> None:
    write(tmp_path / "model", {"weights.bin": bytes(LFS_THRESHOLD)})
    commit = commit_of(tmp_path / "model")
    blob = commit.blobs["weights.bin"]
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{blob.sha256}\nsize {LFS_THRESHOLD}\n"
    assert blob.pointer_size == len(pointer)
    write(tmp_path / "pointers", {"weights.bin": pointer.encode()})
    assert commit.id == git_commit(tmp_path / "pointers")


def test_children_are_those_of_the_folder(repo: Repository) -> None:
    commit = repo.commit()
    assert commit.children("", recursive=False) == ["config.json", "nested"]
    assert commit.children("nested", recursive=True) == ["nested/deep", "nested/deep/weights.bin"]
    with pytest.raises(KeyError):
        commit.children("config.json", recursive=False)


def test_a_changed_file_changes_the_commit_and_nothing_else_is_hashed_again(repo: Repository) -> None:
    before = repo.commit()
    assert repo.commit() == before
    (repo.folder / "config.json").write_bytes(b"[]")
    after = repo.commit()
    assert after.id != before.id
    weights = "nested/deep/weights.bin"
    assert after.blobs[weights] is before.blobs[weights]
    (repo.folder / "config.json").write_bytes(b"{}")
    assert repo.commit().id == before.id


def test_a_file_that_changed_after_it_was_listed_is_not_served(repo: Repository) -> None:
    blob = repo.commit().blobs["config.json"]
    with repo.open(blob) as stream:
        assert stream.read() == b"{}"
    (repo.folder / "config.json").write_bytes(b"[1]")
    with pytest.raises(ChangedError, match="changed after it was listed"):
        repo.open(blob)
    (repo.folder / "config.json").unlink()
    with pytest.raises(ChangedError, match="cannot be opened any more"):
        repo.open(blob)


@pytest.mark.parametrize(
    "name", ["..", "org/..", "../name", "org/name/deep", ".git", "", "/etc", "org/", "a--b", "a..b"]
)
def test_only_ids_of_the_hub_name_a_folder(repo: Repository, name: str) -> None:
    assert repository.find(repo.root, name) is None


def test_an_organization_is_no_model(repo: Repository) -> None:
    assert repository.find(repo.root, "org/missing") is None
    assert repository.find(repo.root, "org") is None
    write(repo.root, {"legacy/config.json": b"{}"})
    assert repository.find(repo.root, "legacy") is not None


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_lead_nowhere_outside_the_root(repo: Repository, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(outside, {"secret": b"secret", ".gitattributes": b"*.json filter=lfs"})
    (repo.folder / "link").symlink_to(outside / "secret")
    (repo.folder / "folder").symlink_to(outside)
    (repo.folder / "dangling").symlink_to(outside / "missing")
    (repo.folder / "inside").symlink_to(repo.folder / "config.json")
    (repo.root / "org" / "escape").symlink_to(outside)
    assert sorted(repo.commit().blobs) == ["config.json", "inside", "nested/deep/weights.bin"]
    assert repository.find(repo.root, "org/escape") is None
    listed = repo.commit().blobs["config.json"]
    (repo.folder / "config.json").unlink()
    (repo.folder / "config.json").symlink_to(outside / "secret")
    with pytest.raises(ChangedError, match="leads out"):
        repo.open(listed)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_not_utf8_is_an_error_that_says_so(repo: Repository) -> None:
    (repo.folder / os.fsdecode(b"bad\xff")).write_bytes(b"")
    with pytest.raises(SourceError, match="not UTF-8"):
        repo.commit()


def test_a_folder_that_cannot_be_read_is_an_error_that_says_so(repo: Repository) -> None:
    (repo.folder / ".gitattributes").mkdir()
    with pytest.raises(SourceError, match="org/name cannot be read: "):
        repo.commit()


def test_a_subfolder_that_cannot_be_read_is_not_left_out(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("deep"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(SourceError, match="org/name cannot be read: Permission denied"):
        repo.commit()


def test_a_file_written_to_while_it_is_hashed_is_not_listed(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    digests = repository._digests

    def slow(*arguments: object, **keywords: object) -> object:
        with (repo.folder / "config.json").open("ab") as stream:
            stream.write(b" ")
        return digests(*arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(repository, "_digests", slow)
    with pytest.raises(ChangedError, match="written to while it was hashed"):
        repo.commit()


def test_gits_own_folder_is_left_out(repo: Repository) -> None:
    before = repo.commit().id
    write(repo.folder, {".git/HEAD": b"ref: refs/heads/main"})
    assert repo.commit().id == before
