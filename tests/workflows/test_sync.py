from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import huggingface_hub
import pytest

from tests.builders.hub import Hub, Lie
from tests.sources.conftest import lay_out
from tests.workflows.conftest import CARD, SOUND
from tests.workflows.test_fetch import contents, nothing_published
from verifier.errors import RefusedError, SourceError, UsageError
from verifier.records import Stage
from verifier.store import lock as store
from verifier.store.lock import Lock, LockedModel
from verifier.workflows import sync as module
from verifier.workflows.refusal import NotAcceptedError
from verifier.workflows.require import folder
from verifier.workflows.sync import add, sync


def synced(lock: Lock) -> dict[str, str]:
    states: dict[str, str] = {}

    def told(model: LockedModel, state: str) -> None:
        states[model.id] = state

    sync(lock, list(lock.models.values()), lambda _: "default", told=told)
    return states


def forget(cache: Path) -> None:
    for path in sorted(cache.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def test_adding_fetches_and_locks_what_was_seen(models: Path, hub: Hub, tmp_path: Path) -> None:
    path = tmp_path / "models.lock"
    fetched, added = add("org/adapter", "default", path, revision="main")
    lock = store.read(path)
    assert lock.models == added
    assert lock.models["org/adapter"].reference == "org/adapter@main"
    assert {model.stage for model in lock.models.values()} == {Stage.CONFIRMED}
    assert contents(fetched.folder) == {
        file.name: file.read_bytes() for file in (models / "org" / "adapter").iterdir() if file.is_file()
    }
    assert synced(lock) == {"org/adapter": "present", "org/sound": "present"}


def test_what_is_not_accepted_is_neither_fetched_nor_locked(
    models: Path, hub: Hub, hub_cache: Path, tmp_path: Path
) -> None:
    lay_out(models / "org" / "sound", {"model.safetensors": SOUND["model.safetensors"] + b"more"})
    with pytest.raises(NotAcceptedError):
        add("org/sound", "default", tmp_path / "models.lock")
    assert not (tmp_path / "models.lock").exists()
    assert nothing_published(hub_cache)
    (tmp_path / "models.lock").write_text("version = 1\nrevision = 99\n")
    with pytest.raises(UsageError, match="additions would be lost"):
        add("org/sound", "default", tmp_path / "models.lock")


def test_a_fresh_machine_gets_exactly_what_is_locked(models: Path, hub: Hub, hub_cache: Path, tmp_path: Path) -> None:
    add("org/adapter", "default", tmp_path / "models.lock")
    lock = store.read(tmp_path / "models.lock")
    forget(hub_cache)
    entry = lock.models["org/sound"]
    fewer = replace(entry, files={path: file for path, file in entry.files.items() if path != "README.md"})
    assert synced(Lock({**lock.models, "org/sound": fewer})) == {"org/adapter": "fetched", "org/sound": "present"}
    assert set(contents(folder(entry))) == set(fewer.files)
    assert huggingface_hub.snapshot_download("org/adapter", local_files_only=True)
    assert huggingface_hub.snapshot_download("org/sound", local_files_only=True) == str(folder(entry))
    hub.truth()
    hub.tell(Lie(status=500))
    (folder(entry).parents[1] / "refs" / "main").unlink()
    assert set(synced(Lock({**lock.models, "org/sound": fewer})).values()) == {"present"}
    assert hub.requests == []
    assert huggingface_hub.snapshot_download("org/sound", local_files_only=True) == str(folder(entry))


def test_what_is_damaged_here_is_fetched_again(models: Path, hub: Hub, tmp_path: Path) -> None:
    fetched, _ = add("org/sound", "default", tmp_path / "models.lock")
    (fetched.folder / "config.json").resolve().write_bytes(b"{}")
    (fetched.folder / "README.md").unlink()
    assert synced(store.read(tmp_path / "models.lock")) == {"org/sound": "fetched"}
    assert contents(fetched.folder) == SOUND


def test_a_hub_without_what_is_locked_is_refused(models: Path, hub: Hub, hub_cache: Path, tmp_path: Path) -> None:
    add("org/adapter", "default", tmp_path / "models.lock")
    lock = store.read(tmp_path / "models.lock")
    forget(hub_cache)
    entry = lock.models["org/sound"]
    more = replace(entry, files={**entry.files, "gone.txt": entry.files["README.md"]})
    with pytest.raises(RefusedError, match=r"has no gone.txt, which is locked"):
        synced(Lock({**lock.models, "org/sound": more}))
    with pytest.raises(NotAcceptedError, match="is not in the lock"):
        synced(Lock({"org/adapter": lock.models["org/adapter"]}))
    (models / "org" / "sound" / "README.md").write_bytes(CARD + b"More.\n")
    with pytest.raises(SourceError, match="no such revision"):
        synced(Lock({"org/sound": entry}))
    assert nothing_published(hub_cache)


def test_a_revision_that_was_asked_for_is_found_offline(
    models: Path, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched, added = add("org/sound", "default", tmp_path / "models.lock")
    commit = added["org/sound"].commit
    pinned = {"org/sound": replace(added["org/sound"], reference=f"org/sound@{commit}")}
    assert synced(Lock(pinned)) == {"org/sound": "present"}
    branch = {"org/sound": replace(added["org/sound"], reference="org/sound@v1")}
    assert synced(Lock(branch)) == {"org/sound": "present"}
    assert (fetched.folder.parents[1] / "refs" / "v1").read_text() == commit

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "name_commit", full)
    with pytest.raises(SourceError, match="cannot be written: No space"):
        synced(Lock({"org/sound": replace(added["org/sound"], reference="org/sound@v2")}))


def test_a_lock_changed_by_hand_is_refused(models: Path, hub: Hub, hub_cache: Path, tmp_path: Path) -> None:
    _, added = add("org/sound", "default", tmp_path / "models.lock")
    sound = added["org/sound"]
    file = sound.files["config.json"]
    other = replace(sound, files={**sound.files, "config.json": replace(file, size=file.size + 1)})
    with pytest.raises(RefusedError, match=rf"lists {file.size} bytes, and the lock promises {file.size + 1}"):
        synced(Lock({"org/sound": other}))
    outside = replace(sound, reference=f"org/sound@../../{tmp_path.name}")
    with pytest.raises(UsageError, match="no revision"):
        synced(Lock({"org/sound": outside}))
    assert not list(hub_cache.rglob(tmp_path.name))
