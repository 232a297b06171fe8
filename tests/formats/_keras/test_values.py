"""Bytecode in whatever clothes."""

from __future__ import annotations

import base64
import marshal

import pytest

from verifier.formats._json import Json
from verifier.formats._keras.values import decoded, is_function, is_marshaled

CODE = marshal.dumps(compile("lambda x: x", "<inert>", "eval"))


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(CODE).decode(),
        base64.encodebytes(CODE).decode(),
        base64.b64encode(CODE).decode().rstrip("=") + "==",
        "".join(map(chr, CODE)),
    ],
)
def test_marshaled_code_is_told_however_it_is_written(text: str) -> None:
    assert is_marshaled(text)
    assert is_function([text, None, None])
    assert is_function([text, [1], None])


@pytest.mark.parametrize(
    "value", [None, 1, "", "relu", "c", "conv_kernel_initializer!" * 5, base64.b64encode(b"c").decode()]
)
def test_other_values_are_no_code(value: Json) -> None:
    assert not is_marshaled(value)


def test_lists_of_layers_are_no_functions() -> None:
    text = base64.b64encode(CODE).decode()
    assert not is_function([text, 0, 0])
    assert not is_function([text, None])
    assert not is_function([])


def test_what_is_no_base64_is_nothing() -> None:
    assert (decoded("YQ=="), decoded("Y\u00e9Q=="), decoded("abcde")) == (b"a", b"a", b"")
