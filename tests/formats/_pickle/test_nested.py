from __future__ import annotations

import base64

import pytest

from tests.builders.opcodes import call, pickled, value
from verifier.formats import Budget, Limits
from verifier.formats._pickle.nested import streams
from verifier.formats._pickle.values import Bytes, Tuple, Value
from verifier.formats._readers import BytesReader

EVIL = pickled(call("os", "system", "x"))


def found(constants: Value, data: bytes = b"") -> list[bytes]:
    return [
        nested.reader.read_at(0, nested.reader.size)
        for nested in streams(constants, BytesReader(data), Budget(Limits()))
    ]


def test_bytes_are_looked_into_where_they_stand() -> None:
    data = b"head" + EVIL
    nested = list(streams(Tuple([Bytes("bytes", 4, len(EVIL))]), BytesReader(data), Budget(Limits())))
    assert [one.base for one in nested] == [4]


def test_text_stands_for_bytes() -> None:
    assert found(Tuple([Tuple([EVIL.decode("latin-1")])])) == [EVIL]


@pytest.mark.parametrize(
    "constant", ["a text", base64.b64encode(EVIL).decode(), pickled(value([1, 2])).decode("latin-1"), 7, None]
)
def test_what_imports_nothing_is_no_program(constant: Value) -> None:
    assert found(Tuple([constant])) == []


def test_depth_is_bounded() -> None:
    constants: Value = EVIL.decode("latin-1")
    for _ in range(4):
        constants = Tuple([constants])
    assert found(constants) == []
