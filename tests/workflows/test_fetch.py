from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import huggingface_hub
import pytest
from huggingface_hub import constants

from tests.builders.hub import Hub, Lie
from tests.builders.models import poisoned_checkpoint
from tests.builders.opcodes import call, pickled
from tests.builders.safetensors import safetensors_bytes, tensor
from tests.builders.torches import torch_zip
from tests.sources.conftest import lay_out
from tests.workflows.conftest import CARD, CONFIG, SOUND, large
from verifier import verify_model
from verifier.errors import RefusedError, SourceError, UsageError
from verifier.records import Stage
from verifier.store.lock import Lock
from verifier.workflows import fetch as module
from verifier.workflows import locking
from verifier.workflows.fetch import fetch
from verifier.workflows.refusal import NotAcceptedError

BLOBS = "*/blobs/*"


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def nothing_published(cache: Path) -> bool:
    return not [*cache.glob("models--*/snapshots/*"), *cache.glob("models--*/blobs/*"), *cache.glob("models--*/refs/*")]


def test_a_model_lies_in_the_cache_where_the_hubs_client_finds_it_offline(models: Path, hub: Hub) -> None:
    fetched = fetch("org/sound")
    assert (fetched.verdict.outcome, fetched.verdict.stage) == ("accepted", Stage.CONFIRMED)
    assert contents(fetched.folder) == SOUND
    assert huggingface_hub.snapshot_download("org/sound", local_files_only=True) == str(fetched.folder)
    path = huggingface_hub.hf_hub_download("org/sound", "config.json", local_files_only=True)
    assert Path(path).read_bytes() == CONFIG
    assert huggingface_hub.scan_cache_dir().warnings == []


def test_what_a_model_loads_comes_with_it(models: Path, hub: Hub) -> None:
    fetched = fetch("org/adapter")
    assert [one.stage for one in fetched.verdict.dependencies] == [Stage.CONFIRMED]
    assert huggingface_hub.snapshot_download("org/sound", local_files_only=True)


def test_a_folder_of_its_own(models: Path, hub: Hub, hub_cache: Path, tmp_path: Path) -> None:
    lay_out(models / "org" / "sound", {"deep/er/config.json": CONFIG})
    to = tmp_path / "here"
    to.mkdir()
    fetched = fetch("org/sound", to=to)
    assert fetched.folder == to
    assert contents(to) == {**SOUND, "deep/er/config.json": CONFIG}
    assert to.stat().st_mode & 0o777 == (tmp_path / "models").stat().st_mode & 0o777
    assert nothing_published(hub_cache)
    assert not list(tmp_path.glob(".here*"))
    with pytest.raises(UsageError, match="not an empty folder"):
        fetch("org/sound", to=to)


def test_a_second_fetch_asks_for_no_file_again(models: Path, hub: Hub) -> None:
    fetch("org/sound")
    hub.truth()
    fetch("org/sound")
    whole = [seen for seen in hub.seen("*", "GET") if seen.range is None and "/api/" not in seen.path]
    assert whole == []


def test_a_damaged_blob_of_the_cache_is_replaced(models: Path, hub: Hub, hub_cache: Path) -> None:
    folder = fetch("org/sound").folder
    (folder / "config.json").resolve().write_bytes(CONFIG[:-1] + b" ")
    (folder / "model.safetensors").resolve().write_bytes(b"short")
    assert contents(fetch("org/sound").folder) == SOUND


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.bin"])
def test_a_pickled_twin_is_left_out_with_its_index(models: Path, hub: Hub, name: str) -> None:
    index = json.dumps({"metadata": {}, "weight_map": {"layer.0.weight": name}}).encode()
    lay_out(models / "org" / "sound", {name: torch_zip(), f"{name}.index.json": index})
    fetched = fetch("org/sound")
    assert fetched.left_out == (name, f"{name}.index.json")
    assert contents(fetched.folder) == SOUND


def test_a_poisoned_twin_stops_the_model_although_it_would_be_left_out(models: Path, hub: Hub, hub_cache: Path) -> None:
    lay_out(models / "org" / "sound", {"pytorch_model.bin": poisoned_checkpoint()})
    with pytest.raises(NotAcceptedError) as caught:
        fetch("org/sound")
    assert caught.value.verdict.outcome == "rejected"
    assert hub.seen(BLOBS, "GET") == [seen for seen in hub.seen(BLOBS, "GET") if seen.range]
    assert nothing_published(hub_cache)


