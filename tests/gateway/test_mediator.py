"""What an unmodified client gets through the mediating gateway, and what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import snapshot_download
from huggingface_hub.errors import LocalEntryNotFoundError

from tests.builders.hub import Hub
from tests.sources.conftest import lay_out
from tests.workflows.conftest import SOUND, hub, hub_cache, models
from tests.workflows.test_fetch import contents
from verifier.gateway import serve
from verifier.gateway.denied import DeniedError
from verifier.gateway.mediator import Mediator
from verifier.store import lock as store
from verifier.store.lock import Lock
from verifier.workflows.require import folder
from verifier.workflows.sync import add

__all__ = ["hub", "hub_cache", "models"]


def test_a_client_gets_what_the_policy_accepts_and_is_told_why_it_gets_no_more(
    models: Path, hub: Hub, tmp_path: Path
) -> None:
    lay_out(models / "org" / "rejected", {**SOUND, "model.safetensors": SOUND["model.safetensors"] + b"more"})
    mediator = Mediator(Lock(), "default")
    with serve.serving(mediator) as url:
        got = snapshot_download("org/sound", endpoint=url, cache_dir=tmp_path / "client")
        with pytest.raises(LocalEntryNotFoundError, match="model-verify refuses org/rejected@main"):
            snapshot_download("org/rejected", endpoint=url, cache_dir=tmp_path / "client")
        with pytest.raises(LocalEntryNotFoundError, match="model-verify refuses org/none@main"):
            snapshot_download("org/none", endpoint=url, cache_dir=tmp_path / "client")
    assert contents(Path(got)) == SOUND
    ((identity, commit),) = mediator.served
    assert (identity, commit) == ("org/sound", Path(got).name)
    assert mediator.served[identity, commit].given == set(SOUND)
    assert set(mediator.refused) == {"org/rejected@main", "org/none@main"}


def test_a_locked_model_is_served_at_its_commit_only(models: Path, hub: Hub, tmp_path: Path) -> None:
    add("org/sound", "default", tmp_path / "models.lock")
    lock = store.read(tmp_path / "models.lock")
    commit = lock.models["org/sound"].commit
    lay_out(models / "org" / "sound", {"README.md": b"another\n"})
    mediator = Mediator(lock, "default")
    for revision in ("main", commit, "main"):
        repository, served = mediator("org/sound", revision)
        assert (repository.id, served.id, set(served.blobs)) == ("org/sound", commit, set(SOUND))
    with pytest.raises(DeniedError, match="is locked at another commit than v2"):
        mediator("org/sound", "v2")
    hub.requests.clear()
    with pytest.raises(DeniedError, match="is locked at another commit than v2"):
        mediator("org/sound", "v2")
    assert hub.requests == []


def test_a_locked_model_that_was_changed_here_is_not_served(models: Path, hub: Hub, tmp_path: Path) -> None:
    add("org/sound", "default", tmp_path / "models.lock")
    lock = store.read(tmp_path / "models.lock")
    mediator = Mediator(lock, "default")
    _, served = mediator("org/sound", "main")
    (folder(lock.models["org/sound"]) / "config.json").resolve().write_bytes(b"{}")
    with (
        serve.serving(mediator) as url,
        pytest.raises(LocalEntryNotFoundError, match=r"config.json changed after it was verified"),
    ):
        snapshot_download("org/sound", endpoint=url, cache_dir=tmp_path / "client")
    (folder(lock.models["org/sound"]) / "config.json").unlink()
    with pytest.raises(DeniedError, match=r"config.json changed after it was verified"):
        mediator("org/sound", served.id)
