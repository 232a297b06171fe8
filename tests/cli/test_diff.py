"""`verify diff`: what changed, told in three ways, and the verdict on the second model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from safetensors.numpy import save

from tests.builders.edits import hidden, merged, weights
from verifier.cli import main
from verifier.reports._diff import json as reports

W = {"layer.weight": weights(64, 96), "bias": weights(64)}
CARD = b"---\nlicense: mit\n---\n# A model\n"
VOCABULARY = {"model": {"type": "BPE", "vocab": {"allow": 0, "deny": 1}, "merges": []}, "added_tokens": []}


def folder(path: Path, tensors: Mapping[str, np.ndarray] = W, **files: bytes) -> str:
    path.mkdir()
    (path / "model.safetensors").write_bytes(save(dict(tensors)))
    for name, content in {"README.md": CARD, "tokenizer.json": json.dumps(VOCABULARY).encode(), **files}.items():
        (path / name).write_bytes(content)
    return str(path)


@pytest.fixture
def before(tmp_path: Path) -> str:
    return folder(tmp_path / "before", W, **{"generation_config.json": b'{"eos_token_id": 1}'})


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["diff", *arguments, "--isolated"]) == code
    return capsys.readouterr().out


def test_the_same_model_has_no_difference(before: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, before, before)
    assert "Nothing differs.\nTensors\n  all 2 tensors are the same" in out


def test_a_merged_adapter_and_edits_around_it_are_told(
    tmp_path: Path, before: str, capsys: pytest.CaptureFixture[str]
) -> None:
    swapped = VOCABULARY | {"model": {"type": "BPE", "vocab": {"allow": 1, "deny": 0}, "merges": []}}
    files = {"tokenizer.json": json.dumps(swapped).encode(), "README.md": CARD.replace(b"mit", b"apache-2.0")}
    settings = {"generation_config.json": b'{"eos_token_id": 1, "suppress_tokens": [5]}'}
    after = folder(tmp_path / "after", W | {"layer.weight": merged(W["layer.weight"], 8)}, **files, **settings)
    page, record = tmp_path / "diff.html", tmp_path / "diff.json"
    out = told(capsys, before, after, "-o", f"html={page}", "-o", f"json={record}", code=3)
    assert "of 2 tensors: 1 other by rank 8, as merging an adapter does; 1 the same" in out
    assert "2 of 2 tokens have another number or are gone" in out
    assert "~ license: mit -> apache-2.0" in out
    assert "suppress_tokens" in out
    plain = json.loads(record.read_text())
    jsonschema.validate(plain, json.loads(reports.schema()))
    assert {one["kind"] for one in plain["sections"]} >= {"findings", "tokenizer", "generation", "license", "files"}
    assert page.read_text().startswith("<!doctype html>")


def test_hidden_bits_are_a_finding(tmp_path: Path, before: str, capsys: pytest.CaptureFixture[str]) -> None:
    after = folder(tmp_path / "after", W | {"layer.weight": hidden(W["layer.weight"])})
    assert "in their low bits and nowhere else" in told(capsys, before, after, code=3)
    assert told(capsys, before, after, "-q", "--no-tensors") == f"accepted  {after}\n"


def test_what_cannot_be_compared_is_one_sentence(before: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", before, "--isolated"]) == 2
    assert "names no base model" in capsys.readouterr().err
    assert main(["diff", before, before, "--format", "xml"]) == 2
    assert "has no format 'xml'" in capsys.readouterr().err


def test_the_published_schema_is_that_of_the_report() -> None:
    published = Path(reports.__file__).parents[1] / "schemas" / "diff-v1.json"
    assert published.read_text(encoding="utf-8") == reports.schema()
