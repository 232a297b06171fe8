"""The walk finds the same in every place it can stand, and remembers nodes only where nothing is lost."""

from __future__ import annotations

import pytest

from tests.builders.onnxs import model, node, raw, shape, tensor, weights
from tests.builders.protobufs import block, number, varint
from verifier.formats import Budget
from verifier.formats._onnx.contents import Model
from verifier.formats._onnx.model import Walk
from verifier.formats._protobuf.wire import Wire
from verifier.formats._readers import BytesReader


def walked(data: bytes) -> Model:
    walk = Walk(Wire(BytesReader(data), Budget()))
    walk.run()
    return walk.model


def test_repeated_nodes_hide_nothing() -> None:
    shaped = block(5, block(1, "value"), block(5, tensor([1], raw(1))))
    bodies = [node("If", attributes=block(5, block(6, node(name)))) for name in ("A", "A", "B")]
    found = walked(
        model(node("Relu"), node("Relu"), node("Relu", domain="mine"), *bodies, node("C", attributes=shaped))
    )
    assert {*found.operators} == {("", "Relu"), ("mine", "Relu"), ("", "If"), ("", "A"), ("", "B"), ("", "C")}
    assert walked(model(*[node("C", attributes=shaped)] * 3)).tensors == 3
    assert len(walked(model(*[node("C", attributes=block(99, "x"))] * 3)).unknown) == 3


def test_nodes_may_be_long_or_in_any_order() -> None:
    long = node("Long", attributes=block(5, block(1, "n"), block(4, bytes(5000))))
    backwards = block(1, block(7, "mine"), block(4, "Back"), block(3, "name"), block(1, "x"))
    named = block(1, block(1, "x" * 300), block(2, "y"), block(4, "Named"))
    found = walked(model(long, long, backwards, backwards, named, named))
    assert {*found.operators} == {("", "Long"), ("mine", "Back"), ("", "Named")}


def test_the_last_of_several_names_counts_as_for_loaders() -> None:
    twice = block(1, block(4, "Relu"), block(4, "PyOp"))
    assert {*walked(model(twice)).operators} == {("", "PyOp")}


def test_functions_training_and_sparse_tensors_are_walked() -> None:
    one = tensor([1], raw(1))
    attribute = block(11, block(1, "a"), block(5, one))
    function = block(25, block(1, "F"), block(10, "mine"), attribute, block(9, number(2, 1)), number(99, 1))
    training = block(20, block(1, weights(one)), block(3, block(1, "k")), number(98, 1))
    found = walked(model(block(15, block(1, one), block(2, shape(1)), block(3, varint(1))), more=function + training))
    assert found.tensors == 4
    assert found.functions == {("mine", "F")}
    assert len(found.unknown) == 2


@pytest.mark.parametrize("number_of", [22, 23])
def test_sparse_attributes_are_walked(number_of: int) -> None:
    sparse = block(5, block(1, "v"), block(number_of, block(1, tensor([1], raw(1)))))
    assert walked(model(node("Constant", attributes=sparse))).tensors == 1


def test_versions_metadata_and_producer_are_kept() -> None:
    more = block(8, block(1, "ai.onnx.ml"), number(2, 3), number(9, 1)) + block(
        14, block(1, "k"), block(2, "v" * 900), number(9, 1)
    )
    found = walked(model(node("Relu"), more=block(3, "1.2") + more))
    assert found.opsets == {"": 17, "ai.onnx.ml": 3}
    assert found.producer == "tests 1.2"
    assert found.metadata == [("k", "v" * 400)]
    assert len(found.unknown) == 2
