"""Tensors against the class that `config.json` names: models as transformers saves them, and tampered ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.builders.dossiers import artifact, snapshot
from tests.crosschecks.claims.test_claims import fact, results, settings
from verifier.crosschecks.claims import check
from verifier.data import drafting
from verifier.data.architectures import architecture
from verifier.pipeline import verify_model
from verifier.records import Comparison, Dossier, Fact, Result, Value

Tensors = dict[str, torch.Tensor]

LAYOUTS = (
    *("albert", "bert", "clip", "deberta-v2", "gemma3_text", "gpt2", "gpt_neox", "mixtral", "phi3", "t5", "vit"),
    *("whisper", "xlm-roberta"),
)
"""A type of each kind of layout: layers that are shared, encoders, decoders, both, two towers, experts, fused tensors,
a type that stores what another does."""


def saved(folder: Path, model_type: str, name: str = "", **more: Any) -> str:
    """A small model of a class, as transformers saves it; the class's name."""
    config, classes = drafting.library(model_type)
    cls = classes[name or min(classes, key=len)]
    torch.manual_seed(7)
    cls(config(**drafting.small(config, 1), **more)).save_pretrained(folder)
    return str(cls.__name__)


def told(folder: Path) -> Comparison:
    """What becomes of the declared architecture; nothing else may be contradicted of an honest model."""
    compared = verify_model(folder).dossier.comparisons
    (found,) = (one for one in compared if one.kind == "architecture")
    if found.result is Result.CONSISTENT:
        assert not [one for one in compared if one.result is Result.CONTRADICTED]
    return found


