"""The pre-commit hooks on repositories of the kinds that use models: a trainer, notebooks, a deployment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.test_lock import MODEL
from tests.test_surfaces import Repository, environment, models, repository
from verifier.store import lock

__all__ = ["models", "repository"]

COMMIT = "c" * 40
OTHER = "d" * 40
LOCK = lock.Lock({"org/base": replace(MODEL, id="org/base", commit=COMMIT, loads=())})

TRAINER = """\
import argparse
from transformers import AutoModel

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=3)
MODEL = "org/base"
model = AutoModel.from_pretrained(MODEL, revision="{}")
model.save_pretrained("outputs/final")
"""

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.6
          args: [--model, org/base, --revision, {}]
"""

KINDS = ("train.py", "explore.ipynb", "deploy/vllm.yaml")


def written(kind: str, commit: str) -> str:
    if kind.endswith(".ipynb"):
        source = TRAINER.format(commit).splitlines(keepends=True)
        return json.dumps({"cells": [{"cell_type": "code", "source": source}], "nbformat": 4})
    return (TRAINER if kind.endswith(".py") else DEPLOYMENT).format(commit)


@pytest.fixture
def locked(repository: Repository) -> Repository:
    (repository.folder / "deploy").mkdir()
    lock.write(repository.folder / lock.NAME, LOCK)
    return repository


@pytest.mark.parametrize("kind", KINDS)
def test_code_that_names_the_locked_commit_is_committed(locked: Repository, kind: str) -> None:
    (locked.folder / kind).write_text(written(kind, COMMIT))
    done = locked.commit_of(kind, lock.NAME)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("Passed") == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("revision", "standing"), [("main", "unpinned"), (OTHER, "other-commit")])
def test_code_that_names_another_is_stopped(locked: Repository, kind: str, revision: str, standing: str) -> None:
    (locked.folder / kind).write_text(written(kind, revision))
    done = locked.commit_of(kind)
    assert done.returncode == 1
    assert f"{kind}:" in done.stdout
    assert standing in done.stdout
    assert "exit code: 1" in done.stdout


def test_a_lock_that_code_does_not_follow_is_stopped(locked: Repository) -> None:
    (locked.folder / "train.py").write_text(written("train.py", OTHER))
    done = locked.commit_of(lock.NAME)
    assert done.returncode == 1
    assert "train.py:6  other-commit  org/base@" in done.stdout
    (locked.folder / lock.NAME).write_text("no lock")
    done = locked.commit_of(lock.NAME)
    assert "exit code: 2" in done.stdout
    assert "is not a lock of models" in done.stdout


def test_a_pointer_to_weights_that_are_not_there_is_told(repository: Repository) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
    (repository.folder / "model.safetensors").write_text(pointer)
    done = repository.commit_of("model.safetensors")
    assert "exit code: 3" in done.stdout
    assert "Git LFS" in done.stdout


def test_the_code_hook_loads_nothing_heavy_and_is_quick(tmp_path: Path) -> None:
    """At most 300 ms of processor time on a typical commit; the best of some runs."""
    for number in range(4):
        (tmp_path / f"train{number}.py").write_text(written("train.py", COMMIT))
    lock.write(tmp_path / lock.NAME, LOCK)
    names = sorted(path.name for path in tmp_path.glob("*.py"))
    code = f"import os, sys; from verifier.cli.hook import main; code = main({names}); times = os.times()"
    code += "; print(times.user + times.system, *sys.modules, file=sys.stderr); sys.exit(code)"
    best = 60.0
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=environment(tmp_path), capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout
        spent, *loaded = done.stderr.decode().split()
        best = min(best, float(spent))
    assert not {"typer", "pydantic", "yaml", "huggingface_hub", "rich", "verifier.formats"} & set(loaded)
    assert best <= 0.3 or "COVERAGE_PROCESS_START" in os.environ


@pytest.mark.parametrize(("arguments", "code"), [(["--none"], 2), (["none.py"], 2), (["--help"], 0)])
def test_other_ends(tmp_path: Path, arguments: list[str], code: int) -> None:
    command = [sys.executable, "-m", "verifier.cli.hook", *arguments]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == code
