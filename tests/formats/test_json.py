"""Configurations as transformers writes them are quiet; what makes a loader fetch or run code is found and followed."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tokenizers
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import facts_of, inspected, only, probe, rules_of, states_of, until_limit
from tests.builders.keras_models import built, lambda_code, sequential
from tests.builders.seeds import POINTER
from verifier.errors import BudgetExceeded
from verifier.formats import FormatModule, Limits, candidates
from verifier.formats import json as module
from verifier.formats._config import json as body
from verifier.records import CoverageState, Edge, EdgeKind, Finding

MODULE: FormatModule = module
CLEAN = [CoverageState.INSPECTED]
REMOTE_CODE = "config-remote-code"
KERNEL = "config-hub-kernel"
FOREIGN = "config-foreign-module"


def _look(value: object, name: str = "config.json") -> list[Any]:
    return inspected(MODULE, json.dumps(value).encode(), name)


def _edges(records: list[Any]) -> list[tuple[EdgeKind, str, str | None]]:
    return [(edge.kind, edge.target, edge.revision) for edge in only(records, Edge)]


CONFIGS = ["BertConfig", "LlamaConfig", "GPT2Config", "CLIPConfig", "WhisperConfig", "T5Config", "Qwen2Config"]


@pytest.mark.parametrize("kind", CONFIGS)
@pytest.mark.parametrize("attention", [None, "sdpa", "eager", "flash_attention_2"])
def test_configurations_transformers_writes_are_quiet(kind: str, attention: str | None) -> None:
    config = getattr(transformers, kind)(architectures=["SomeModel"], dtype="bfloat16")
    written = json.loads(config.to_json_string(use_diff=False))
    if attention is not None:
        written["_attn_implementation"] = attention
    records = _look(written)
    assert (rules_of(records), states_of(records), _edges(records)) == ([], CLEAN, [])
    facts = facts_of(records)
    assert facts["architectures"] == ("SomeModel",)
    assert facts["model-type"] == config.model_type
    assert facts["dtype"] == "bfloat16"


def test_tokenizers_and_their_configurations_are_quiet() -> None:
    model = tokenizers.models.BPE({"a": 0, "b": 1, "ab": 2}, [("a", "b")])
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.add_special_tokens(["<s>", "</s>"])
    records = inspected(MODULE, tokenizer.to_str(pretty=True).encode(), "tokenizer.json")
    assert (rules_of(records), states_of(records)) == ([], CLEAN)
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": "{{ bos_token }}{% if a %}/b{% endif %}"}
    assert rules_of(_look(config, "tokenizer_config.json")) == []


QUIET = {
    "generation_config.json": {"bos_token_id": 1, "do_sample": True, "transformers_version": "5.0.0"},
    "modules.json": [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ],
    "model.safetensors.index.json": {"metadata": {"total_size": 8}, "weight_map": {"a": "model-1.safetensors"}},
    "trainer_state.json": {"log_history": [{"loss": float("nan"), "learning_rate": 1e-5}], "best": None},
    "model_index.json": {"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]},
    "auto_map of nothing.json": {"auto_map": {}, "custom_pipelines": None, "trust_remote_code": False},
}


@pytest.mark.parametrize("name", QUIET)
def test_what_lies_beside_models_is_quiet(name: str) -> None:
    records = _look(QUIET[name], name)
    assert (rules_of(records), states_of(records), _edges(records)) == ([], CLEAN, [])


def test_an_index_names_its_shards() -> None:
    weights = {"a": "model-2.safetensors", "b": "model-1.safetensors", "c": "model-2.safetensors", "d": 3}
    records = _look({"weight_map": weights}, "folder/model.safetensors.index.json")
    assert facts_of(records) == {
        "weight-index": ("model-1.safetensors", "model-2.safetensors"),
        "weight-index-tensors": (("model-1.safetensors", 1), ("model-2.safetensors", 2)),
    }


CODE = {
    "a class": ({"auto_map": {"AutoModel": "modeling.Model"}}, "/auto_map/AutoModel", "modeling.Model"),
    "two classes": ({"auto_map": {"AutoTokenizer": ["t.Slow", None]}}, "/auto_map/AutoTokenizer/0", "t.Slow"),
    "the old list": ({"auto_map": ["tokenization.Slow", None]}, "/auto_map/0", "tokenization.Slow"),
    "nested": ({"vision_config": [{"auto_map": {"A": "m.V"}}]}, "/vision_config/0/auto_map/A", "m.V"),
    "a pipeline": ({"custom_pipelines": {"t": {"impl": "p.P", "pt": []}}}, "/custom_pipelines/t/impl", "p.P"),
    "the switch": ({"trust_remote_code": True}, "/trust_remote_code", "True"),
    "the switch as a number": ({"a": {"trust_remote_code": 1}}, "/a/trust_remote_code", "1"),
    "the switch as text": ({"trust_remote_code": "true"}, "/trust_remote_code", "true"),
}


@pytest.mark.parametrize("what", CODE)
@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "sub/processor_config.json"])
def test_what_asks_for_code_is_found_where_it_stands(what: str, name: str) -> None:
    value, where, seen = CODE[what]
    records = _look(value, name)
    (finding,) = only(records, Finding)
    assert finding.rule == REMOTE_CODE
    assert (finding.evidence[0].pointer, finding.evidence[0].what) == (where, seen)
    assert states_of(records) == CLEAN


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_no_encoding_hides_it(encoding: str) -> None:
    data = json.dumps({"auto_map": {"AutoModel": "m\u00f6deling.Model"}}, ensure_ascii=False).encode(encoding)
    assert json.loads(data)
    assert rules_of(inspected(MODULE, data, "config.json")) == [REMOTE_CODE]


@pytest.mark.parametrize("repo", ["someone/code", "_someone/_code", "gpt2"])
def test_code_of_another_repository_is_a_link(repo: str) -> None:
    records = _look({"auto_map": {"AutoModel": f"{repo}--modeling.Model", "AutoConfig": f"{repo}--c.Config"}})
    assert rules_of(records) == [REMOTE_CODE]
    assert _edges(records) == [(EdgeKind.LOADS_CODE, repo, None)] * 2


@pytest.mark.parametrize("text", ["../x--m.M", "a/b/c--m.M", "--m.M", "modeling.Model"])
def test_what_names_no_repository_is_no_link(text: str) -> None:
    records = _look({"auto_map": {"AutoModel": text}})
    assert rules_of(records) == [REMOTE_CODE]
    assert _edges(records) == []


KERNELS = {
    "someone/kernel": ("someone/kernel", None),
    "paged|someone/kernel": ("someone/kernel", None),
    "someone/kernel:flash": ("someone/kernel", None),
    "someone/kernel@v1.2:flash": ("someone/kernel", "v1.2"),
    " someone/kernel ": ("someone/kernel", None),
    "_someone/_kernel": ("_someone/_kernel", None),
    "kernels-community/flash-attn3": ("kernels-community/flash-attn3", None),
}


@pytest.mark.parametrize("text", KERNELS)
@pytest.mark.parametrize("key", ["_attn_implementation_internal", "_attn_implementation", "attn_implementation"])
def test_a_kernel_of_a_repository_is_found_and_followed(text: str, key: str) -> None:
    records = _look({"text_config": {key: {"": text}}})
    assert rules_of(records) == [KERNEL]
    assert _edges(records) == [(EdgeKind.LOADS_CODE, *KERNELS[text])]


@pytest.mark.parametrize(
    "kind", ["custom_st.Transformer", "os.system", "sentence_transformers_evil.models.Pooling", "modeling.Model"]
)
def test_a_module_from_elsewhere_is_found(kind: str) -> None:
    value = [{"type": "sentence_transformers.models.Transformer"}, {"type": kind}, "x", {"type": 3}]
    (finding,) = only(_look(value, "modules.json"), Finding)
    assert (finding.rule, finding.evidence[0].pointer) == (FOREIGN, "/1/type")
    assert rules_of(_look(value, "other.json")) == []
    assert rules_of(_look({"0": {"type": kind}}, "modules.json")) == []


ADAPTERS = [
    ({"base_model_name_or_path": "org/base"}, [("org/base", None)]),
    ({"base_model_name_or_path": "gpt2", "revision": "v1/x"}, [("gpt2", "v1/x")]),
    ({"base_model_name_or_path": "org/base", "revision": ""}, [("org/base", None)]),
    ({"base_model_name_or_path": "org/base", "revision": "\ud800"}, [("org/base", None)]),
    ({"base_model_name_or_path": "org/base", "revision": ["main"]}, [("org/base", None)]),
    ({"base_model_name_or_path": "/home/me/base"}, []),
    ({"base_model_name_or_path": "./base"}, []),
    ({"base_model_name_or_path": None}, []),
]


@pytest.mark.parametrize(("value", "links"), ADAPTERS)
def test_an_adapter_links_to_its_base(value: object, links: list[tuple[str, str | None]]) -> None:
    records = _look(value, "adapter_config.json")
    assert rules_of(records) == []
    assert _edges(records) == [(EdgeKind.LOADS_WEIGHTS, *link) for link in links]
    assert _edges(_look(value, "config.json")) == []


def test_keys_that_stand_twice_are_found() -> None:
    data = b'{"model_type": "bert", "model_type": "other", "auto_map": {"A": "a.B"}, "auto_map": {}}'
    records = inspected(MODULE, data, "config.json")
    assert rules_of(records) == ["json-duplicate-key"] * 2
    assert [finding.evidence[0].what for finding in only(records, Finding)] == ["model_type", "auto_map"]


@pytest.mark.parametrize("data", [b"", b"{", b'{"a": 1}\n{"a": 2}', b"{} // comment", b"not JSON", b"1" * 5000])
def test_text_that_is_not_json_is_said_so(data: bytes) -> None:
    records = inspected(MODULE, data, "config.json")
    assert (rules_of(records), states_of(records)) == (["json-malformed"], CLEAN)


@pytest.mark.parametrize("data", [bytes(40), b"\x80\x04N.", b'{"a": "\0', b"\xff\xfe\xff"])
def test_what_is_no_text_is_left_to_others(data: bytes) -> None:
    records = inspected(MODULE, data, "config.json")
    assert (rules_of(records), states_of(records)) == ([], [CoverageState.UNKNOWN])


@pytest.mark.parametrize(
    ("data", "name", "ids"),
    [
        (b"{}", "config.json", ["json"]),
        (b"\xef\xbb\xbf [1]", "a.json", ["json"]),
        (b"{}", "notes.txt", ["text"]),
        (b"text", "config.json", ["json", "text"]),
        (b"{}", "notebook.ipynb", ["notebook"]),
        (POINTER, "config.json", ["json", "lfs"]),
    ],
)
def test_recognition_wants_name_and_content(data: bytes, name: str, ids: list[str]) -> None:
    assert [found.FORMAT.id for found in candidates(probe(data, name))] == ids


def test_a_notebook_is_read_but_not_understood() -> None:
    assert states_of(_look({"cells": []}, "train.ipynb")) == [CoverageState.PARTIAL]


def test_too_large_too_deep_and_too_many_are_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    assert until_limit(MODULE, deep, Limits()) == []
    assert until_limit(MODULE, b"[" + b"0," * 5_000_000 + b"0]", Limits()) == []
    assert until_limit(MODULE, b"{}" + b" " * 100, Limits(steps=5)) == []
    monkeypatch.setattr(body, "MAX_BYTES", 10)
    with pytest.raises(BudgetExceeded, match="more than the 10"):
        _look({"a": "longer than that"})


def test_findings_without_end_are_a_limit() -> None:
    data = b"[" + b'{"trust_remote_code":true},' * 2000 + b"0]"
    assert len(until_limit(MODULE, data, Limits())) == body.MAX_RECORDS


def test_wide_things_in_deep_things_take_no_memory() -> None:
    deep = '{"a":' * 800 + "[" + "{}," * 50_000 + '{"trust_remote_code":true}]' + "}" * 800
    (finding,) = only(inspected(MODULE, deep.encode(), "config.json"), Finding)
    assert finding.evidence[0].pointer is None


def test_text_that_hides_is_shown_escaped() -> None:
    key, text = "\u202ea\x1b[31m", "m.\u202eM\n\ud800"
    records = inspected(MODULE, json.dumps({key: {"auto_map": {"A": text}}}).encode(), "config.json")
    (finding,) = only(records, Finding)
    assert finding.message.isprintable()
    assert finding.evidence[0].what.isprintable()
    assert finding.evidence[0].pointer == f"/{key}/auto_map/A"


@settings(max_examples=40, deadline=None)
@given(st.recursive(st.text(max_size=9), lambda x: st.lists(x) | st.dictionaries(st.text(max_size=9), x), max_leaves=9))
def test_only_named_keys_matter(value: object) -> None:
    records = _look({"value": value}, "settings.json")
    assert rules_of(records) == []
    assert states_of(records) == CLEAN


@pytest.mark.parametrize("name", ["config.json", "model.json", "tokenizer.json"])
def test_models_of_keras_are_judged_as_keras_builds_them(name: str) -> None:
    config = sequential(built("Lambda", {"function": lambda_code()}))
    (finding,) = only(inspected(MODULE, json.dumps(config).encode(), name), Finding)
    assert (finding.rule, finding.evidence[0].pointer) == ("keras-python-code", "/config/layers/2/config/function")
    assert rules_of(inspected(MODULE, json.dumps(sequential()).encode(), name)) == []