def test_only_formats_the_policy_allows_are_fetched(models: Path, hub: Hub) -> None:
    lay_out(models / "org" / "sound", {"onnx/model.bin": torch_zip(), "blob": b"\1\2\3\4 unheard of"})
    commit = verify_model("org/sound").dossier.snapshot.commit
    fetched = fetch(f"org/sound@{commit}", "strict")
    assert fetched.left_out == ("blob", "onnx/model.bin")
    assert contents(fetched.folder) == SOUND
    with pytest.raises(NotAcceptedError):
        fetch("org/sound", "strict")


def test_what_lies_over_ranges_is_caught_by_the_bytes(models: Path, hub: Hub, hub_cache: Path) -> None:
    """The hub lists the digest of a poisoned file and answers ranges with a sound one of the same size."""
    size = 1 << 20
    sound = safetensors_bytes({"a": tensor("U8", (size,), (0, size))}, bytes(size))
    other = sound[: size // 2] + b"\1" + sound[size // 2 + 1 :]
    lay_out(models / "org" / "sound", {"model.safetensors": other})
    broken = b"\xff" * 8 + other[8:]
    lay_out(models / "org" / "broken", {**SOUND, "model.safetensors": broken})
    hub.tell(Lie("/org/broken/blobs/*", ("GET",), ranged=True, body=lambda body: sound[:8] + body[8:]))
    with pytest.raises(RefusedError, match=r"other bytes for its parts|is rejected|is undecided"):
        fetch("org/broken")
    assert nothing_published(hub_cache)


def test_sound_bytes_over_ranges_and_other_sound_bytes_in_the_download(models: Path, hub: Hub, hub_cache: Path) -> None:
    large(models)

    def renamed(body: bytes) -> bytes:
        return body.replace(b"layer.weight", b"other.weight")

    hub.tell(Lie("/org/large/blobs/*", ("GET",), ranged=True, body=renamed))
    with pytest.raises(RefusedError, match="other bytes for its parts than for the whole"):
        fetch("org/large")
    assert nothing_published(hub_cache)


@pytest.mark.parametrize("path", [BLOBS, "/org/sound/resolve/*/README.md"])
def test_other_bytes_in_the_download_than_promised_are_refused(
    models: Path, hub: Hub, hub_cache: Path, path: str
) -> None:
    hub.tell(Lie.tampered(path, ranged=False))
    with pytest.raises(RefusedError, match="is refused: its"):
        fetch("org/sound")
    assert nothing_published(hub_cache)


def test_the_lock_counts_at_its_commit(models: Path, hub: Hub, hub_cache: Path) -> None:
    lock = Lock(locking.entries(verify_model("org/sound"), "org/sound"))
    assert fetch("org/sound", lock=lock).verdict.outcome == "accepted"
    entry = lock.models["org/sound"]
    lying = {**entry.files, "config.json": entry.files["README.md"]}
    other = Lock({"org/sound": replace(entry, files=lying)})
    with pytest.raises(NotAcceptedError, match="not those the lock promises"):
        fetch("org/sound", lock=other)
    assert fetch("org/sound", lock=Lock({"org/sound": replace(entry, commit="0" * 40, files=lying)}))


WEIGHTS = "/org/large/blobs/*"


def broken_off(hub: Hub, size: int) -> None:
    """Makes the hub give so many bytes of the download, and nothing more once it is asked to go on."""
    verify_model("org/large")
    asked = len(hub.seen(WEIGHTS))
    hub.truth()
    hub.tell(Lie(WEIGHTS, ("GET",), ranged=False, cut=size), Lie(WEIGHTS, ranged=True, after=asked, status=404))


def test_a_broken_download_goes_on_where_it_stopped(
    models: Path, hub: Hub, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1 << 16)
    truth = large(models)
    half = 1 << 20
    broken_off(hub, half)
    with pytest.raises(SourceError, match="nothing at that address"):
        fetch("org/large")
    assert nothing_published(hub_cache)
    hub.truth()
    assert contents(fetch("org/large").folder) == contents(truth)
    rest = (truth / "model.safetensors").stat().st_size - half
    assert [seen.sent for seen in hub.seen("/org/large/blobs/*") if seen.range == f"bytes={half}-"] == [rest]


def test_a_damaged_beginning_is_fetched_anew(
    models: Path, hub: Hub, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    truth = large(models)
    broken_off(hub, 1000)
    with pytest.raises(SourceError):
        fetch("org/large")
    (partial,) = [file for file in hub_cache.rglob("partial/*") if file.stat().st_size == 1000]
    partial.write_bytes(bytes(1000))
    hub.truth()
    assert contents(fetch("org/large").folder) == contents(truth)


def test_a_hub_that_changes_underfoot_leaves_nothing(models: Path, hub: Hub, hub_cache: Path) -> None:
    folder = models / "org" / "sound"
    hub.tell(Lie.branch_moves(lambda: (folder / "config.json").write_bytes(b"{}"), path=BLOBS, after=1))
    with pytest.raises(SourceError):
        fetch("org/sound")
    assert nothing_published(hub_cache)


def test_a_full_disk_leaves_nothing_and_is_said(
    models: Path, hub: Hub, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        free = 10

    usage = shutil.disk_usage
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Full)
    with pytest.raises(SourceError, match="the disk has room for 10"):
        fetch("org/sound")
    monkeypatch.setattr(shutil, "disk_usage", usage)

    def full(descriptor: int) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SourceError, match="No space left on device"):
        fetch("org/sound")
    assert nothing_published(hub_cache)


def test_a_cache_that_cannot_be_written_is_said(models: Path, hub: Hub, hub_cache: Path) -> None:
    hub_cache.write_bytes(b"a file")
    with pytest.raises(SourceError, match="cannot be written"):
        fetch("org/sound")


def test_two_at_once_both_succeed(models: Path, hub: Hub, tmp_path: Path) -> None:
    truth = large(models)
    environment = {**os.environ, **hub.environment(tmp_path / "home")}
    command = [sys.executable, "-m", "verifier", "fetch", "org/large", "-q"]
    both = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)
    ]
    told = [process.communicate(timeout=200) for process in both]
    assert [process.returncode for process in both] == [0, 0, 0], told
    (snapshot,) = (tmp_path / "home").glob("hub/models--org--large/snapshots/*")
    assert contents(snapshot) == contents(truth)


