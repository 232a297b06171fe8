"""The ONNX inspector: operators, tensors and the files they name."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import facts_of, inspected, only, probe, rules_of, states_of
from tests.builders.onnxs import external, model, node, onnx_bytes, raw, shape, tensor, weights
from tests.builders.protobufs import block, number, varint
from verifier.errors import Malformed
from verifier.formats import Budget, Context, FormatModule, Yield, _onnx
from verifier.formats import onnx as module
from verifier.formats._onnx.external import unsafe_location
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Coverage, CoverageState, Finding, Reader

MODULE: FormatModule = module
CLEAN = {CoverageState.INSPECTED, CoverageState.DATA}


def beside(data: bytes, files: Mapping[str, bytes], name: str = "model.onnx", *, remote: bool = False) -> list[Yield]:
    """What is yielded of a model with files beside it."""

    def opened(path: str) -> Reader:
        if path not in files:
            raise Malformed("none")
        return BytesReader(files[path])

    context = Context(Budget(), {path: len(content) for path, content in files.items()}, opened, remote)
    return list(module.inspect(Artifact(name, len(data)), BytesReader(data), context))


def test_an_honest_model_is_counted_and_its_weights_are_data() -> None:
    data = onnx_bytes()
    records = inspected(MODULE, data, "model.onnx")
    assert rules_of(records) == []
    assert states_of(records) == [CoverageState.INSPECTED, CoverageState.DATA, CoverageState.INSPECTED]
    assert facts_of(records) == {
        "tensor-count": 1,
        "parameter-count": 100,
        "tensor-dtypes": (("FLOAT", 1),),
        "opset": (("", 17),),
        "producer": "tests",
        "tensor-metadata": (),
    }
    weight = list(only(records, Coverage))[1]
    assert weight.length == 400
    assert data[weight.offset : weight.offset + 8] == struct.pack("<2f", 0, 1)


GRAPH_IN_ATTRIBUTE = block(5, block(1, "then_branch"), block(6, node("PyOp", domain="ai.onnx.contrib")))
FUNCTION = block(25, block(1, "Twice"), block(10, "mine"), block(7, block(4, "PythonOp"), block(7, "com.microsoft")))
OPERATORS = {
    "standard": (node("Relu"), b"", []),
    "ml": (node("TreeEnsemble", domain="ai.onnx.ml"), b"", []),
    "microsoft": (node("FusedMatMul", domain="com.microsoft"), b"", []),
    "own function": (node("F", domain="mine"), block(25, block(1, "F"), block(10, "mine")), []),
    "unknown domain": (node("F", domain="mine"), b"", [_onnx.CUSTOM]),
    "other function": (node("G", domain="mine"), block(25, block(1, "F"), block(10, "mine")), [_onnx.CUSTOM]),
    "engine": (node("EPContext", domain="com.microsoft"), b"", [_onnx.CUSTOM]),
    "python": (node("PyOp", domain="ai.onnx.contrib"), b"", [_onnx.PYTHON]),
    "library": (node("Tokenizer", domain="com.microsoft.extensions"), b"", [_onnx.PYTHON]),
    "subgraph": (node("If", attributes=GRAPH_IN_ATTRIBUTE), b"", [_onnx.PYTHON]),
    "function": (node("Twice", domain="mine"), FUNCTION, [_onnx.PYTHON]),
    "training": (node("Relu"), block(20, block(2, node("PyOp"))), [_onnx.PYTHON]),
    "domain first": (block(1, block(7, "mine"), block(4, "Relu")), b"", [_onnx.CUSTOM]),
    "same end, other domain": (node("Relu") + block(1, block(7, "mine"), block(4, "Relu")), b"", [_onnx.CUSTOM]),
}


@pytest.mark.parametrize("what", OPERATORS)
def test_operators_are_judged_wherever_they_stand(what: str) -> None:
    nodes, more, expected = OPERATORS[what]
    assert rules_of(inspected(MODULE, model(nodes, more=more))) == expected


INCONSISTENT = {
    "short": tensor([4], block(9, b"abc")),
    "long": tensor([1], raw(1, 2)),
    "nothing": tensor([4], b""),
    "twice": tensor([1], raw(1) + raw(2)),
    "two forms": tensor([1], raw(1) + block(4, bytes(4))),
    "negative": tensor([-4], b""),
    "overflow": tensor([1 << 62, 4], b""),
    "type": tensor([1], raw(1), dtype=99),
    "floats": tensor([2], block(4, bytes(4))),
    "varints": tensor([2], block(7, b"\1"), dtype=7),
    "text as bytes": tensor([1], block(9, b"text"), dtype=8),
    "text": tensor([2], block(6, b"text"), dtype=8),
    "key twice": tensor([1], b"".join(block(13, block(1, "location"), block(2, "a")) for _ in range(2)) + raw(1)),
}


@pytest.mark.parametrize("what", INCONSISTENT)
def test_tensors_that_contradict_themselves_are_named(what: str) -> None:
    assert _onnx.INCONSISTENT in rules_of(inspected(MODULE, model(weights(INCONSISTENT[what]))))
    sparse = block(15, block(1, INCONSISTENT[what]))
    assert _onnx.INCONSISTENT in rules_of(inspected(MODULE, model(sparse)))
    attribute = block(5, block(1, "value"), block(5, INCONSISTENT[what]))
    assert _onnx.INCONSISTENT in rules_of(inspected(MODULE, model(node("Constant", attributes=attribute))))


GENUINE = [
    tensor([], raw(1)),
    tensor([0, 7], b""),
    tensor([0], block(9)),
    tensor([3], block(9, bytes(2)), dtype=22),
    tensor([2], block(5, b"\1\2"), dtype=10),
    tensor([2], block(5, b"\1"), dtype=21),
    tensor([1], block(4, bytes(8)), dtype=14),
    tensor([2], block(6, "a") + block(6, "b"), dtype=8),
    tensor([2], varint(4 << 3 | 5) + bytes(4) + varint(4 << 3 | 5) + bytes(4)),
]


@pytest.mark.parametrize("one", GENUINE)
def test_all_forms_of_numbers_are_understood(one: bytes) -> None:
    assert rules_of(inspected(MODULE, model(weights(one)))) == []


@pytest.mark.parametrize(("name", "place"), [("ConstantOfShape", 0), ("Expand", 1), ("Tile", 1)], ids=str)
def test_shapes_that_no_memory_holds_are_named(name: str, place: int) -> None:
    inputs = ["x"] * place + ["shape"]
    for sizes, expected in (((1 << 20, 1 << 20), [_onnx.BOMB]), ((1 << 10, 1 << 10), [])):
        known = model(node(name, *inputs), weights(shape(*sizes)))
        assert rules_of(inspected(MODULE, known)) == expected
        value = block(5, block(1, "value"), block(5, shape(*sizes)))
        constant = model(node("Constant", attributes=value, output="shape"), node(name, *inputs))
        assert rules_of(inspected(MODULE, constant)) == expected
    packed = tensor([2], block(7, varint(1 << 20), varint(1 << 20)), name="shape", dtype=7)
    assert rules_of(inspected(MODULE, model(node(name, *inputs), weights(packed)))) == [_onnx.BOMB]


UNSAFE = [
    *("", ".", "../x", "a/../../x", "/etc/passwd", "\\\\host\\share", "..\\x", "C:\\x", "C:x", "http://host/x"),
    *("file:x", "~/x", "w.bin\0../x", "%2e%2e/x", "%2Fetc/passwd", "#/../../x", "a\nb", "*/_ORT_MEM_ADDR_/*"),
]


@pytest.mark.parametrize("location", UNSAFE)
def test_places_outside_the_folder_are_named(location: str) -> None:
    """CVE-2022-25882, CVE-2024-5187, CVE-2024-27318 and CVE-2025-51480."""
    records = beside(model(weights(external(location))), {"x": bytes(16)})
    assert rules_of(records) == [_onnx.UNSAFE]
    left = tensor([1], raw(1) + block(13, block(1, "location"), block(2, location)))
    assert rules_of(inspected(MODULE, model(weights(left)))) == [_onnx.UNSAFE]


@pytest.mark.parametrize("location", ["model.onnx_data", "weights/layer.0", "./a", "Constant_1_attr__value", "50%"])
def test_places_beside_the_model_are_fine(location: str) -> None:
    assert unsafe_location(location) is None


def test_what_loaders_would_take_for_settings_is_named() -> None:
    """CVE-2026-34445: attributes of the loader's own object were set by the file."""
    records = beside(model(weights(external("w", __class__="x"))), {"w": bytes(16)})
    assert rules_of(records) == [_onnx.UNSAFE]
    assert rules_of(beside(model(weights(external("w", prepacked_0="MatMul|0;16;1"))), {"w": bytes(16)})) == []


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"offset": "-16"}, _onnx.MISMATCH),
        ({"offset": "8"}, _onnx.MISMATCH),
        ({"offset": "x"}, _onnx.MISMATCH),
        ({"offset": "99999999999999999999999"}, _onnx.MISMATCH),
        ({"length": "17"}, _onnx.MISMATCH),
        ({"length": "12"}, _onnx.MISMATCH),
    ],
)
def test_ranges_that_lie_are_named(more: dict[str, str], rule: str) -> None:
    assert rules_of(beside(model(weights(external("w", **more))), {"w": bytes(16)})) == [rule]


