"""A project with a `models.lock`, and policies that demand one, from the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.builders.hub import Hub
from tests.sources.conftest import lay_out
from tests.workflows.conftest import hub, hub_cache, models
from verifier import require
from verifier.cli import main
from verifier.store import lock as store

__all__ = ["hub", "hub_cache", "models"]

POLICY = 'version = 1\nextends = "default"\n[integrity]\nlock = "required"\n'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: Path, hub: Hub) -> Path:
    """The working folder, whose policy demands a lock, beside a hub."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "verify.toml").write_text(POLICY)
    monkeypatch.chdir(folder)
    return folder


def test_what_must_be_pinned_is_refused_until_it_is(
    hub_cache: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["org/adapter", "-q"]) == 1
    assert main(["fetch", "org/adapter", "-q"]) == 1
    assert "models.lock does not pin it" in capsys.readouterr().out
    assert main(["add", "org/adapter", "-q"]) == 0
    assert main(["org/adapter", "-q"]) == 0
    assert main(["org/adapter", "-q", "--offline"]) == 0
    assert main(["org/adapter", "-q", "--isolated", "--policy", "verify.toml"]) == 1
    assert require("org/adapter", project / "verify.toml").is_dir()
    for path in sorted(hub_cache.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    assert main(["sync", "--policy", "verify.toml", "-q"]) == 0
    assert main(["fetch", "org/sound", "-q"]) == 0


def test_an_audit_knows_the_lock_too(hub_cache: Path, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add", "org/sound", "-q"]) == 0
    commit = store.read(project / "models.lock").models["org/sound"].commit
    (project / "a.py").write_text(f'AutoModel.from_pretrained("org/sound", revision="{commit}")\n')
    assert main(["audit", "a.py", "-q"]) == 0
    (project / "models.lock").rename(project / "other.lock")
    assert main(["audit", "a.py", "-q"]) != 0
    assert main(["audit", "a.py", "-q", "--lock", "other.lock"]) == 0


def test_locking_alone_is_enough_and_updating_goes_on(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lock", "add", "org/sound", "-q"]) == 0
    assert main(["org/sound", "-q"]) == 0
    lay_out(models / "org" / "sound", {"LICENSE": b"MIT"})
    assert main(["org/sound", "-o", "html=changed.html"]) == 1
    assert "pins it at another commit" in capsys.readouterr().out
    changes = re.findall(
        r"<code>(.*?)</code></td><td data-name=\"change\">(.*?)</td>", Path("changed.html").read_text()
    )
    assert ("LICENSE", "added") in changes
    assert "model.safetensors" not in dict(changes)
    assert main(["lock", "update", "--allow-rollback", "--policy", "verify.toml", "-q"]) == 0
    assert main(["org/sound", "-q"]) == 0


def test_a_lock_that_promises_other_bytes_is_contradicted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "verify.toml").unlink()
    assert main(["lock", "add", "org/sound", "-q"]) == 0
    lock = project / "models.lock"
    before = lock.read_text()
    at = before.index('"model.safetensors" = { sha256 = "') + len('"model.safetensors" = { sha256 = "')
    lock.write_text(f"{before[:at]}{'0' * 64}{before[at + 64 :]}")
    assert main(["org/sound"]) == 1
    assert "digest-mismatch" in capsys.readouterr().out
