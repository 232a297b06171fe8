"""`verify policy`, and which policy is in force."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders.opcodes import name, pickled
from verifier import policy
from verifier.cli import main
from verifier.policy import presets

TODAY = datetime.now(UTC).date()
SIGNED = ["--owner", "ana", "--reason", "read it"]


def test_a_file_that_is_right_and_one_that_is_not(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soon, gone = TODAY + timedelta(3), TODAY - timedelta(3)
    entry = '[[waive]]\nrule = "pickle-unsafe-call"\nreason = "r"\nowner = "o"\n'
    (repository / "verify.toml").write_text(
        f'version = 1\n{entry}model = "a/b"\nexpires = {soon}\n{entry}digest = "{"a" * 64}"\nexpires = {gone}\n'
    )
    assert main(["policy", "check"]) == 0
    told = capsys.readouterr().out
    assert told.splitlines() == [
        "ok  verify.toml",
        f"    the waiver of pickle-unsafe-call for the file or model {'a' * 64} ended on {gone}",
        f"    the waiver of pickle-unsafe-call for a/b ends on {soon}",
    ]
    (repository / "bad.toml").write_text("version = 1\n[severty]\n")
    assert main(["policy", "check", "bad.toml", "strict"]) == 2
    captured = capsys.readouterr()
    assert captured.err == "Error: bad.toml:2: severty is not known here. Did you mean 'severity'?\n"
    assert captured.out == "ok  strict\n"


OURS = """
version = 1
name = "ours"
extends = "strict"
[sources]
organizations = ["our-org"]
[rules]
pickle-unsafe-call = "note"
[symbols."m.A"]
uses = ["new()"]
reason = "r"
owner = "o"
[[waive]]
rule = "rule.mine"
model = "a/b"
reason = "r"
owner = "o"
expires = 2026-01-01
[[rule]]
id = "mine"
assert = "model.id != 'x'"
message = "m"
"""


@pytest.mark.parametrize("chosen", [*presets(), "ours.toml"])
def test_what_is_shown_means_the_same(repository: Path, chosen: str, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "ours.toml").write_text(OURS)
    assert main(["policy", "show", chosen]) == 0
    shown = capsys.readouterr().out
    assert policy.parse(shown.encode(), "shown.toml") == policy.load(chosen)
    if chosen == "ours.toml":
        assert 'organizations = ["our-org"]   # ours.toml:6\n' in shown
        assert 'medium = "deny"   # strict.toml (shipped):' in shown
        assert "distance = 2   # by default\n" in shown
        assert '[symbols."m.A"]   # ours.toml:9\n' in shown


def test_what_decided_on_what(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "ours.toml").write_text('version = 1\n[card]\nlicenses = ["MIT"]\n')
    assert main(["policy", "explain", "./models/good", "--policy", "ours.toml"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == [
        "  allow  card.licenses  (ours.toml:3)",
        f"      .: {repository}/models/good is under mit (declared, not tested)",
        "  nothing was found that the policy denies or leaves undecided",
    ]
    assert main(["policy", "explain", "./models/gap", "--policy", "ours.toml", "--policy", "strict"]) == 1
    told = capsys.readouterr().out
    assert "  undecided  ours: coverage.unknown-format  (by default)\n" in told
    assert "  deny  strict: coverage.unknown-format  (strict.toml (shipped):" in told
    assert "weights.bin: no format is known by this content" in told
    way = "once somebody has looked: verify waive coverage.unknown-format ./models/gap --owner WHO --reason WHY"
    assert told.count(way) == 1
    (repository / "models" / "gap" / "m.pkl").write_bytes(pickled(name("mylib", "Net") + b")\x81"))
    assert main(["policy", "explain", "./models/gap"]) == 3
    assert "once somebody has looked: verify review ./models/gap\n" in capsys.readouterr().out


def test_facts_go_out_as_json(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "explain", "./models/bad", "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["format"] == "facts-v1"
    assert [found["rule"] for found in told["facts"]["findings"]] == ["pickle-dangerous-symbol"]
    assert told["decisions"][0]["level"] == "deny"
    assert main(["policy", "explain", "./models/bad", "--format", "yaml"]) == 2
    assert main(["policy", "facts"]) == 0
    assert "list(Found)" in capsys.readouterr().out


def test_all_that_can_be_said_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "keys"]) == 0
    told = capsys.readouterr().out
    assert "[sources]" in told
    assert "Formats, for [formats]:\n  7z " in told


def test_what_a_dependency_decided_is_told_too(repository: Path) -> None:
    from dataclasses import replace

    from verifier import verify_model
    from verifier.cli.policy import _explained

    inner, outer = verify_model("./models/gap"), verify_model("./models/good")
    lines = list(_explained(replace(outer, dependencies=(inner,)), {"default": {}}))
    assert f"undecided  {repository}/models/gap  by default" in lines
    assert any("not for a policy to change" in line for line in lines)


def test_cases_hold_or_do_not(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "cases.toml").write_text(
        '[[case]]\nname = "plain"\noutcome = "accepted"\n'
        '[[case]]\nname = "no pickles"\noutcome = "rejected"\ndecisions = ["deny formats.deny"]\n'
        'files = [{ path = "a.pkl", formats = ["pickle"] }]\n'
    )
    (repository / "ours.toml").write_text('version = 1\n[formats]\ndeny = ["pickle"]\n')
    assert main(["policy", "test", "cases.toml", "--policy", "ours.toml"]) == 0
    assert capsys.readouterr().out == (
        "ok  cases.toml:2  plain\nok  cases.toml:5  no pickles\n2 cases, 0 failed, under ours\n"
    )
    (repository / "ours.toml").write_text('version = 1\n[formats]\nallow = ["json"]\n')
    assert main(["policy", "test", "cases.toml", "--policy", "ours.toml"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "FAILED  cases.toml:2  plain",
        "    is rejected, not accepted",
        "    has: deny formats.allow: model.safetensors: the policy allows no safetensors files",
        "FAILED  cases.toml:5  no pickles",
        "    lacks: deny formats.deny",
        "    has: deny formats.allow: a.pkl: the policy allows no pickle files",
        "2 cases, 2 failed, under ours",
    ]
    (repository / "none.toml").write_text("")
    assert main(["policy", "test", "none.toml"]) == 2
    assert main(["policy", "test", "gone.toml"]) == 2
    assert "gone.toml cannot be read" in capsys.readouterr().err


def test_a_first_policy_is_green_but_for_what_runs_code(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "init", "./models/good", "./models/gap", "-q"]) == 0
    assert "models: 2, waivers: 1, until" in capsys.readouterr().out
    assert main(["./models/gap", "-q"]) == 0
    assert main(["./models/bad", "-q"]) == 1
    assert main(["policy", "init"]) == 2
    assert "verify.toml is there already" in capsys.readouterr().err
    (repository / "verify.toml").unlink()
    assert main(["policy", "init"]) == 1
    told = capsys.readouterr().out
    assert "models: 3" in told
    assert "not waived: " in told
    assert "severity.critical" in told
    text = (repository / "verify.toml").read_text()
    assert [waiver["rule"] for waiver in tomllib.loads(text)["waive"]] == ["coverage.unknown-format"]


def test_where_there_are_no_models_none_are_guessed(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "empty").mkdir()
    monkeypatch.chdir(repository / "empty")
    assert main(["policy", "init"]) == 2
    assert "no model files below this folder" in capsys.readouterr().err
    assert main(["policy", "init", "../models/good", "-o", "gone/verify.toml"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_the_policy_in_force(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "verify.toml").write_text('version = 1\nname = "near"\n')
    (repository / "other.toml").write_text('version = 1\nname = "other"\n')

    def in_force(*arguments: str) -> str:
        main(["./models/good", *arguments])
        return capsys.readouterr().out.splitlines()[1].rpartition("policy ")[2]

    assert in_force() == "near"
    assert in_force("--isolated") == "default"
    assert in_force("--policy", "strict", "--policy", "other.toml") == "other + strict"
    monkeypatch.setenv("VERIFY_POLICY", "other.toml")
    assert in_force() == "other"
    assert in_force("--isolated") == "default"
    assert in_force("--policy", "strict", "--isolated") == "strict"
    monkeypatch.chdir(repository / "models")
    monkeypatch.delenv("VERIFY_POLICY")
    main(["./good"])
    assert "policy near" in capsys.readouterr().out


def test_a_model_does_not_decide_about_itself(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "models" / "bad" / "verify.toml").write_text('version = 1\n[severity]\ncritical = "allow"\n')
    assert main(["./models/bad", "-q"]) == 1
    (repository / "verify.toml").write_text('version = 1\n[severity]\ncritical = "allow"\n')
    assert main(["model", ".", "-q"]) == 1
    assert "verify.toml is part of the model and does not decide about it" in capsys.readouterr().err


def test_a_policy_beside_a_file_does_not_decide_alone(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository / "models" / "bad"
    (folder / "verify.toml").write_text('version = 1\n[severity]\ncritical = "allow"\n')
    monkeypatch.chdir(folder)
    (file,) = (path.name for path in folder.iterdir() if path.suffix in {".bin", ".pkl", ".pt"})
    assert main([file, "-q"]) == 1
    assert "default counts too" in capsys.readouterr().err
    assert main([file, "-q", "--policy", "verify.toml"]) == 0
