from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.opcodes import name, pickled
from verifier.cli import main


@pytest.fixture
def unreviewed(tmp_path: Path) -> str:
    (tmp_path / "model.pkl").write_bytes(pickled(name("mylib", "Net") + b")\x81"))
    return str(tmp_path / "model.pkl")


@pytest.fixture
def ours(tmp_path: Path) -> str:
    (tmp_path / "ours.toml").write_text("version = 1\n")
    return str(tmp_path / "ours.toml")


def test_without_a_policy_of_one_s_own_the_entries_are_shown(
    unreviewed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review", unreviewed]) == 3
    shown = capsys.readouterr().out
    assert "mylib.Net  new()" in shown
    assert '[symbols."mylib.Net"]' in shown


def test_entries_are_written_and_the_model_decided_again(
    unreviewed: str, ours: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review", unreviewed, "--policy", ours, "--owner", "ana", "--reason", "plain attributes"]) == 0
    assert f"Added 1 to {ours}." in capsys.readouterr().out
    assert main([unreviewed, "--policy", ours, "-q"]) == 0
    assert main(["review", unreviewed, "--policy", ours]) == 0
    assert "Nothing blocks it." in capsys.readouterr().out


def test_a_review_without_reason_writes_nothing(
    unreviewed: str, ours: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["review", unreviewed, "--policy", ours, "--owner", "ana"]) == 2
    assert "--reason" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", {"Why are they safe? ": " ", "Who says so? ": "ana"}.__getitem__)
    assert main(["review", unreviewed, "--policy", ours, "--owner", "ana"]) == 2
    monkeypatch.setattr("builtins.input", {"Why are they safe? ": "because", "Who says so? ": "because"}.__getitem__)
    assert main(["review", unreviewed, "--policy", ours]) == 0
    assert 'owner = "because"' in Path(ours).read_text()
