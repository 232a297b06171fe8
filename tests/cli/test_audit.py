"""`verify audit`, and `verify` alone, as a person uses it in a source tree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders.hub import Hub
from tests.builders.models import poisoned_checkpoint
from tests.builders.safetensors import model_bytes
from tests.test_surfaces import ROOT
from tests.workflows.conftest import hub, hub_cache, models
from verifier.cli import main
from verifier.cli.audit import MODEL_FILE

__all__ = ["hub", "hub_cache", "models"]

CODE = 'from transformers import AutoModel\nAutoModel.from_pretrained("org/sound")\n'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def rows(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str | None]]:
    document = json.loads(capsys.readouterr().out)
    assert document["format"] == "audit-v1"
    return list(document["rows"])


def test_a_tree_without_models_is_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("accepted: 0 references to models, 0 model files; `verify --help`")


def test_references_files_and_cached_revisions_stand_in_one_table(
    project: Path, models: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "train.py").write_text(CODE)
    (project / "sound.safetensors").write_bytes(model_bytes(3))
    assert main([]) == 1
    assert capsys.readouterr().out.splitlines()[1].split() == [
        *("train.py:2", "org/sound", "no", "no", "-"),
        *("verify", "lock", "add", "org/sound"),
    ]
    assert main(["add", "org/sound", "-q"]) == 0
    assert main(["code", "--fix", "-q"]) == 0
    capsys.readouterr()
    assert main(["audit", "--format", "json"]) == 0
    named, held = rows(capsys)
    assert (named["pinned"], named["locked"], named["verdict"], named["next"]) == ("yes", "yes", "accepted", "")
    assert (held["where"], held["verdict"]) == ("sound.safetensors", "accepted")


def test_a_poisoned_file_is_rejected_and_says_why(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "a").mkdir()
    (project / "a" / "model.bin").write_bytes(poisoned_checkpoint())
    assert main(["audit", "a"]) == 1
    told = capsys.readouterr().out
    assert "posix.system" in told
    assert "verify ./a/model.bin" in told
    assert main(["audit", "a", "-q"]) == 1
    assert capsys.readouterr().out == "rejected: 0 references to models, 1 model files\n"


def test_what_is_not_fetched_is_undecided(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
    (project / "model.safetensors").write_text(pointer)
    assert main(["audit", "model.safetensors"]) == 3
    assert "Git LFS" in capsys.readouterr().out


def test_names_made_at_run_time_are_undecided_unless_they_are_allowed(project: Path) -> None:
    (project / "train.py").write_text(CODE.replace('"org/sound"', "name"))
    assert main(["audit"]) == 3
    assert main(["audit", "--allow-run-time"]) == 0


def test_a_wrong_format_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--format", "xml"]) == 2
    assert "no format xml" in capsys.readouterr().err


def test_the_hook_takes_the_same_files() -> None:
    assert MODEL_FILE.pattern.removeprefix("(?i).*") in (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
