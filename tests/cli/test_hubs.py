"""What the program says of a hub that fails or lies, as its own process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders.hub import Hub, Lie
from tests.builders.safetensors import model_bytes

FILES = {".gitattributes": b"*.safetensors filter=lfs\n", "config.json": b'{"hidden_size": 8}'}
LISTING = "/api/models/org/name/tree/*"
CONTENT = "*/blobs/*"
NOWHERE = "http://127.0.0.1:9"


def verify(hub: Hub, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, **hub.environment(home), "HF_HUB_DOWNLOAD_TIMEOUT": "1", **environment}
    command = [sys.executable, "-m", "verifier", "org/name"]
    return subprocess.run(command, env=variables, capture_output=True, encoding="utf-8", timeout=120, check=False)


def serve(root: Path) -> Hub:
    folder = root / "hub" / "org" / "name"
    folder.mkdir(parents=True)
    for name, content in {**FILES, "model.safetensors": model_bytes(3)}.items():
        (folder / name).write_bytes(content)
    return Hub(root / "hub")


@pytest.mark.parametrize(
    ("lie", "environment", "code", "said"),
    [
        (None, {}, 0, "accepted org/name@"),
        (None, {"HF_ENDPOINT": NOWHERE}, 3, "Error: org/name: 127.0.0.1:9 cannot be reached."),
        (None, {"HF_HUB_OFFLINE": "1"}, 3, "Error: org/name is not in the hub cache"),
        (Lie.dying(LISTING, 10), {}, 3, "broke the connection off."),
        (Lie.truncated(LISTING, 10), {}, 3, "the server does not answer as a hub does."),
        (Lie.stalling(LISTING, 30), {}, 3, "stopped answering."),
        (Lie.refused(LISTING, 401), {}, 3, "a login is needed"),
        (Lie.rate_limited(LISTING, retry_after=300), {}, 3, "too many requests. Try again in 300 seconds"),
        (Lie.dying(CONTENT, 10), {}, 3, "broke the connection off."),
        (Lie.truncated(CONTENT, 10), {}, 3, "the server sent 10 of"),
        (Lie.stalling(CONTENT, 30, size=10), {}, 3, "stopped answering."),
        (Lie.refused(CONTENT, 404), {}, 3, "there is nothing at that address"),
        (Lie.tampered(CONTENT), {}, 1, "The bytes are not those the hub promises"),
        (Lie.tampered("*/config.json"), {}, 1, "The bytes are not those the hub promises"),
        (Lie.other_headers("*/config.json", x_repo_commit="f" * 40), {}, 3, "it is served from commit fff"),
    ],
)
def test_no_hub_is_believed_and_each_failure_is_told(
    tmp_path: Path, lie: Lie | None, environment: dict[str, str], code: int, said: str
) -> None:
    with serve(tmp_path) as hub:
        hub.tell(*([lie] if lie else []))
        done = verify(hub, tmp_path / "home", **environment)
    assert done.returncode == code, done.stdout + done.stderr
    assert said in " ".join((done.stdout + done.stderr).split())
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 1


def test_a_hub_that_is_killed_leaves_no_verdict(tmp_path: Path) -> None:
    with serve(tmp_path) as hub:
        variables = {"HF_ENDPOINT": hub.url}
    done = verify(hub, tmp_path / "home", **variables)
    assert done.returncode == 3
    assert "cannot be reached." in done.stderr
