"""Data sets that a policy names, where numbers are measured again."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_behavior import measured
from verifier.cli import main


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy that names the data set a model declares, and one that nobody has."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    assert measured(tmp_path / "model", 0.5) == 0
    digest = sha256((tmp_path / "set.npz").read_bytes()).hexdigest()
    found = tmp_path / "ours.toml"
    entries = (
        f'[data.set]\npath = "set.npz"\nsha256 = "{digest}"\n[data.else]\npath = "none.csv"\nsha256 = "{"0" * 64}"\n'
    )
    found.write_text(f'version = 1\nextends = "default"\n{entries}')
    return found


def told(capsys: pytest.CaptureFixture[str], code: int, *more: str) -> str:
    capsys.readouterr()
    assert main(["behavior", "./model", "--policy", "ours.toml", *more]) == code
    shown = capsys.readouterr()
    return " ".join((shown.out + shown.err).split())


@pytest.mark.usefixtures("policy")
def test_a_data_set_of_the_policy_is_measured_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert "consistent all: rmse: declared 0.5 · measured 0.5" in told(capsys, 0)


@pytest.mark.parametrize("more", [[], ["--data", "set=other.npz"]])
def test_another_file_under_its_name_is_refused(
    policy: Path, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(policy.parent / ("other.npz" if more else "set.npz"), x=np.zeros(1), y=np.zeros(1))
    shown = told(capsys, 2, *more)
    assert "is not the data set set of the policy: its SHA-256 is " in shown
    assert "correct [data]" in shown


def test_a_file_that_is_not_there_is_told(policy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (policy.parent / "set.npz").unlink()
    assert "set.npz cannot be read" in told(capsys, 2)