@pytest.mark.parametrize("model_type", LAYOUTS)
def test_honest_models_are_what_their_class_stores(tmp_path: Path, model_type: str) -> None:
    known = architecture(model_type)
    assert known is not None
    _, classes = drafting.library(model_type)
    heads = [name for name in sorted(classes) if known.heads.get(str(known.head(name)))]
    saved(tmp_path, model_type, heads[-1] if heads else f"{known.name}Model")
    found = told(tmp_path)
    assert found.result is Result.CONSISTENT, found.reason


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier."""
    folder = tmp_path_factory.mktemp("honest")
    saved(folder, "bert", "BertForSequenceClassification")
    return folder


def row_cut(tensors: Tensors) -> None:
    name = "bert.encoder.layer.1.intermediate.dense.weight"
    tensors[name] = tensors[name][:-1].clone()


def renamed(tensors: Tensors) -> None:
    tensors["bert.encoder.layer.1.output.dense_.weight"] = tensors.pop("bert.encoder.layer.1.output.dense.weight")


def layer_dropped(tensors: Tensors) -> None:
    for name in [name for name in tensors if ".layer.2." in name]:
        del tensors[name]


def transposed(tensors: Tensors) -> None:
    name = "bert.embeddings.token_type_embeddings.weight"
    tensors[name] = tensors[name].T.contiguous()


def layer_added(tensors: Tensors) -> None:
    for name in [name for name in tensors if ".layer.2." in name]:
        tensors[name.replace(".2.", ".3.")] = tensors[name].clone()


def adapter(tensors: Tensors) -> None:
    tensors["bert.encoder.layer.1.output.adapter.down.weight"] = torch.ones(2, 2)


def headless(tensors: Tensors) -> None:
    del tensors["classifier.weight"]


def unbiased(tensors: Tensors) -> None:
    for name in [name for name in tensors if name.endswith("query.bias")]:
        del tensors[name]


def foreign(tensors: Tensors) -> None:
    for name in list(tensors):
        tensors[f"0.auto_model.{name}"] = tensors.pop(name)


def legacy(tensors: Tensors) -> None:
    for name in list(tensors):
        plain = name.removeprefix("bert.")
        plain = plain.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
        tensors[plain] = tensors.pop(name)
    tensors["embeddings.position_ids"] = torch.arange(43)
    tensors["cls.seq_relationship.weight"] = torch.ones(2, 80)


def bias_added(tensors: Tensors) -> None:
    tensors["bert.embeddings.position_embeddings.bias"] = torch.ones(80)


def padded(tensors: Tensors) -> None:
    name = "bert.embeddings.word_embeddings.weight"
    tensors[name] = torch.cat([tensors[name], torch.zeros(3, 80)])


@pytest.mark.parametrize(
    ("tamper", "result", "named"),
    [
        (row_cut, "contradicted", "encoder.layer.#.intermediate.dense.weight is 50x80, not 51x80"),
        (renamed, "contradicted", "encoder.layer.#.output.dense.weight is there 2 times, not 3"),
        (layer_dropped, "contradicted", "is there 2 times, not 3, "),
        (transposed, "contradicted", "embeddings.token_type_embeddings.weight is 80x3, not 3x80"),
        (layer_added, "inconclusive", "encoder.layer.#.attention.output.LayerNorm.bias is there 4 times, not 3"),
        (adapter, "inconclusive", "encoder.layer.#.output.adapter.down.weight is none of its tensors"),
        (headless, "inconclusive", "classifier.weight of its head is missing"),
        (unbiased, "inconclusive", "encoder.layer.#.attention.self.query.bias is missing"),
        (foreign, "inconclusive", "hardly any tensor"),
        (legacy, "consistent", "57 tensors"),
        (bias_added, "consistent", "57 tensors"),
        (padded, "consistent", "57 tensors"),
    ],
)
def test_what_was_tampered_with_is_named(
    honest: Path, tmp_path: Path, tamper: Callable[[Tensors], None], result: str, named: str
) -> None:
    (tmp_path / "config.json").write_bytes((honest / "config.json").read_bytes())
    tensors = load_file(honest / "model.safetensors")
    tamper(tensors)
    save_file(tensors, tmp_path / "model.safetensors")
    found = told(tmp_path)
    assert found.result.value == result, found.reason
    assert named in found.reason


def test_embeddings_that_are_not_tied_have_their_own_tensor(tmp_path: Path) -> None:
    saved(tmp_path, "llama", "LlamaForCausalLM", tie_word_embeddings=True)
    assert told(tmp_path).result is Result.CONSISTENT
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "tie_word_embeddings": False}))
    found = told(tmp_path)
    assert (found.result, "lm_head.weight of its head is missing" in found.reason) == (Result.INCONCLUSIVE, True)


LAYOUT: Value = (("embeddings.word_embeddings.weight", "F32", "9x8", 1),)
BERT: dict[str, Value] = {"architectures": ("BertModel",), "model_type": "bert"}


@pytest.mark.parametrize(
    "said",
    [
        {**BERT, "auto_map.AutoModel": "m.M"},
        {**BERT, "quantization_config.bits": 4},
        {**BERT, "model_type": "novel"},
        {**BERT, "architectures": ("BertForJoy",)},
        {"architectures": ("BertModel",)},
        {"architectures": ()},
    ],
)
def test_what_cannot_be_compared_is_said_to_be_so(said: dict[str, Value]) -> None:
    assert results(settings(**said), layout=LAYOUT)["architecture"] == ["not-checkable"]


def test_adapters_shards_and_packed_weights_are_not_compared() -> None:
    bert = settings(**BERT)
    assert results(bert, layout=())["architecture"] == ["not-checkable"]
    assert results(bert, layout=(("a.qweight", "I32", "9x8", 1),))["architecture"] == ["not-checkable"]
    for name in ("adapter_model.safetensors", "model-00001-of-00002.safetensors"):
        dossier = Dossier(snapshot(artifact(name), artifact("config.json")), facts=(bert, layout_of(name)))
        (found,) = (one for one in check(dossier) if isinstance(one, Comparison) and one.kind == "architecture")
        assert found.result is Result.NOT_CHECKABLE


def layout_of(name: str) -> Fact:
    return fact("tensor-layout", LAYOUT, name)
