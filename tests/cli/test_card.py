"""`verify card`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders.safetensors import safetensors_bytes, tensor
from verifier.cli import main


def model(folder: Path, rows: int) -> str:
    (folder / "README.md").write_text("---\nlicense: mit\n---\nContext length: 4\n")
    (folder / "config.json").write_text(json.dumps({"vocab_size": 3, "num_hidden_layers": 1}))
    header = {"wte.weight": tensor(shape=[rows, 2], offsets=[0, 8 * rows])}
    (folder / "model.safetensors").write_bytes(safetensors_bytes(header, bytes(8 * rows)))
    return str(folder)


def test_the_table_says_claim_source_and_fact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", model(tmp_path, 3), "--isolated"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert any(
        line.startswith("consistent") and "vocabulary-size 3" in line and "config.json" in line for line in shown
    )


def test_what_is_contradicted_stands_first_and_decides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", model(tmp_path, 2), "--isolated", "--format", "json"]) == 3
    table = json.loads(capsys.readouterr().out)
    assert (table["claims"][0]["result"], table["claims"][0]["kind"]) == ("contradicted", "vocabulary-size")
    assert main(["card", str(tmp_path), "--isolated", "--policy", "strict"]) == 1


def test_there_are_two_formats(tmp_path: Path) -> None:
    assert main(["card", model(tmp_path, 3), "--isolated", "--format", "html"]) == 2