def test_a_missing_file_is_named() -> None:
    assert rules_of(beside(model(weights(external("w"))), {})) == [_onnx.MISSING]


def test_files_beside_are_accounted_for() -> None:
    data = model(weights(external("w", length="16"), external("w", offset="32", length="16")))
    for name, path in (("model.onnx", "w"), ("deep/model.onnx", "deep/w")):
        padded = [c for c in only(beside(data, {path: bytes(50)}, name), Coverage) if c.artifact == path]
        assert [(c.state, c.offset, c.length) for c in padded] == [(CoverageState.DATA, 0, 50)]
    hidden = [c for c in only(beside(data, {"w": b"x" * 50}), Coverage) if c.artifact == "w"]
    assert [(c.state, c.offset, c.length) for c in hidden] == [
        (CoverageState.DATA, 0, 16),
        (CoverageState.DATA, 32, 16),
        (CoverageState.PARTIAL, 16, 16),
        (CoverageState.PARTIAL, 48, 2),
    ]
    ranged = [c for c in only(beside(data, {"w": b"x" * 50}, remote=True), Coverage) if c.artifact == "w"]
    assert [(c.state, c.unchecked) for c in ranged] == [(CoverageState.DATA, ("onnx-padding",))]


def test_a_model_in_an_archive_names_its_neighbors() -> None:
    artifact = Artifact("a.zip", 1).member("m/model.onnx", 1)
    data = model(weights(external("w")))
    context = Context(Budget(), {"m/w": 16}, lambda _: BytesReader(bytes(16)))
    records = list(module.inspect(artifact, BytesReader(data), context))
    assert {record.artifact for record in only(records, Coverage)} == {"a.zip!m/model.onnx", "a.zip!m/w"}


