"""What is declared of types, tokens, task, base and files, against what the files hold."""

from __future__ import annotations

import pytest

from tests.builders.dossiers import artifact, claim, snapshot
from tests.crosschecks.claims.test_claims import LAYOUT, fact, results, settings
from verifier.crosschecks import claims
from verifier.records import Comparison, Dossier, Value

HALVES: Value = ("wte.weight", (512, 512, 0))


@pytest.mark.parametrize(
    ("declared", "more", "result"),
    [
        ("float32", (), "consistent"),
        ("torch.float32", (), "consistent"),
        ("bfloat16", (), "inconclusive"),
        ("auto", (), "not-checkable"),
        ("float32", (fact("unmoved-rows", HALVES),), "inconclusive"),
        ("float32", (fact("unmoved-rows", HALVES), fact("unmoved-rows", ("wpe.weight", (9, 1, 9)))), "consistent"),
    ],
)
def test_a_declared_type_is_that_of_most_numbers(declared: str, more: tuple[object, ...], result: str) -> None:
    assert results(settings(torch_dtype=declared), *more)["dtype"] == [result]  # type: ignore[arg-type]


def test_quantized_weights_have_no_declared_type() -> None:
    held = results(fact("configuration", (("dtype", "float16"), ("quantization_config.bits", 4)), "config.json"))
    assert held["dtype"] == ["not-checkable"]


@pytest.mark.parametrize(
    ("label", "types", "result"),
    [
        (3, ("Q4_1", "Q8_0"), "consistent"),
        (15, ("Q4_K", "Q6_K"), "consistent"),
        (15, ("Q5_0", "Q8_0"), "inconclusive"),
        (7, ("Q4_0", "F32"), "contradicted"),
        (15, ("F16", "F32"), "contradicted"),
        (1, ("Q8_0", "F32"), "contradicted"),
        (1, ("MXFP4", "F32"), "inconclusive"),
        (999, ("Q4_1", "Q8_0"), "not-checkable"),
    ],
)
def test_a_label_of_a_quantized_file_is_what_most_weights_are(label: int, types: tuple[str, str], result: str) -> None:
    most, others = types
    layout: Value = (
        ("blk.#.ffn_up.weight", most, "64x64", 9),
        ("blk.#.attn_norm.weight", "F32", "64", 9),
        ("blk.#.ffn_down.weight", others, "8x8", 1),
        ("token_embd.weight", "Q8_0", "900x64", 1),
    )
    said: Value = (("general.file_type", label, 40),)
    held = results(fact("gguf-settings", said, "q.gguf"), fact("tensor-layout", layout, "q.gguf"))
    assert held["quantization"] == [result]


def test_names_of_files_are_labels() -> None:
    name = "m-135M.Q4_K_M.gguf"
    layout: Value = (("blk.#.a.weight", "Q4_K", "64x64", 9),)
    held = claims.check(Dossier(snapshot(artifact(name)), facts=(fact("tensor-layout", layout, name),)))
    (found,) = (one for one in held if isinstance(one, Comparison) and one.kind == "quantization")
    assert (found.result, found.claim and found.claim.value) == ("consistent", "Q4_K_M")


TOKENIZER = (
    fact("token-ids", 100, "tokenizer.json"),
    fact("added-tokens", (("<s>", 1), ("</s>", 2)), "tokenizer.json"),
)


@pytest.mark.parametrize(
    ("said", "named", "result"),
    [
        (2, {"eos_token": "</s>"}, "consistent"),
        ((5, 2), {"eos_token.content": "</s>"}, "consistent"),
        (1, {"eos_token": "</s>"}, "inconclusive"),
        (7, {}, "consistent"),
        (99_999, {}, "inconclusive"),
    ],
)
def test_tokens_have_the_numbers_the_tokenizer_gives_them(said: Value, named: dict[str, Value], result: str) -> None:
    facts = *TOKENIZER, settings(eos_token_id=said), settings("tokenizer_config.json", **named)
    assert results(*facts)["eos-token"] == [result]


def test_tokens_of_unknown_vocabularies_are_not_checked_and_suppressed_ends_are_told() -> None:
    bare: Value = (("w.weight", "F32", "9x2", 1),)
    assert results(settings(eos_token_id=2), layout=bare)["eos-token"] == ["not-checkable"]
    assert "pad-token" not in results(settings(pad_token_id=-1))
    generation = settings("generation_config.json", eos_token_id=2, suppress_tokens=(1, 2))
    assert results(*TOKENIZER, generation)["eos-token"] == ["inconclusive"]


