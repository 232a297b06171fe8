"""What is said of a model against its tensors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders.dossiers import artifact, claim, snapshot
from verifier.crosschecks import claims
from verifier.records import Claim, Comparison, Dossier, Evidence, Fact, Finding, Result, Standing, Value

LAYOUT: Value = (
    ("embeddings.position_embeddings.weight", "F32", "512x384", 1),
    ("embeddings.position_ids", "I64", "1x512", 1),
    ("embeddings.word_embeddings.weight", "F32", "30522x384", 1),
    ("layer.#.a.weight", "F32", "384x384", 6),
    ("layer.#.b.weight", "F32", "384x384", 6),
)
PARAMETERS = 512 * 384 + 30522 * 384 + 12 * 384 * 384


def fact(kind: str, value: Value, name: str = "model.safetensors") -> Fact:
    return Fact(kind, value, Evidence(name, kind, "test/1"))


def settings(name: str = "config.json", /, **values: Value) -> Fact:
    return fact("configuration", tuple(values.items()), name)


def labels(count: int) -> Fact:
    return fact("configuration", (("id2label#", count),), "config.json")


def results(*facts: Fact, said: tuple[Claim, ...] = (), layout: Value = LAYOUT) -> dict[str, list[str]]:
    """By kind what becomes of the claims about a model of that layout."""
    found: dict[str, list[str]] = {}
    for record in check(*facts, said=said, layout=layout):
        if isinstance(record, Comparison):
            assert record.reason
            found.setdefault(record.kind, []).append(record.result.value)
    return found


def check(*facts: Fact, said: tuple[Claim, ...] = (), layout: Value = LAYOUT) -> list[Comparison | Finding]:
    names = ["config.json", "model.safetensors", "sentence_bert_config.json", "tokenizer.json", "q.gguf", "LICENSE"]
    names += ["adapter_config.json", "generation_config.json", "tokenizer_config.json"]
    held = (fact("tensor-layout", layout), *facts)
    return list(claims.check(Dossier(snapshot(*(artifact(name) for name in names)), facts=held, claims=said)))


@pytest.mark.parametrize(
    ("said", "result"),
    [
        (f"{PARAMETERS:,}", "consistent"),
        ("13.7M", "consistent"),
        ("14M", "consistent"),
        ("13 million", "consistent"),
        ("16M", "inconclusive"),
        ("8x7B", "inconclusive"),
        ("135M", "contradicted"),
    ],
)
def test_parameters_are_the_elements_of_tensors_that_are_no_integers(said: str, result: str) -> None:
    assert results(said=(claim("parameters", said),))["parameters"] == [result]


def test_how_far_a_number_is_off_is_told() -> None:
    for said, off in (("16M", [17]), ("135M", [887]), ("8x7B", [])):
        (found,) = (one for one in check(said=(claim("parameters", said),)) if _is(one, "parameters"))
        assert isinstance(found, Comparison)
        assert [fact.value for fact in found.facts if fact.kind == "parameters-off"] == off


def test_of_several_numbers_of_parameters_those_of_other_models_are_left_out() -> None:
    said = claim("parameters", "13.7M"), claim("parameters", "1.7B")
    assert results(said=said)["parameters"] == ["consistent"]
    assert results(said=(claim("parameters", "2B"), claim("parameters", "1.7B")))["parameters"] == ["inconclusive"] * 2
    assert results()["parameters"] == ["not-declared"]
    packed = ("layer.#.qweight", "I32", "48x384", 6)
    assert results(said=said, layout=(packed,))["parameters"] == ["not-checkable"] * 2


@pytest.mark.parametrize(
    ("kind", "key", "value", "result"),
    [
        ("vocabulary-size", "vocab_size", 30522, "consistent"),
        ("vocabulary-size", "vocab_size", 30500, "contradicted"),
        ("vocabulary-size", "vocab_size", 32000, "contradicted"),
        ("layers", "num_hidden_layers", 6, "consistent"),
        ("layers", "num_hidden_layers", 12, "contradicted"),
        ("hidden-size", "hidden_size", 384, "consistent"),
        ("hidden-size", "hidden_size", 768, "contradicted"),
        ("context-length", "max_position_embeddings", 512, "consistent"),
        ("context-length", "max_position_embeddings", 2048, "contradicted"),
        ("output-dimension", "word_embedding_dimension", 384, "consistent"),
        ("output-dimension", "word_embedding_dimension", 1024, "contradicted"),
    ],
)
def test_what_the_configuration_says_is_in_the_tensors(kind: str, key: str, value: int, result: str) -> None:
    assert results(fact("configuration", ((key, value),), "config.json"))[kind] == [result]


def test_a_table_of_tokens_may_be_padded_and_a_tokenizer_reach_less_far() -> None:
    padded = (("model.embed_tokens.weight", "BF16", "32064x8", 1),)
    held = results(settings(vocab_size=32000), fact("token-ids", 32000, "tokenizer.json"), layout=padded)
    assert (held["vocabulary-size"], held["tokenizer"]) == (["consistent"], ["consistent"])
    held = results(settings(vocab_size=30522), fact("token-ids", 32000, "tokenizer.json"))
    assert held["tokenizer"] == ["inconclusive"]


def test_labels_are_the_rows_of_the_last_layer() -> None:
    layout: Value = (("classifier.weight", "F32", "3x384", 1), ("pre_classifier.weight", "F32", "384x384", 1))
    assert results(labels(3), layout=layout)["labels"] == ["consistent"]
    assert results(labels(2), layout=layout)["labels"] == ["contradicted"]
    assert "labels" not in results(labels(2))


def test_shards_are_one_model() -> None:
    paths = [f"model-0000{number}-of-00002.safetensors" for number in (1, 2)]
    halves = [fact("tensor-layout", (("l.#.w.weight", "F32", "2x2", 3), ("wte.weight", "F32", "9x2", 1)), paths[0])]
    halves += [fact("tensor-layout", (("l.#.w.weight", "F32", "2x2", 3),), paths[1])]
    files = [artifact(path) for path in (*paths, "config.json")]
    held = claims.check(Dossier(snapshot(*files), facts=(*halves, settings(n_layer=6))))
    assert [one.result.value for one in held if isinstance(one, Comparison) and one.kind == "layers"] == ["consistent"]


def test_gguf_files_are_held_against_themselves() -> None:
    layout: Value = (("blk.#.a.weight", "Q4_1", "8x8", 2), ("token_embd.weight", "Q8_0", "100x8", 1))
    said: Value = (("general.size_label", "135M", 3), ("llama.block_count", 2, 4), ("llama.vocab_size", 100, 5))
    own = fact("tensor-layout", layout, "q.gguf"), fact("gguf-settings", said, "q.gguf")
    held = results(*own)
    assert (held["parameters"], held["layers"], held["vocabulary-size"]) == (
        ["contradicted"],
        ["consistent"],
        ["consistent"],
    )


def test_a_license_is_an_identifier_whose_text_may_be_there() -> None:
    assert results(said=(claim("license", "apache-2.0"),))["license"] == ["consistent"]
    assert results(said=(claim("license", "my own"),))["license"] == ["inconclusive"]


def test_sources_that_disagree_are_a_finding() -> None:
    facts = settings(max_position_embeddings=512), settings("sentence_bert_config.json", max_seq_length=256)
    (found,) = (record for record in check(*facts) if isinstance(record, Finding))
    assert found.rule == "card-claims-disagree"
    assert "512 in config.json, 256 in sentence_bert_config.json" in found.message
    assert not [record for record in check(facts[0]) if isinstance(record, Finding)]


def test_what_is_said_of_positions_that_are_no_table_cannot_be_checked() -> None:
    held = results(settings(max_position_embeddings=9), layout=(("wte.weight", "F32", "9x2", 1),))
    assert held["context-length"] == ["not-checkable"]
    assert results(said=(claim("context-length", "1024"),))["context-length"] == ["inconclusive"]
    assert results(said=(claim("context-length", "128k"),))["context-length"] == ["not-checkable"]


@pytest.mark.parametrize(
    ("unmoved", "trained", "advertised"),
    [
        ((512, 384, 128), "consistent", "inconclusive"),
        ((514, 385, 130), "consistent", "inconclusive"),
        ((512, 0, 512), "inconclusive", "consistent"),
        ((512, 512, 0), "inconclusive", "consistent"),
        ((512, 400, 128), "inconclusive", "consistent"),
        ((512, 448, 64), "inconclusive", "inconclusive"),
        (None, "inconclusive", "consistent"),
    ],
)
def test_positions_that_were_never_trained_are_advertised_in_vain(
    unmoved: Value, trained: str, advertised: str
) -> None:
    told = fact("unmoved-rows", ("embeddings.position_embeddings.weight", unmoved))
    sbert = settings("sentence_bert_config.json", max_seq_length=256)
    facts = (settings(max_position_embeddings=512), sbert, *([told] if unmoved else []))
    held = results(*facts, said=(claim("trained-length", "128"),))
    assert held["trained-length"] == [trained]
    assert sorted(held["context-length"]) == sorted(["consistent", advertised])


def test_positions_in_half_precision_do_not_show_what_was_trained() -> None:
    layout: Value = (("embeddings.position_embeddings.weight", "F16", "512x384", 1),)
    (found,) = (
        one for one in check(said=(claim("trained-length", "128"),), layout=layout) if _is(one, "trained-length")
    )
    assert isinstance(found, Comparison)
    assert (found.result, found.reason) == (Result.INCONCLUSIVE, "which rows were trained does not show in F16")


def _is(record: Comparison | Finding, kind: str) -> bool:
    return isinstance(record, Comparison) and record.kind == kind


def test_of_a_model_that_says_nothing_of_itself_the_same_is_told_as_by_all_modules() -> None:
    silent = Dossier(snapshot(artifact("a.bin")), facts=(fact("digest", ("sha256", "0"), "a.bin"),))
    license_ = claim("license", None, standing=Standing.ABSENT)
    other = fact("token-ids", 7, "tokenizer.json")
    told = list(claims.check(replace(silent, claims=(license_,))))
    assert [(one.kind, one.result) for one in told if isinstance(one, Comparison)] == [("parameters", "not-declared")]
    assert list(claims.check(replace(silent, facts=(other,)))) == told
    assert list(claims.check(replace(silent, facts=(fact("configuration", ()),)))) == told
