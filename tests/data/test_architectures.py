"""What architectures store, as it is registered, and arithmetic on settings."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.data import architectures, drafting, registries
from verifier.data.architectures import ANY, Tensor, architecture, evaluated, numberless

TYPES = [path.stem for path in sorted((registries.FOLDER / "architectures").glob("*.toml"))]
SIZES = {"a": 6, "b": 4, "text_config.a": 7}


@pytest.mark.parametrize(
    ("arithmetic", "value"),
    [
        ("12", 12),
        ("a", 6),
        ("text_config.a", 7),
        ("2*a+b", 16),
        ("a-1", 5),
        ("a/b*a/b+1", 2),
        ("a*b-2*b", 16),
        ("a/none", None),
        ("a/0", None),
        (ANY, None),
    ],
)
def test_arithmetic_is_on_settings(arithmetic: str, value: int | None) -> None:
    assert evaluated(arithmetic, SIZES) == value


@given(st.text(max_size=40))
def test_no_arithmetic_breaks_it(text: str) -> None:
    assert isinstance(evaluated(text, SIZES), int | None)


@pytest.mark.parametrize("model_type", TYPES)
def test_what_is_registered_is_arithmetic(model_type: str) -> None:
    known = architecture(model_type)
    assert known is not None
    assert known.name
    assert known.prefix.endswith(".")
    assert len(known.tensors) > 5
    for tensors in (known.tensors, known.optional, *known.heads.values()):
        for name, tensor in tensors.items():
            assert numberless(name) == name
            for term in (tensor.count, *(tensor.shape or ())):
                assert re.fullmatch(r"_|(\d+|[a-z][\w.]*)([-+*/](\d+|[a-z][\w.]*))*", term), term


@pytest.mark.parametrize("model_type", ["no-such-type", "../licenses", "", "None"])
def test_nothing_is_known_of_others(model_type: str) -> None:
    assert architecture(model_type) is None


def test_a_class_is_known_by_its_head() -> None:
    known = architecture("bert")
    assert known is not None
    heads = {name: known.head(name) for name in ("BertModel", "BertForMaskedLM", "RobertaModel", "Bert", "BertForJoy")}
    assert heads == {
        "BertModel": "Model",
        "BertForMaskedLM": "ForMaskedLM",
        "RobertaModel": None,
        "Bert": None,
        "BertForJoy": None,
    }


def test_types_that_store_the_same_are_told_once() -> None:
    alike, known = architecture("xlm-roberta"), architecture("roberta")
    assert alike is not None
    assert known is not None
    assert (alike.name, alike.tensors) == ("XLMRoberta", known.tensors)


def test_tensors_have_names_of_older_releases_too() -> None:
    known = architecture("bert")
    assert known is not None
    assert known.own_name("bert.embeddings.LayerNorm.gamma") == "embeddings.LayerNorm.weight"
    assert known.own_name("embeddings.LayerNorm.beta") == "embeddings.LayerNorm.bias"
    assert known.may_hold("embeddings.position_ids")
    assert known.may_hold("cls.predictions.decoder.weight")
    assert known.may_hold("cls.seq_relationship.weight")
    assert not known.may_hold("adapter.down.weight")
    assert architectures.architecture("gpt2") is architecture("gpt2")


def test_a_draft_is_what_is_registered(capsys: pytest.CaptureFixture[str]) -> None:
    drafting.main(["gpt2"])
    registered = (registries.FOLDER / "architectures" / "gpt2.toml").read_text(encoding="utf-8")
    assert capsys.readouterr().out == registered


def test_classes_that_refuse_the_sizes_are_left_out_of_a_draft(capsys: pytest.CaptureFixture[str]) -> None:
    drafted = drafting.draft("distilbert")
    assert "not drafted: DistilBertForQuestionAnswering: config.num_labels" in capsys.readouterr().err
    assert '"transformer.layer.#.ffn.lin1.weight" = "n_layers: hidden_dim dim"' in drafted
    assert "ForQuestionAnswering" not in drafted
    known = architecture("distilbert")
    assert known is not None
    assert known.heads["ForQuestionAnswering"]["qa_outputs.weight"] == Tensor("1", ("2", "dim"))