@pytest.mark.parametrize(
    ("tag", "named", "result"),
    [
        ("text-classification", "BertForSequenceClassification", "consistent"),
        ("text-classification", "BertForMaskedLM", "inconclusive"),
        ("feature-extraction", "BertModel", "consistent"),
        ("tabular-regression", "BertModel", "not-checkable"),
        ("fill-mask", None, "not-checkable"),
    ],
)
def test_a_task_is_served_by_the_class_that_is_named(tag: str, named: str | None, result: str) -> None:
    facts = [settings(architectures=(named,))] if named else []
    assert results(*facts, said=(claim("pipeline-tag", tag),))["pipeline-tag"] == [result]


def test_a_base_is_the_one_the_files_name() -> None:
    said = claim("base-model", "org/base"), claim("base-model-relation", "adapter")
    adapter = settings("adapter_config.json", base_model_name_or_path="/models/Base/")
    other = settings("adapter_config.json", base_model_name_or_path="org/other")
    assert _base(results(adapter, said=said)) == ["consistent", "consistent"]
    assert _base(results(other, said=said)) == ["inconclusive", "consistent"]
    assert _base(results(said=said)) == ["not-checkable", "inconclusive"]
    url: Value = (("general.base_model.0.repo_url", "https://huggingface.co/org/base", 9),)
    assert _base(results(fact("gguf-settings", url, "q.gguf"), said=said)) == ["consistent", "inconclusive"]


def test_relations_that_only_the_base_shows_are_not_checked() -> None:
    assert results(said=(claim("base-model-relation", "finetune"),))["base-model-relation"] == ["not-checkable"]
    quantized = (("layer.#.qweight", "I32", "48x384", 6),)
    held = results(said=(claim("base-model-relation", "quantized"),), layout=quantized)
    assert held["base-model-relation"] == ["consistent"]


def _base(held: dict[str, list[str]]) -> list[str]:
    return held["base-model"] + held["base-model-relation"]


def test_files_are_as_the_card_says() -> None:
    said = claim("only-safetensors", "only safetensors"), claim("no-remote-code", "no remote code needed")
    assert results(said=said)["only-safetensors"] == ["consistent"]
    assert results(said=said)["no-remote-code"] == ["consistent"]
    held = results(settings(**{"auto_map.AutoModel": "m.Model"}), said=said)
    assert held["no-remote-code"] == ["inconclusive"]
    for formats, result in ((("torch-zip", "pickle"), "contradicted"), (("onnx",), "inconclusive")):
        dossier = Dossier(snapshot(artifact("m", 9, *formats)), claims=said)
        found = [one for one in claims.check(dossier) if isinstance(one, Comparison) and one.kind == "only-safetensors"]
        assert [one.result for one in found] == [result]


def test_what_no_file_shows_is_listed() -> None:
    said = claim("language", ("en",)), claim("datasets", ("d",)), claim("safety", "the model is safety-tuned")
    held = results(said=said, layout=LAYOUT)
    assert held["language"] == held["datasets"] == held["safety"] == ["not-checkable"]
    assert results(said=(*said, claim("tags", ("Uncensored",))))["safety"] == ["inconclusive"]


def test_controls_and_licenses_of_ones_own_are_listed_too() -> None:
    said = (
        claim("license", "other"),
        claim("license-name", "novel-1"),
        claim("control", ("poisoning", "a filter")),
        claim("control", ("misuse", "none-declared")),
    )
    held = results(said=said, layout=LAYOUT)
    assert held["license"] == held["license-name"] == held["control"] == ["not-checkable"]


@pytest.mark.parametrize(
    ("data", "split", "result"),
    [
        ("nyu-mll/glue", "", "inconclusive"),
        ("GLUE", "train[:10%]", "inconclusive"),
        ("glue", "validation", "not-checkable"),
        ("superglue", "", "not-checkable"),
    ],
)
def test_scores_of_what_a_model_was_trained_on_are_told(data: str, split: str, result: str) -> None:
    said = claim("datasets", ("squad", "glue")), claim("metric", ("accuracy", 0.9, data, split))
    assert results(said=said, layout=LAYOUT)["datasets"] == [result]
    elsewhere = claim("datasets", ("glue",), subject="base")
    assert "datasets" not in results(said=(elsewhere, said[1]), layout=LAYOUT)
