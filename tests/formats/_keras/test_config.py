"""What building the objects of a configuration would run, import, read or unpickle is found; the rest is quiet."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.keras_models import CODE, built, function, lambda_code, sequential
from verifier.errors import BudgetExceeded
from verifier.formats._context import Member
from verifier.formats._json import Json
from verifier.formats._keras import CODE as CODE_RULE
from verifier.formats._keras import DANGEROUS, FILE, MALFORMED, PICKLE, RULES, UNKNOWN
from verifier.formats._keras.config import inspect_config, inspect_text, looks_like_keras
from verifier.records import Artifact, Finding

WHERE = Artifact("config.json", 1)


def judged(config: Json) -> list[tuple[str, str | None]]:
    """Rules and pointers of the findings."""
    records = inspect_config(WHERE, config, "keras/1", "/model_config")
    return [(r.rule, r.evidence[0].pointer) for r in records if isinstance(r, Finding)]


GENUINE: dict[str, Json] = {
    "sequential": sequential(),
    "compiled": sequential(
        compile_config={"optimizer": built("Adam", {"learning_rate": 0.001}, "keras.optimizers"), "loss": "mse"}
    ),
    "functional": built("Functional", {"layers": []}, "keras.src.models.functional"),
    "dtype policy": built("DTypePolicy", {"name": "float32"}, "keras"),
    "schedule": built("ExponentialDecay", {}, "keras.optimizers.schedules"),
    "registered": sequential(built("MyLayer", {}, None, registered_name="mine>MyLayer")),
    "registered function": function("builtins", "Custom>act"),
    "own function of keras 2": function("builtins", "sigmoid"),
    "own function": function("keras.activations", "gelu"),
    "operation in a layer": built("Lambda", {"function": function("keras.ops", "relu")}),
    "preprocessing": built(
        "Lambda", {"function": function("keras.src.applications.imagenet_utils", "preprocess_input")}
    ),
    "keras 2": {"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"units": 2}}]}},
    "tf_keras": built("Dense", {}, "tf_keras.layers"),
    "tensorflow": built("Dense", {}, "tensorflow.python.keras.layers.core"),
    "hub": built("BertBackbone", {"vocabulary_size": 100}, "keras_hub.src.models.bert.bert_backbone"),
    "vocabulary": built("StringLookup", {"vocabulary": ["a", "b"]}),
    "vocabulary in assets": built("TextVectorization", {"vocabulary": None}),
    "tensor": {"class_name": "__tensor__", "config": {"value": [1.0], "dtype": "float32"}},
    "tuple": {"class_name": "__tuple__", "items": [3, 3]},
    "type": {"class_name": "TypeSpec", "config": {}},
    "typespec": {
        "class_name": "__typespec__",
        "spec_name": "TensorSpec",
        "module": "tensorflow.python.framework.tensor",
        "config": [[1], "float32"],
    },
    "operator": {"class_name": "TFOpLambda", "module": "keras.layers", "config": {"function": "math.reduce_sum"}},
    "added": {"class_name": "TFOpLambda", "config": {"function": "__operators__.add"}},
    "sliced": {"class_name": "SlicingOpLambda", "config": {"function": "__operators__.getitem"}},
    "calls": sequential(
        built("Dense", {}, inbound_nodes=[{"args": [{"class_name": "__keras_tensor__"}], "kwargs": {}}])
    ),
    "no object": [1, None, "text", {"a": ["b", None, None]}],
}


@pytest.mark.parametrize("what", GENUINE)
def test_what_keras_writes_is_quiet(what: str) -> None:
    assert judged(GENUINE[what]) == []


LAYER = "/model_config/config/layers/2"
HOSTILE: dict[str, tuple[Json, str, str]] = {
    "bytecode": (built("Lambda", {"function": lambda_code()}), CODE_RULE, "/config/function"),
    "bytecode of keras 2": (built("Lambda", {"function": [CODE, None, None]}), CODE_RULE, "/config/function"),
    "bytecode as a tuple": (
        built("Lambda", {"function": {"class_name": "__tuple__", "items": [CODE, None, None]}}),
        CODE_RULE,
        "/config/function/items",
    ),
    "bytecode in an initializer": (
        built("Dense", {"bias_initializer": lambda_code()}),
        CODE_RULE,
        "/config/bias_initializer",
    ),
    "bytecode in arguments": (
        built("Dense", {}, inbound_nodes=[{"args": [lambda_code()]}]),
        CODE_RULE,
        "/inbound_nodes/0/args/0",
    ),
    "bytecode that is no base64": (
        built("Lambda", {"function": {"class_name": "__tuple__", "items": ["\u00e3" + "\0" * 40, None, None]}}),
        CODE_RULE,
        "/config/function/items",
    ),
    "bytecode with odd padding": (
        built("Dense", {"bias_initializer": ["c" + "\0" * 40 + "=", None, None]}),
        CODE_RULE,
        "/config/bias_initializer",
    ),
    "bytecode alone": (built("Lambda", {"function": CODE}), CODE_RULE, "/config/function"),
    "bytecode by its type": (
        built("Lambda", {"function": "f", "function_type": "lambda"}),
        CODE_RULE,
        "/config/function",
    ),
    "bytecode in an odd shape": (
        built("Lambda", {"function": {"class_name": "__tuple__", "items": ["?"]}, "function_type": "lambda"}),
        CODE_RULE,
        "/config/function",
    ),
    "odd bytecode": (built("Lambda", {"function": ["YQ==", None]}), CODE_RULE, "/config/function"),
    "name in another module": (
        built("Lambda", {"function": "system", "function_type": "function", "module": "os"}),
        DANGEROUS,
        "/config/function",
    ),
    "name the caller has": (
        built("Lambda", {"function": "f", "function_type": "function", "module": "__main__"}),
        UNKNOWN,
        "/config/function",
    ),
    "shape by name": (
        built("Lambda", {"output_shape": "system", "output_shape_type": "function", "output_shape_module": "os"}),
        DANGEROUS,
        "/config/output_shape",
    ),
    "module": (built("Popen", {"args": ["true"]}, "subprocess"), DANGEROUS, ""),
    "function": (function("os", "system"), DANGEROUS, ""),
    "function of Python": (function("builtins", "eval"), DANGEROUS, ""),
    "class of Python": (built("type", {}, "builtins"), DANGEROUS, ""),
    "symbol of numpy": (function("numpy", "load"), DANGEROUS, ""),
    "type": ({"class_name": "__typespec__", "spec_name": "system", "module": "os", "config": []}, DANGEROUS, ""),
    "fetching": (function("keras.utils", "get_file"), DANGEROUS, ""),
    "fetching, where it is": (function("keras.src.utils.file_utils", "get_file"), DANGEROUS, ""),
    "fetching, of tf_keras": (function("tf_keras.utils", "get_file"), DANGEROUS, ""),
    "fetching, re-exported": (function("keras._tf_keras.keras.utils", "get_file"), DANGEROUS, ""),
    "loading": (function("keras_hub.src.utils", "load_model"), DANGEROUS, ""),
    "looking up": (function("keras.losses", "get"), DANGEROUS, ""),
    "loosening": (function("keras.config", "enable_unsafe_deserialization"), DANGEROUS, ""),
    "what a module of keras imports": (function("keras.src.utils.file_utils", "urlretrieve"), DANGEROUS, ""),
    "class in a module that loads": (built("Anything", {}, "keras.src.saving.serialization_lib"), DANGEROUS, ""),
    "third party": (built("Layer", {}, "my_pkg.layers"), UNKNOWN, ""),
    "class elsewhere in keras": (built("Something", {}, "keras.src.utils.thing"), UNKNOWN, ""),
    "nameless value": ({"class_name": "__new__", "config": {}}, UNKNOWN, ""),
    "vocabulary by path": (built("StringLookup", {"vocabulary": "/etc/hostname"}), FILE, "/config/vocabulary"),
    "vocabulary by name": (built("TextVectorization", {"vocabulary": "words.txt"}), FILE, "/config/vocabulary"),
    "vocabulary by address": (built("IntegerLookup", {"vocabulary": "http://a/b"}), FILE, "/config/vocabulary"),
    "weights by path": (built("StringLookup", {"idf_weights": "w.npy"}), FILE, "/config/idf_weights"),
    "tokenizer by path": (
        built("BytePairTokenizer", {"merges": "../m.txt"}, "keras_hub.tokenizers"),
        FILE,
        "/config/merges",
    ),
    "graph by path": (built("TFSMLayer", {"filepath": "elsewhere"}), FILE, "/config/filepath"),
    "operator": ({"class_name": "TFOpLambda", "config": {"function": "io.write_file"}}, FILE, "/config/function"),
    "raw operator": (
        {"class_name": "TFOpLambda", "config": {"function": "raw_ops.ReadFile"}},
        FILE,
        "/config/function",
    ),
    "operator that is no text": (
        {"class_name": "TFOpLambda", "config": {"function": [1]}},
        UNKNOWN,
        "/config/function",
    ),
    "unknown operator": (
        {"class_name": "TFOpLambda", "config": {"function": "new.thing"}},
        UNKNOWN,
        "/config/function",
    ),
    "pickle": (built("TorchModuleWrapper", {"module": "gAROLg=="}), PICKLE, "/config/module"),
    "class that is no text": ({"class_name": ["os"], "config": {}}, MALFORMED, ""),
    "module that is no text": ({"class_name": "Dense", "module": ["os"], "config": {}}, MALFORMED, ""),
    "function that is no text": (function(None, 1), MALFORMED, ""),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_a_configuration_reaches_is_found_where_it_stands(what: str) -> None:
    config, rule, place = HOSTILE[what]
    assert judged(sequential(config)) == [(rule, LAYER + place)]


@pytest.mark.parametrize("value", ["gAROLg==", {"class_name": "__bytes__", "config": {"value": "gAROLg=="}}])
def test_pickles_are_handed_back(value: Json) -> None:
    records = list(inspect_config(WHERE, built("TorchModuleWrapper", {"module": value}), "keras/1"))
    (member,) = (r for r in records if isinstance(r, Member))
    assert member.reader.read_at(0, 99) == b"\x80\x04N."
    assert member.artifact.members == ("/config/module.pt",)


def test_a_pickle_that_is_no_base64_is_handed_back_as_it_is() -> None:
    records = list(inspect_config(WHERE, built("TorchModuleWrapper", {"module": "a\ud800"}), "keras/1"))
    (member,) = (r for r in records if isinstance(r, Member))
    assert member.reader.size == 4
    assert not any(isinstance(r, Member) for r in inspect_config(WHERE, built("TorchModuleWrapper"), "keras/1"))


def test_escapes_hide_nothing_and_keys_stand_once() -> None:
    text = json.dumps(sequential(built("Lambda", {"function": lambda_code()}))).replace("Lambda", "\\u004cambda")
    rules = [r.rule for r in inspect_text(WHERE, text.encode(), "keras/1") if isinstance(r, Finding)]
    assert rules == [CODE_RULE]
    twice = b'{"class_name": "A", "class_name": "B", "config": {}}'
    assert [r.rule for r in inspect_text(WHERE, twice, "keras/1") if isinstance(r, Finding)] == [MALFORMED]


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"nonsense"])
def test_what_is_no_json_is_said(text: bytes) -> None:
    (finding,) = inspect_text(WHERE, text, "keras/1", "/" + "p" * 2000)
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.evidence[0].pointer) == (MALFORMED, None)


def test_findings_have_an_end_and_deep_places_no_name() -> None:
    with pytest.raises(BudgetExceeded, match="more than 1000"):
        judged([function("os", "system")] * 1001)
    deep: Json = function("os", "system")
    for _ in range(300):
        deep = {"abcdef": deep}
    assert judged(deep) == [(DANGEROUS, None)]


@pytest.mark.parametrize(
    ("config", "is_keras"),
    [
        (sequential(), True),
        ({"model_config": sequential()}, True),
        ({"class_name": "Functional", "config": {}}, True),
        ({"class_name": "Mine", "config": {}, "keras_version": "3"}, True),
        ({"class_name": "Dense", "module": "keras.layers", "config": {}}, True),
        ({"class_name": "Sequential"}, False),
        ({"class_name": "Thing", "config": {}}, False),
        ({"model_type": "bert"}, False),
        ([1], False),
        (None, False),
    ],
)
def test_models_are_told_from_other_json(config: Json, is_keras: bool) -> None:
    assert looks_like_keras(config) is is_keras


VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(CODE) | st.sampled_from(["os", "Lambda"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["class_name", "module", "config", "function", "vocabulary", "spec_name", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_any_value_ends_in_findings_of_known_rules(config: Json) -> None:
    for record in inspect_config(WHERE, config, "keras/1"):
        assert isinstance(record, Member) or record.rule in RULES


@settings(max_examples=100, deadline=None)
@given(VALUES, st.sampled_from(sorted(HOSTILE)))
def test_what_stands_around_it_hides_nothing(around: Json, what: str) -> None:
    config, rule, _ = HOSTILE[what]
    assert rule in [found for found, _ in judged([around, {"a": config, "b": around}])]


def test_base64_is_read_as_leniently_as_python_reads_it() -> None:
    text = "\n".join(base64.b64encode(b"c" + bytes(40)).decode())
    assert judged([text, None, None]) == [(CODE_RULE, "/model_config")]
