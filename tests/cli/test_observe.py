"""`verify observe`, as a person sees it, and the policy that demands it."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from tests.builders import acts
from verifier.cli import main


def test_a_clean_load_says_what_it_cannot_see(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.pkl").write_bytes(pickle.dumps({"a": [1, 2]}))
    assert main(["observe", str(tmp_path)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert (
        "consistent model.pkl: loading it did what loading such a file does, and nothing else read 1 expected" in shown
    )
    assert "One load was seen: code that waits for a date" in shown


def test_a_hostile_load_is_told_with_what_foretold_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.pkl").write_bytes(acts.starting())
    assert main(["observe", str(tmp_path)]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "deny observed-process" in shown
    assert "in the file foretold it" in shown
    assert "process 0 expected, 2 not: os.system /bin/true, clone" in shown


def test_what_nothing_loads_is_undecided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.json").write_text("{}")
    assert main(["observe", str(tmp_path)]) == 3
    assert "none of its files is of a kind whose load is observed" in " ".join(capsys.readouterr().out.split())


def test_a_policy_that_demands_it_is_met_by_verify_behavior(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.pkl").write_bytes(pickle.dumps({"a": [1, 2]}))
    ours = tmp_path / "ours.toml"
    ours.write_text('version = 1\nname = "ours"\nextends = "default"\n[behavior]\nrequire = ["load"]\n')
    reference, policies = str(tmp_path / "model"), ["--policy", str(ours), "--policy", "default", "-q"]
    assert main(["model", reference, *policies]) == 3
    assert main(["behavior", reference, *policies]) == 0
    (tmp_path / "model" / "more.pkl").write_bytes(acts.starting())
    assert main(["behavior", reference, *policies]) == 1
