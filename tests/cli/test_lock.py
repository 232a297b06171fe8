"""`verify lock` as a person uses it, against a hub on loopback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.builders.hub import Hub
from tests.workflows.conftest import CARD, hub, hub_cache, models
from verifier.cli import main
from verifier.store import lock

__all__ = ["hub", "hub_cache", "models"]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: Path, hub: Hub) -> Path:
    """The working folder, beside a hub."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_adding_locks_the_model_and_what_it_loads_and_again_changes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lock", "add", "org/adapter", "-q"]) == 0
    told = capsys.readouterr().out
    assert "locked org/adapter@" in told
    assert "locked org/sound@" in told
    os.utime(project / "models.lock", (1, 1))
    assert main(["lock", "add", "org/adapter", "-q"]) == 0
    assert (project / "models.lock").stat().st_mtime == 1


def test_what_is_not_accepted_is_reported_and_not_locked(
    project: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (models / "org" / "sound" / "model.safetensors").open("ab") as file:
        file.write(b"more")
    assert main(["lock", "add", "org/sound", "-q"]) == 1
    told = capsys.readouterr()
    assert "rejected" in told.out
    assert "org/sound is rejected: " in told.err
    assert not (project / "models.lock").exists()


def test_checking_tells_good_missing_and_changed_files_apart(
    project: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["lock", "add", "org/sound", "-q"])
    folder = models / "org" / "sound"
    assert main(["lock", "check", "org/sound", "--dir", str(folder)]) == 0
    assert main(["lock", "check"]) == 3
    assert "missing  org/sound@" in capsys.readouterr().out
    (folder / "config.json").write_bytes(b"{}")
    assert main(["lock", "check", "--dir", str(folder)]) == 1
    assert "differs  org/sound@" in (told := capsys.readouterr().out)
    assert "changed  config.json" in told


def test_an_update_shows_what_changed_and_does_not_go_back_silently(
    project: Path, models: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["lock", "add", "org/sound", "-q"])
    first = lock.read(project / "models.lock").models["org/sound"]
    assert main(["lock", "update", "-q"]) == 0
    assert "unchanged" in capsys.readouterr().out
    main(["lock", "add", "org/adapter", "-q", "--lock", "loading.lock"])
    capsys.readouterr()
    assert main(["lock", "update", "org/adapter", "org/sound", "-q", "--lock", "loading.lock"]) == 0
    assert capsys.readouterr().out.count("unchanged") == 2
    card = models / "org" / "sound" / "README.md"
    card.write_bytes(CARD.replace(b"mit", b"apache-2.0"))
    assert main(["lock", "diff", "-q"]) == 0
    told = capsys.readouterr().out
    assert "~ file README.md" in told
    assert "~ claim license: mit -> apache-2.0" in told
    assert lock.read(project / "models.lock").models["org/sound"] == first
    assert main(["lock", "update", "org/sound", "-q"]) == 0
    assert lock.read(project / "models.lock").models["org/sound"].commit != first.commit
    text = (
        (project / "models.lock")
        .read_text()
        .replace(lock.read(project / "models.lock").models["org/sound"].commit, "0" * 40)
    )
    (project / "models.lock").write_text(text)
    assert main(["lock", "update", "-q"]) == 1
    assert "it was taken back" in capsys.readouterr().err
    assert (project / "models.lock").read_text() == text
    assert main(["lock", "update", "-q", "--allow-rollback"]) == 0
    assert (project / "models.lock").read_text() != text


def test_removing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["lock", "add", "org/adapter", "-q"])
    assert main(["lock", "remove", "org/sound"]) == 2
    assert main(["lock", "remove", "org/adapter"]) == 0
    assert "removed org/adapter\nremoved org/sound\n" in capsys.readouterr().out
    assert main(["lock", "check"]) == 2
    assert "Add one with `verify add org/name`" in capsys.readouterr().err


def test_a_folder_belongs_to_one_model(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["lock", "add", "org/adapter", "-q"])
    assert main(["lock", "check", "--dir", "x"]) == 2
    assert "--dir is for one model" in capsys.readouterr().err
    assert main(["lock", "check", "org/adapter", "--dir", "x", "-q", "--lock", "models.lock"]) == 3
