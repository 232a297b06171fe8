"""A fetch ends at any point, by SIGKILL: nothing unverified is ever at the final place, and the next one goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.builders.hub import Hub, Lie
from tests.workflows.conftest import large

ROOT = Path(__file__).resolve().parents[2]
TRIALS = int(os.environ.get("FETCH_KILLS", "25"))

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="killing needs fork")


def killed(hub: Hub, home: Path, truth: Path, trials: int) -> Any:
    command = [sys.executable, "-m", "tests.builders.killing", "org/large", str(truth), str(trials), "7"]
    environment = {**os.environ, **hub.environment(home), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, env=environment, cwd=home.parent, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nothing_unverified_is_ever_in_place_and_nothing_is_lost(models: Path, hub: Hub, tmp_path: Path) -> None:
    truth = large(models)
    told = killed(hub, tmp_path / "home", truth, TRIALS)
    assert told["wrong"] == []
    assert told["deaths"] > TRIALS // 3
    assert told["finished"] > 0
    assert told["last"] == 0


def test_a_hub_that_lies_leaves_nothing_however_it_ends(models: Path, hub: Hub, tmp_path: Path) -> None:
    truth = large(models)
    hub.tell(Lie.tampered("*/blobs/*", ranged=False))
    told = killed(hub, tmp_path / "home", truth, 0)
    assert "is refused: its sha256 is" in told["first"]
    assert told["wrong"] == []
    assert not list((tmp_path / "home").rglob("models--org--large/*/*"))
