"""`verify fetch` as a person uses it, against a hub on loopback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.builders.hub import Hub, Lie
from tests.builders.torches import torch_zip
from tests.sources.conftest import lay_out
from tests.workflows.conftest import SOUND, hub, hub_cache, models
from verifier.cli import main

__all__ = ["hub", "hub_cache", "models"]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: Path, hub: Hub) -> Path:
    """The working folder, beside a hub."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_it_tells_what_came_and_where_it_is(project: Path, models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay_out(models / "org" / "sound", {"pytorch_model.bin": torch_zip()})
    assert main(["fetch", "org/sound", "--to", "here"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("accepted  org/sound@")
    assert f"4 files, {sum(map(len, SOUND.values()))} bytes\n    in here\n    left out: pytorch_model.bin\n" in told
    assert (project / "here" / "config.json").is_file()
    assert main(["fetch", "org/sound", "-q"]) == 0
    assert "left out" not in capsys.readouterr().out


def test_a_model_that_is_not_accepted_is_reported_and_stays_away(
    project: Path, models: Path, hub_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (models / "org" / "sound" / "model.safetensors").open("ab") as file:
        file.write(b"more")
    assert main(["fetch", "org/sound", "-q"]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("rejected  org/sound@")
    assert told.err.startswith("Error: org/sound is rejected: ")
    assert told.err.endswith(". Nothing was changed.\n")
    assert not list(hub_cache.glob("models--*"))


def test_the_lock_beside_counts(project: Path, hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    main(["lock", "add", "org/sound", "-q"])
    lock = project / "models.lock"
    lines = [
        line if "config.json" not in line else '"config.json" = { sha256 = "' + "0" * 64 + '", size = 54 }'
        for line in lock.read_text().splitlines()
    ]
    lock.write_text("\n".join(lines))
    assert main(["fetch", "org/sound", "-q"]) == 1
    assert "The bytes are not those the lock promises" in capsys.readouterr().err


def test_a_lying_hub_is_told_in_one_sentence(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    hub.tell(Lie.tampered("*/blobs/*", ranged=False))
    assert main(["fetch", "org/sound", "-q"]) == 1
    told = capsys.readouterr().err
    assert "model.safetensors of org/sound is refused: its sha256 is" in told
    assert len(told.splitlines()) == 1


def test_adding_prints_the_line_for_the_code_and_syncing_keeps_to_it(
    project: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["add", "org/adapter", "-q"]) == 0
    told = capsys.readouterr().out
    assert 'load it as from_pretrained("org/adapter", revision="' in told
    assert f"locked in {project / 'models.lock'}, with org/sound\n" in told
    hub.tell(Lie(status=500))
    assert main(["sync", "-q"]) == 0
    assert capsys.readouterr().out.startswith("present  org/adapter@")
    assert main(["sync", "--check"]) == 0
    (file,) = Path(project.parent / "hub-cache").glob("models--org--sound/snapshots/*/config.json")
    file.unlink()
    assert main(["sync", "--check"]) == 3
    assert "missing  config.json" in capsys.readouterr().out
    hub.truth()
    assert main(["sync"]) == 0
    assert "fetched  org/sound@" in capsys.readouterr().out


def test_cleaning_tells_what_went(capsys: pytest.CaptureFixture[str], models: Path) -> None:
    assert main(["clean"]) == 0
    assert capsys.readouterr().out == "nothing to remove\n"
    old = models / "org" / "sound" / "README.md"
    os.utime(old, (1, 1))
    assert main([str(models / "org" / "sound"), "-q", "--no-cache"]) == 0
    capsys.readouterr()
    assert main(["clean"]) == 0
    assert capsys.readouterr().out == "nothing to remove\n"
    assert main([str(models / "org" / "sound"), "-q"]) == 0
    capsys.readouterr()
    assert main(["clean"]) == 0
    assert "digests.sqlite (" in capsys.readouterr().out
