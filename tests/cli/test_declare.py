"""`verify declare`: the draft holds what the bytes show, is read by ourselves, and never replaces what is there."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import WEIGHTS
from verifier.cli import main

pytestmark = pytest.mark.usefixtures("repository")


def test_the_draft_holds_what_the_bytes_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["declare", "models/good"]) == 0
    told = yaml.safe_load(capsys.readouterr().out)
    assert told["subject"] == {"sha256": {"model.safetensors": sha256(WEIGHTS).hexdigest()}}
    assert told["claims"] == {"parameters": 1}
    assert told["regime"] == {"dtype": "int8"}
    assert {one["control"] for one in told["controls"]} == {"none-declared"}
    assert not Path("models/good/behavior.yaml").exists()


def test_the_draft_is_written_once_and_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["declare", "models/good", "--write"]) == 0
    drafted = Path("models/good/behavior.yaml").read_bytes()
    assert main(["declare", "models/good", "--write"]) == 2
    assert "There is a behavior.yaml already. Replace it with --force" in capsys.readouterr().err
    assert main(["declare", "models/good", "--write", "--force"]) == 0
    assert Path("models/good/behavior.yaml").read_bytes() == drafted
    assert main(["./models/good"]) == 0
    Path("models/good/model.safetensors").write_bytes(WEIGHTS[:-1] + b"\1")
    capsys.readouterr()
    assert main(["./models/good"]) == 1
    assert "The bytes are not those the publisher promises" in capsys.readouterr().out


def test_only_a_folder_has_a_draft(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["declare", "models/none"]) == 2
    assert "models/none is not a folder. Name the folder of a model." in capsys.readouterr().err


def test_what_cannot_be_written_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("verifier.workflows.declaring.publish", full)
    assert main(["declare", "models/good", "--write"]) == 2
    assert "cannot be written: No space left on device." in capsys.readouterr().err