DEEP = b""
for _ in range(60):
    DEEP = block(1, block(4, "If"), block(5, block(6, DEEP)))

MALFORMED = {
    "empty": b"",
    "no graph": number(1, 8),
    "cut": onnx_bytes()[:300],
    "group": number(1, 8) + block(7) + b"\x0b" * 1000,
    "deep": model(DEEP),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_no_model_is_refused(what: str) -> None:
    records = inspected(MODULE, MALFORMED[what], "model.onnx")
    assert rules_of(records)[0] == _onnx.MALFORMED
    assert states_of(records) == [CoverageState.PARTIAL]


def test_what_was_seen_before_a_break_is_reported() -> None:
    records = inspected(MODULE, model(node("PyOp"), weights(external("/x"))) + b"\x0b")
    assert rules_of(records) == [_onnx.MALFORMED, _onnx.PYTHON, _onnx.UNSAFE]


@pytest.mark.parametrize(
    "data",
    [
        model(node("Relu"), more=block(99, "payload")),
        model(block(99, "payload")),
        model(block(1, block(4, "Relu"), block(99, "payload"))),
        model(node("Relu", attributes=block(5, block(99, "payload")))),
        model(weights(tensor([1], raw(1) + block(99, "payload")))),
        model(more=block(25, block(99, "payload"))),
    ],
)
def test_fields_nobody_defines_are_gaps(data: bytes) -> None:
    (gap,) = (c for c in only(inspected(MODULE, data), Coverage) if c.state is CoverageState.PARTIAL)
    assert data[gap.offset : gap.offset + (gap.length or 0)] == b"payload"


def test_findings_are_few_however_many_flaws() -> None:
    broken = weights(*(tensor([4], b"", name=str(i)) for i in range(500)))
    outside = weights(*(external(f"../{i}") for i in range(500)))
    assert len(list(only(inspected(MODULE, model(broken, outside)), Finding))) <= 40


def test_a_large_model_is_read_at_the_price_of_its_graph() -> None:
    class Counting(BytesReader):
        lent = 0

        def read_at(self, offset: int, length: int) -> bytes:
            part = super().read_at(offset, length)
            Counting.lent += len(part)
            return part

    tensors = [tensor([1 << 16], block(9, bytes(1 << 18)), name=f"layer.{i}") for i in range(100)]
    nodes = [node("Mul", "x", f"layer.{i}") for i in range(100)]
    data = model(*nodes, weights(*tensors))
    metadata = len(data) - 100 * (1 << 18)
    list(module.inspect(Artifact("m", len(data)), Counting(data), Context(Budget(), {}, BytesReader)))  # type: ignore[arg-type]
    assert Counting.lent <= metadata + (64 << 10)


def test_recognition_wants_the_fields_of_a_model() -> None:
    assert module.recognize(probe(onnx_bytes()))
    assert not module.recognize(probe(number(1, 1) + block(2, block(1, "saved model"))))
    assert not module.recognize(probe(b"\x08\x07" + b"\xff" * 40))
    assert not module.recognize(probe(b""))
    assert module.FORMAT.suffixes == (".onnx",)


def test_a_git_pointer_is_left_to_its_own_module() -> None:
    records = inspected(MODULE, b"version https://git-lfs.github.com/spec/v1\n", "model.onnx")
    assert states_of(records) == [CoverageState.UNKNOWN]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_broken_models_end_in_records(data: st.DataObject) -> None:
    whole = bytearray(model(node("Relu"), weights(external("w"), tensor([2], raw(1, 2))), more=block(25, node("F"))))
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    first = beside(bytes(whole), {"w": bytes(16)})
    assert first == beside(bytes(whole), {"w": bytes(16)})
    assert any(isinstance(record, Coverage) for record in first)
