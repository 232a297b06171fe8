from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import verifier
from tests.builders.hub import Hub, Lie
from tests.builders.torches import torch_zip
from tests.sources.conftest import lay_out
from tests.workflows.conftest import SOUND
from tests.workflows.test_fetch import contents
from verifier.errors import PolicyError, RefusedError, SourceError, UsageError
from verifier.store import lock as store
from verifier.store.lock import Lock
from verifier.workflows.refusal import NotAcceptedError
from verifier.workflows.sync import add


@pytest.fixture(autouse=True)
def project(models: Path, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with `org/adapter` fetched and locked; the hub does not answer any more."""
    folder = tmp_path / "project"
    (folder / "deeper").mkdir(parents=True)
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder / "deeper")
    add("org/adapter", "default", folder / "models.lock")
    hub.tell(Lie(status=500))
    hub.requests.clear()
    return folder


def test_the_path_of_files_that_were_just_checked(project: Path, hub: Hub) -> None:
    path = verifier.require("org/sound")
    assert contents(path) == SOUND
    lock = store.read(project / "models.lock")
    commit = lock.models["org/sound"].commit
    assert verifier.require(f"org/sound@{commit}", "strict", lock=project / "models.lock").name == commit
    assert hub.requests == []


@pytest.mark.parametrize("reference", ["org/adapter", "org/sound"])
def test_a_file_that_was_changed_since_is_caught_in_what_a_model_loads_too(reference: str) -> None:
    file = verifier.require("org/sound") / "model.safetensors"
    content = file.read_bytes()
    file.resolve().write_bytes(content[:-1] + b"\1")
    with pytest.raises(NotAcceptedError, match="The bytes are not those the lock promises") as caught:
        verifier.require(reference, "permissive")
    assert caught.value.exit_code == 1
    file.resolve().write_bytes(content[:-1])
    with pytest.raises(RefusedError, match=r"is not what is locked|is undecided"):
        verifier.require(reference, "permissive")


def test_a_file_that_is_not_locked_is_caught(project: Path) -> None:
    path = verifier.require("org/sound")
    lay_out(path, {"pytorch_model.bin": torch_zip()})
    with pytest.raises(RefusedError, match=r"pytorch_model.bin is not in the lock"):
        verifier.require("org/sound")


def test_what_is_not_here_is_said(project: Path) -> None:
    path = verifier.require("org/sound")
    (path / "config.json").unlink()
    with pytest.raises(SourceError, match=r"config.json is missing. Run `verify sync`"):
        verifier.require("org/sound")
    for file in path.iterdir():
        file.unlink()
    with pytest.raises(SourceError, match="is not on this machine"):
        verifier.require("org/sound")


def test_what_was_not_asked_for_rightly_is_said(project: Path) -> None:
    with pytest.raises(UsageError, match="The lock has no model org/other"):
        verifier.require("org/other")
    with pytest.raises(UsageError, match="no model of a hub"):
        verifier.require(str(project))
    with pytest.raises(RefusedError, match="is locked at another commit"):
        verifier.require(f"org/sound@{'0' * 40}")
    with pytest.raises(PolicyError):
        verifier.require("org/sound", "none.toml")


def test_the_policy_named_decides_now(project: Path) -> None:
    ours = project / "ours.toml"
    ours.write_text('version = 1\n[formats]\ndeny = ["safetensors"]\n')
    with pytest.raises(NotAcceptedError, match="forbids safetensors"):
        verifier.require("org/sound", ours)


def test_a_lock_that_forgot_what_a_model_loads_is_no_lock_of_it(project: Path) -> None:
    lock = store.read(project / "models.lock")
    path = project / "other.lock"
    path.write_text(store.render(Lock({"org/adapter": replace(lock.models["org/adapter"], loads=())})))
    with pytest.raises(NotAcceptedError, match="is not in the lock"):
        verifier.require("org/adapter", lock=path)