def test_files_of_the_same_commit_that_were_not_verified_are_not_joined(
    models: Path, hub: Hub, hub_cache: Path
) -> None:
    lay_out(models / "org" / "sound", {"pytorch_model.bin": torch_zip()})
    huggingface_hub.snapshot_download("org/sound", allow_patterns=["pytorch_model.bin", "config.json"])
    with pytest.raises(RefusedError, match=r"holds pytorch_model.bin, which is not among the files"):
        fetch("org/sound")


def test_a_snapshot_the_client_began_is_completed(models: Path, hub: Hub) -> None:
    huggingface_hub.hf_hub_download("org/sound", "config.json")
    assert contents(fetch("org/sound").folder) == SOUND


def test_undecided_for_want_of_bytes_is_decided_by_them(
    models: Path, hub: Hub, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = {"README.md": CARD, "model.pkl": pickled(b"(" + b"".join(b"X\1\0\0\0a" for _ in range(9)) + b"l")}
    lay_out(models / "org" / "pickle", weights)
    monkeypatch.setattr(module, "FETCHED", 30)
    with pytest.raises(NotAcceptedError):
        fetch("org/pickle", max_bytes=10)
    assert contents(fetch("org/pickle").folder) == weights
    lay_out(models / "org" / "pickle", {"model.pkl": pickled(call("os", "system", "x" * 60))})
    with pytest.raises(NotAcceptedError) as caught:
        fetch("org/pickle")
    assert (caught.value.verdict.outcome, caught.value.verdict.stage) == ("rejected", Stage.CONFIRMED)
    assert not list(hub_cache.glob(".locks/.model-verify/*/files/*"))


def test_only_models_of_a_hub_online_are_fetched(
    models: Path, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="no model of a hub"):
        fetch(str(models / "org" / "sound"))
    fetch("org/sound")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(SourceError, match="nothing is fetched while HF_HUB_OFFLINE is set"):
        fetch("org/sound")


def test_progress_adds_up(models: Path, hub: Hub) -> None:
    seen: list[tuple[str, int, int]] = []
    fetch("org/sound", progress=lambda *step: seen.append(step))
    assert max(done for _, done, _ in seen) == sum(map(len, SOUND.values()))
