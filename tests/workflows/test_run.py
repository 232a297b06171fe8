from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from tests.builders.hub import Hub
from tests.workflows.conftest import SOUND
from tests.workflows.test_fetch import contents
from verifier.errors import SourceError, UsageError
from verifier.store import lock as store
from verifier.store.lock import Lock
from verifier.workflows import run
from verifier.workflows.refusal import NotAcceptedError
from verifier.workflows.require import folder
from verifier.workflows.sync import add


@pytest.fixture
def lock(models: Path, hub: Hub, tmp_path: Path) -> Lock:
    """A lock of `org/adapter` and `org/sound`, which are in the cache."""
    add("org/adapter", "default", tmp_path / "models.lock")
    return store.read(tmp_path / "models.lock")


def test_a_private_cache_holds_the_locked_models_and_nothing_else(lock: Lock, hub_cache: Path) -> None:
    sound = lock.models["org/sound"]
    with run.private_folder() as place:
        run.private_cache(place, lock, "default")
        assert contents(folder(sound, place)) == SOUND
        assert {path.name for path in place.iterdir()} == {"models--org--adapter", "models--org--sound"}
        assert (place / "models--org--sound" / "refs" / "main").read_text() == sound.commit
        assert folder(sound, place).stat().st_mode & 0o222 == 0
    assert not place.exists()
    assert contents(folder(sound)) == SOUND


def test_what_was_read_is_told(lock: Lock) -> None:
    sound = lock.models["org/sound"]
    with run.private_folder() as place:
        run.private_cache(place, lock, "default")
        assert run.was_read(sound, place) == []
        (folder(sound, place) / "config.json").read_bytes()
        assert run.was_read(sound, place) == ["config.json"]


def test_a_tampered_cache_is_caught(lock: Lock) -> None:
    file = folder(lock.models["org/sound"]) / "model.safetensors"
    file.resolve().write_bytes(SOUND["model.safetensors"][:-1] + b"\1")
    with run.private_folder() as place, pytest.raises(NotAcceptedError):
        run.private_cache(place, lock, "default")
    file.unlink()
    with run.private_folder() as place, pytest.raises(SourceError, match=r"model.safetensors is missing"):
        run.private_cache(place, lock, "default")


def test_places_that_cannot_be_written_are_said(lock: Lock, hub_cache: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SourceError, match="cannot be written"):
        run.private_cache(tmp_path / "file", lock, "default")
    machinery = hub_cache / ".locks" / ".model-verify"
    for path in machinery.iterdir():
        path.unlink()
    machinery.rmdir()
    machinery.write_text("x")
    with pytest.raises(SourceError, match="cannot be written"), run.private_folder():
        pass


def test_a_program_has_no_other_way_to_the_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    foreign = {"HF_TOKEN", "SENTENCE_TRANSFORMERS_HOME", "PYTORCH_TRANSFORMERS_CACHE", "TRANSFORMERS_OFFLINE"}
    for name in (*foreign, "HF_HUB_OFFLINE", "HF_MODULES_CACHE"):
        monkeypatch.setenv(name, "1")
    offline, served = run.environment(tmp_path, None), run.environment(tmp_path, "http://127.0.0.1:1")
    assert offline["HF_HUB_OFFLINE"] == "1"
    assert "HF_ENDPOINT" not in offline
    assert served["HF_ENDPOINT"] == "http://127.0.0.1:1"
    assert "HF_HUB_OFFLINE" not in served
    for variables in (offline, served):
        assert variables["HF_HUB_CACHE"] == str(tmp_path)
        assert variables["HF_MODULES_CACHE"] == str(tmp_path.with_name("modules"))
        assert not foreign & set(variables)


@pytest.mark.parametrize(("before", "after"), [("", "127.0.0.1"), ("example.org", "example.org,127.0.0.1"), ("*", "*")])
def test_no_proxy_stands_before_the_gateway(
    before: str, after: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", before)
    served = run.environment(tmp_path, "http://127.0.0.1:1")
    assert (served["NO_PROXY"], served["no_proxy"]) == (after, after)


@pytest.mark.parametrize(("code", "program"), [(0, "pass"), (7, "raise SystemExit(7)")])
def test_the_programs_exit_code_is_told(code: int, program: str) -> None:
    assert run.program([sys.executable, "-c", program], os.environ) == code


def test_a_program_that_is_ended_by_a_signal_or_was_never_there() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGTERM)).start()
    assert run.program([sys.executable, "-c", "import time; time.sleep(60)"], os.environ) == 128 + signal.SIGTERM
    assert before == (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))
    with pytest.raises(UsageError, match="no-such-program cannot be started"):
        run.program(["no-such-program"], os.environ)
