"""`verify code` as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders.hub import Hub
from tests.reports.test_sarif import official
from tests.workflows.conftest import hub, hub_cache, models
from verifier.cli import main

__all__ = ["hub", "hub_cache", "models"]

CODE = 'from transformers import AutoModel\nAutoModel.from_pretrained("org/sound")\n'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "train.py").write_text(CODE)
    monkeypatch.chdir(folder)
    return folder


def test_from_an_unpinned_name_to_a_locked_one(
    project: Path, models: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["code"]) == 1
    assert capsys.readouterr().out.splitlines()[0].split("  ")[:2] == ["train.py:2", "unpinned"]
    assert main(["lock", "add", "--from-code", ".", "-q"]) == 0
    assert main(["code", "-q"]) == 1
    assert main(["code", "--fix"]) == 0
    told = capsys.readouterr()
    assert "train.py: pinned 1 references" in told.err
    assert told.out.endswith("accepted: 1 reference to models: 1 locked\n")
    assert 'revision="' in (project / "train.py").read_text()
    assert main(["lock", "add", "--from-code", "train.py", "-q"]) == 0
    assert main(["code", "-v"]) == 0
    assert "train.py:2  locked  org/sound@" in capsys.readouterr().out


def test_json_says_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["code", "train.py", "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    (one,) = document["references"]
    assert (document["format"], document["outcome"]) == ("code-v1", "rejected")
    assert (one["file"], one["line"], one["name"], one["standing"]) == ("train.py", 2, "org/sound", "unpinned")


def test_run_time_names_are_undecided_unless_they_are_allowed(project: Path) -> None:
    (project / "train.py").write_text(CODE.replace('"org/sound"', "name"))
    assert main(["code", "-q"]) == 3
    assert main(["code", "-q", "--allow-run-time"]) == 0


def test_unsafe_calls_are_counted_and_decide_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "train.py").write_text("import pickle\npickle.load(f)\n")
    assert main(["code"]) == 0
    assert capsys.readouterr().out == "accepted: 0 references to models; 1 unsafe call (-v shows them)\n"


def test_code_that_names_nothing_locks_nothing_and_says_so(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "train.py").write_text("print(1)\n")
    assert main(["lock", "add", "--from-code", "train.py"]) == 0
    assert "names no models of the hub: nothing was locked" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["code", "none"], "no file or folder none"),
        (["code", "--format", "xml"], "no format xml"),
        (["lock", "add"], "No model is named"),
        (["lock", "add", "--from-code", "two.py"], "named at v1 and v2"),
    ],
)
def test_wrong_calls_are_told(
    project: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "two.py").write_text(f"{CODE[:-2]}, revision='v1')\n{CODE[:-2]}, revision='v2')\n")
    assert main(arguments) == 2
    assert told in capsys.readouterr().err


def test_lines_are_marked_for_workflows(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "train.py").write_text(CODE * 2 + CODE.replace('"org/sound"', "name"))
    assert main(["code", "--format", "github"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[:2] for line in lines] == [
        ["::error file=train.py", "line=2"],
        ["::error file=train.py", "line=4"],
        ["::warning file=train.py", "line=6"],
    ]


def test_a_job_summary_is_cut(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "train.py").write_text(CODE * 210)
    assert main(["code", "--format", "markdown"]) == 1
    told = capsys.readouterr().out
    assert told.count("| unpinned |") == 200
    assert told.endswith("and 10 more.\n")
    (project / "train.py").write_text("")
    assert main(["code", "--format", "markdown"]) == 0
    assert "| --- |" not in capsys.readouterr().out


def test_sarif_is_at_the_lines_and_stays_when_they_move(project: Path) -> None:
    code = (
        'from transformers import AutoModel\nAutoModel.from_pretrained("org/%s")\nAutoModel.from_pretrained(input())\n'
    )
    file = project / "train, 1.py"
    logs = []
    for text in (code % "a", "# moved\n" + code % "a", code % "b"):
        file.write_text(text)
        assert main(["code", file.name, "-q", "-o", "sarif=code.sarif"]) == 1
        log = json.loads(Path("code.sarif").read_text())
        official().validate(log)
        logs.append(log["runs"][0])
    first, moved, other = (run["results"] for run in logs)
    assert [one["ruleId"] for one in first] == ["reference-unpinned", "reference-run-time"]
    assert [one["level"] for one in first] == ["error", "warning"]
    place = first[0]["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]) == ("train%2C%201.py", {"startLine": 2})
    assert moved[0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    prints = [[one["partialFingerprints"]["modelVerifyCode/v1"] for one in run] for run in (first, moved, other)]
    assert prints[0] == prints[1]
    assert prints[0][0] != prints[2][0]
    told = logs[0]["tool"]["driver"]["rules"]
    assert [told[one["ruleIndex"]]["id"] for one in first] == [one["ruleId"] for one in first]
    assert all("What to do" in rule["help"]["text"] for rule in told)


@pytest.mark.parametrize("output", ["sarif", "sarif=nowhere/x", "html=x.html"])
def test_reports_that_cannot_be_are_refused(project: Path, output: str) -> None:
    assert main(["code", ".", "-o", output]) == 2
