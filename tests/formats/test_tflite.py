"""The TensorFlow Lite inspector: custom operators, offsets and buffers."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.flatbuffers import Fields, Number, custom, flatbuffer, flex_options, tflite
from tests.builders.inspections import facts_of, inspected, members_of, only, probe, rules_of, states_of
from tests.builders.protobufs import block
from verifier.formats import FormatModule, candidates
from verifier.formats import tflite as module
from verifier.formats._tensorflow import LITE_CUSTOM, LITE_MALFORMED, MACHINE, PYTHON, UNREVIEWED
from verifier.records import Coverage, CoverageState

MODULE: FormatModule = module


def test_an_honest_model_is_counted_and_its_buffers_are_data() -> None:
    data = tflite()
    records = inspected(MODULE, data, "model.tflite")
    assert rules_of(records) == []
    assert states_of(records) == [CoverageState.INSPECTED, CoverageState.DATA, CoverageState.INSPECTED]
    assert list(only(records, Coverage))[1].length == 400
    assert facts_of(records) == {
        "tensor-count": 1,
        "parameter-count": 100,
        "tensor-dtypes": (("FLOAT32", 1),),
        "custom-operators": (),
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("TFLite_Detection_PostProcess", []),
        ("Mine", [LITE_CUSTOM]),
        ("", [LITE_CUSTOM]),
        ("FlexErf", []),
        ("FlexReadFile", [MACHINE]),
        ("FlexPyFunc", [PYTHON]),
        ("FlexMine", [UNREVIEWED]),
    ],
)
def test_custom_operators_are_judged(name: str, expected: list[str]) -> None:
    assert rules_of(inspected(MODULE, tflite(codes=[custom(name)]))) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (flex_options(b"Erf", block(1, "n") + block(2, "Erf")), []),
        (flex_options(b"Erf", block(1, "n") + block(2, "PyFunc")), [PYTHON]),
        (flex_options(b"ReadFile", block(1, "n") + block(2, "Erf")), [MACHINE]),
        (b"no options", [LITE_MALFORMED]),
        (flex_options(b"Erf", b"\x0b"), [LITE_MALFORMED]),
        (flex_options(), [UNREVIEWED]),
    ],
)
def test_a_node_of_tensorflow_is_what_its_options_say(options: bytes, expected: list[str]) -> None:
    data = tflite(codes=[custom("FlexErf")], operators=[{5: options}])
    assert rules_of(inspected(MODULE, data)) == expected


def test_the_older_field_of_an_operator_counts_too() -> None:
    assert rules_of(inspected(MODULE, tflite(codes=[{0: Number(32, 1), 1: "Mine"}]))) == [LITE_CUSTOM]


WEIGHT: Fields = {0: [100], 2: Number(1)}
MALFORMED = {
    "root": b"\xff\xff\xff\x7fTFL3" + bytes(64),
    "cut": tflite()[:200],
    "opcode": tflite(operators=[{0: Number(5)}]),
    "input": tflite(operators=[{1: [7]}]),
    "output": tflite(operators=[{2: [-2]}]),
    "buffer": tflite(tensors=[{2: Number(9)}]),
    "metadata": tflite(more={6: [{0: "m", 1: Number(9)}]}),
    "size": tflite(tensors=[{0: [99], 2: Number(1)}]),
    "options": tflite(operators=[{3: Number(11, 1)}]),
    "behind": tflite(tensors=[WEIGHT], buffers=[{}, {1: Number(1 << 40, 8), 2: Number(400, 8)}]),
    "overflow": tflite(tensors=[WEIGHT], buffers=[{}, {1: Number(64, 8), 2: Number((1 << 64) - 8, 8)}]),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_leads_out_of_the_file_is_named(what: str) -> None:
    """CVE-2026-42627: offsets and sizes of buffers are taken from the file."""
    records = inspected(MODULE, MALFORMED[what], "model.tflite")
    assert rules_of(records) == [LITE_MALFORMED]
    assert states_of(records) == [CoverageState.PARTIAL]


def test_buffers_may_stand_behind_the_model() -> None:
    def built(offset: int) -> bytes:
        return tflite(tensors=[{}, WEIGHT], buffers=[{}, {1: Number(offset, 8), 2: Number(400, 8)}])

    size = len(built(2))
    records = inspected(MODULE, built(size) + b"x" * 400)
    assert rules_of(records) == []
    assert (CoverageState.DATA, size, 400) in {(c.state, c.offset, c.length) for c in only(records, Coverage)}


@pytest.mark.parametrize(
    "tensor", [{0: [-1], 2: Number(1)}, {0: [9], 1: Number(5, 1), 2: Number(1)}, {0: [9], 2: Number(1), 6: {}}]
)
def test_sizes_that_cannot_be_known_are_not_guessed(tensor: Fields) -> None:
    assert rules_of(inspected(MODULE, tflite(tensors=[{}, tensor]))) == []


def test_quantization_metadata_and_options_are_followed() -> None:
    tensor: Fields = {0: [800], 1: Number(17, 1), 2: Number(1), 4: {2: [0, 0], 3: bytes(16)}}
    operator: Fields = {1: [-1, 0], 2: [1], 3: Number(11, 1), 4: {}, 5: b"options"}
    data = tflite(
        tensors=[{}, tensor], operators=[operator], more={5: [1], 6: [{0: "min_runtime_version", 1: Number(1)}]}
    )
    assert rules_of(inspected(MODULE, data)) == []


def test_bytes_behind_the_model_are_a_gap() -> None:
    assert states_of(inspected(MODULE, tflite() + bytes(16)))[-1] is CoverageState.INSPECTED
    assert states_of(inspected(MODULE, tflite() + b"x" * 100))[-1] is CoverageState.PARTIAL


def test_files_of_the_metadata_are_handed_over() -> None:
    """As tflite-support does: zipfile appends to the model."""
    file = io.BytesIO(tflite())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("labels.txt", "cat\ndog\n")
    data = file.getvalue()
    records = inspected(MODULE, data, "model.tflite")
    assert rules_of(records) == []
    assert members_of(records) == {"labels.txt": b"cat\ndog\n"}
    assert {*states_of(records)} == {CoverageState.INSPECTED, CoverageState.DATA}
    assert [found.FORMAT.id for found in candidates(probe(data, "model.tflite"))] == ["tflite"]


def test_bytes_before_the_attached_files_are_a_gap() -> None:
    file = io.BytesIO(tflite() + b"x" * 100)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("labels.txt", "cat")
    assert CoverageState.PARTIAL in states_of(inspected(MODULE, file.getvalue(), "model.tflite"))


def test_other_files_are_left_to_others() -> None:
    other = flatbuffer(b"ABCD", {})
    assert states_of(inspected(MODULE, other, "model.tflite")) == [CoverageState.UNKNOWN]
    assert [found.FORMAT.id for found in candidates(probe(tflite(), "weights.bin"))] == ["tflite"]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_broken_models_end_in_records(data: st.DataObject) -> None:
    whole = bytearray(tflite(codes=[custom("FlexReadFile")]))
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert any(isinstance(record, Coverage) for record in inspected(MODULE, bytes(whole)))
