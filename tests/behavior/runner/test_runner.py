"""Jobs in the sandbox, against the same models computed here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.behavior.sandbox.modes import CONFINED
from tests.builders import tiny_models
from verifier.behavior.runner import Entry, Job, Model, Ran, _networks, _texts, _wire, run
from verifier.behavior.sandbox import Mode, mode
from verifier.errors import NotRun, UsageError
from verifier.records.terms import Runtime

TEXTS = ("a small model", "words")


def ran(folder: Path, job: Job, chosen: Mode | None = None) -> Ran:
    files = tuple(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return run(Model(folder, files), job, mode=chosen or mode())


@pytest.mark.parametrize("chosen", CONFINED)
def test_a_graph_runs(chosen: Mode, tmp_path: Path) -> None:
    tiny_models.doubling(tmp_path / "model.onnx")
    given = np.arange(4, dtype=np.float32)
    found = ran(tmp_path, Job(Entry.TENSOR, Runtime.ONNX, "model.onnx", tensors={"0": given}), chosen)
    assert np.array_equal(found.outputs["0"], 2 * given)
    assert found.mode is chosen
    assert set(found.versions) == {"onnxruntime"}


def test_an_encoder_runs_in_the_sandbox(tmp_path: Path) -> None:
    import torch

    model = tiny_models.bert(tmp_path)
    found = ran(tmp_path, Job(Entry.SENTENCE_EMBEDDING, texts=("a small model",)), CONFINED[-1])
    with torch.inference_mode():
        hidden = model(torch.tensor([[2, 4, 5, 6, 3]])).last_hidden_state
    assert np.abs(found.outputs["0"] - hidden.mean(1).numpy()).max() < 1e-6


def test_a_state_dict_runs_as_a_built_in_network(tmp_path: Path) -> None:
    import torch

    model = tiny_models.cnn(tmp_path)
    images = tiny_models.numbers(3, 1, 8, 8)
    found = ran(tmp_path, Job(Entry.CNN, file="model.safetensors", tensors={"0": images}))
    with torch.inference_mode():
        expected = model(torch.from_numpy(images)).numpy()
    assert np.abs(found.outputs["0"] - expected).max() < 1e-6
    with pytest.raises(ValueError, match="no place in mlp-relu"):
        _networks.computed(Entry.MLP, tmp_path / "model.safetensors", images)


def test_what_goes_wrong_is_told(tmp_path: Path) -> None:
    tiny_models.doubling(tmp_path / "model.onnx")
    with pytest.raises(NotRun, match="takes 1 inputs, and there are 0"):
        ran(tmp_path, Job(Entry.TENSOR, Runtime.ONNX, "model.onnx"))
    with pytest.raises(NotRun, match="it failed"):
        ran(tmp_path, Job(Entry.TENSOR, Runtime.ONNX, "absent.onnx"))


def test_files_that_are_not_named_are_not_seen(tmp_path: Path) -> None:
    tiny_models.doubling(tmp_path / "model.onnx")
    job = Job(Entry.TENSOR, Runtime.ONNX, "model.onnx", tensors={"0": np.zeros(4, np.float32)})
    for chosen in CONFINED:
        with pytest.raises(NotRun, match="it failed"):
            run(Model(tmp_path, ()), job, mode=chosen)


@pytest.mark.parametrize(
    ("told", "way"),
    [
        ({}, "mean"),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode": "max"}, "max"),
    ],
)
def test_pooling_is_what_the_model_says(told: dict[str, object], way: str, tmp_path: Path) -> None:
    import torch

    model = tiny_models.bert(tmp_path)
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(told))
    modules = [{"type": f"sentence_transformers.models.{kind}"} for kind in ("Transformer", "Pooling", "Normalize")]
    (tmp_path / "modules.json").write_text(json.dumps(modules))
    with torch.inference_mode():
        found = _texts.computed(Entry.SENTENCE_EMBEDDING, tmp_path, TEXTS, 8, "")
        hidden = model(torch.tensor([[2, 4, 5, 6, 3]])).last_hidden_state
    expected = {"mean": hidden.mean(1), "cls": hidden[:, 0], "max": hidden.max(1).values}[way][0]
    assert np.abs(found[0] - (expected / expected.norm()).numpy()).max() < 1e-6
    (tmp_path / "1_Pooling" / "config.json").write_text('{"pooling_mode_weightedmean_tokens": true}')
    with pytest.raises(ValueError, match="is not built in"):
        _texts.computed(Entry.SENTENCE_EMBEDDING, tmp_path, TEXTS, 8, "")


def test_logits_and_next_tokens(tmp_path: Path) -> None:
    import torch

    (tmp_path / "bert").mkdir()
    (tmp_path / "gpt").mkdir()
    tiny_models.bert(tmp_path / "bert", classes=3)
    tiny_models.causal(tmp_path / "gpt")
    with torch.inference_mode():
        logits = _texts.computed(Entry.TEXT_CLASSIFICATION, tmp_path / "bert", TEXTS, 1, "")
        together = _texts.computed(Entry.TEXT_CLASSIFICATION, tmp_path / "bert", TEXTS, 2, "")
        following = _texts.computed(Entry.NEXT_TOKEN, tmp_path / "gpt", TEXTS, 8, "")
    assert logits.shape == (2, 3)
    assert np.abs(logits - together).max() < 1e-6
    assert following.shape == (2, len(tiny_models.WORDS))
    assert np.abs(np.exp(following).sum(1) - 1).max() < 1e-5


def test_arrays_keep_their_shapes_on_the_way() -> None:
    given = {"0": np.array(3), "1": np.arange(6).reshape(2, 3).T, "2": np.zeros((0, 3))}
    _, found = _wire.unpacked(_wire.packed({}, given))
    assert {name: array.shape for name, array in found.items()} == {"0": (), "1": (3, 2), "2": (0, 3)}
    assert found["1"].tolist() == given["1"].tolist()


@pytest.mark.parametrize("content", [b"", b"\0" * 8, (2).to_bytes(8) + b"[]" + bytes(8), b"\xff" * 30])
def test_an_answer_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(NotRun, match="its answer"):
        _wire.unpacked(content)


def test_a_runtime_that_is_missing_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    def absent(_: str) -> str:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "version", absent)
    with pytest.raises(UsageError, match=r"model-verify\[onnx\]"):
        run(Model(tmp_path, ()), Job(Entry.TENSOR, Runtime.ONNX), mode=mode())
