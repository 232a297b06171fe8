"""What a name in a configuration stands for, by the module it is given with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.formats._keras.names import Standing, judged_class, judged_function, judged_operator, judged_typespec

KNOWN, UNKNOWN, DANGEROUS = Standing.KNOWN, Standing.UNKNOWN, Standing.DANGEROUS


@pytest.mark.parametrize(
    ("module", "name", "standing"),
    [
        (None, "Anything", KNOWN),
        ("", "Anything", KNOWN),
        ("keras", "Sequential", KNOWN),
        ("keras.api._v2.keras.layers", "Dense", KNOWN),
        ("keras.src.engine.functional", "Functional", KNOWN),
        ("tensorflow.keras.layers", "Dense", KNOWN),
        ("keras_nlp.src.models.bert.bert_tokenizer", "BertTokenizer", KNOWN),
        ("keras_hub.src.other", "Thing", UNKNOWN),
        ("keras.layers", "config.enable_unsafe_deserialization", DANGEROUS),
        ("keras", "utils.get_file", DANGEROUS),
        ("keras.src.saving.saving_lib", "H5IOStore", DANGEROUS),
        ("keras.src.utils.io_utils", "Anything", DANGEROUS),
        ("kerasx.layers", "Dense", UNKNOWN),
        ("keras-layers", "Dense", UNKNOWN),
        ("os", "Any", DANGEROUS),
        ("posix", "Any", DANGEROUS),
        ("torch.nn", "Unlisted", DANGEROUS),
    ],
)
def test_classes(module: str | None, name: str, standing: Standing) -> None:
    assert judged_class(module, name) is standing


@pytest.mark.parametrize(
    ("module", "name", "standing"),
    [
        (None, "custom", KNOWN),
        ("builtins", "mse", KNOWN),
        ("builtins", "mine>act", KNOWN),
        ("builtins", "exec", DANGEROUS),
        ("builtins", "__import__", DANGEROUS),
        ("builtins", "a.b", UNKNOWN),
        ("keras.losses", "mse", KNOWN),
        ("keras.losses", "get", DANGEROUS),
        ("keras.layers", "add", DANGEROUS),
        ("keras.models", "load_model", DANGEROUS),
        ("keras.src.backend.common.global_state", "set_global_attribute", DANGEROUS),
        ("my_package", "f", UNKNOWN),
    ],
)
def test_functions(module: str | None, name: str, standing: Standing) -> None:
    assert judged_function(module, name) is standing


@pytest.mark.parametrize(
    ("path", "standing"),
    [
        ("math.add", KNOWN),
        ("tf.nn.relu", KNOWN),
        ("compat.v1.nn.dropout", KNOWN),
        ("__operators__.getitem", KNOWN),
        ("concat", KNOWN),
        ("io.read_file", DANGEROUS),
        ("tensorflow.io.write_file", DANGEROUS),
        ("compat.v1.gfile.Open", DANGEROUS),
        ("raw_ops.WriteFile", DANGEROUS),
        ("py_function", DANGEROUS),
        ("numpy_function", DANGEROUS),
        ("load_op_library", DANGEROUS),
        ("saved_model.load", DANGEROUS),
        ("somewhere.else_", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_operators(path: str, standing: Standing) -> None:
    assert judged_operator(path) is standing


def test_types_of_tensors() -> None:
    assert judged_typespec("tensorflow.python.framework.tensor", "TensorSpec") is KNOWN
    assert judged_typespec(None, "RaggedTensorSpec") is KNOWN
    assert judged_typespec("os", "TensorSpec") is DANGEROUS
    assert judged_typespec("mine", "Spec") is UNKNOWN


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_name_has_a_standing(module: str, name: str) -> None:
    for judge in (judged_class, judged_function, judged_typespec):
        assert isinstance(judge(module, name), Standing)
    assert isinstance(judged_operator(name), Standing)
