"""The safetensors inspector agrees with the reference library, and is stricter only where it says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import safetensors
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import context, facts_of, inspected, only, probe, rules_of, states_of
from tests.builders.safetensors import model_bytes, safetensors_bytes, tensor
from verifier.errors import BudgetExceeded
from verifier.formats import FormatModule, Limits
from verifier.formats import safetensors as module
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Coverage, CoverageState, Finding

MODULE: FormatModule = module
CLEAN = [CoverageState.INSPECTED, CoverageState.DATA]


def _accepted(data: bytes) -> bool:
    records = inspected(MODULE, data, "model.safetensors")
    return not rules_of(records) and all(state.clean for state in states_of(records))


def _library_accepts(data: bytes) -> bool:
    try:
        safetensors.deserialize(data)  # type: ignore[no-untyped-call]
    except safetensors.SafetensorError:
        return False
    return True


def test_an_honest_file_is_counted() -> None:
    data = model_bytes(3, format="pt")
    records = inspected(MODULE, data, "model.safetensors")
    assert rules_of(records) == []
    assert states_of(records) == CLEAN
    assert facts_of(records) == {
        "tensor-count": 3,
        "parameter-count": 6,
        "tensor-dtypes": (("F32", 3),),
        "tensor-shapes": (("2", 3),),
        "tensor-layout": (("layer.#.weight", "F32", "2", 3),),
        "tensor-metadata": (("format", "pt"),),
    }
    header, body = only(records, Coverage)
    assert (header.offset, header.length) == (0, len(data) - 24)
    assert (body.offset, body.length) == (len(data) - 24, 24)


@pytest.mark.parametrize("dtype", sorted(module.BITS))
@pytest.mark.parametrize("elements", [0, 1, 8])
def test_dtypes_have_the_size_the_library_gives_them(dtype: str, elements: int) -> None:
    for size in {elements * module.BITS[dtype] // 8, elements * module.BITS[dtype] // 8 + 1}:
        data = safetensors_bytes({"a": tensor(dtype, [elements], [0, size])}, bytes(size))
        assert _accepted(data) == _library_accepts(data)


ONE = tensor("U8", [1], [0, 1])
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", module.MALFORMED),
    "short": (b"\x02\0\0\0\0\0\0", module.MALFORMED),
    "length": (safetensors_bytes({}, length=99), module.MALFORMED),
    "huge length": (safetensors_bytes({}, length=1 << 63), module.MALFORMED),
    "no object": (safetensors_bytes(b"[]"), module.MALFORMED),
    "not UTF-8": (safetensors_bytes(b'{"\xff":0}'), module.MALFORMED),
    "NaN": (safetensors_bytes(b'{"a":NaN}'), module.MALFORMED),
    "surrogate": (safetensors_bytes(b'{"__metadata__":{"a":"\\ud800"}}'), module.MALFORMED),
    "text after": (safetensors_bytes(b"{}x"), module.MALFORMED),
    "metadata number": (safetensors_bytes({"__metadata__": {"a": 1}}), module.MALFORMED),
    "metadata list": (safetensors_bytes({"__metadata__": []}), module.MALFORMED),
    "tensor text": (safetensors_bytes({"a": "b"}), module.MALFORMED),
    "no shape": (safetensors_bytes({"a": {"dtype": "U8", "data_offsets": [0, 1]}}, b"x"), module.MALFORMED),
    "dtype": (safetensors_bytes({"a": tensor("U7", [1], [0, 1])}, b"x"), module.MALFORMED),
    "dtype list": (safetensors_bytes({"a": tensor([], [1], [0, 1])}, b"x"), module.MALFORMED),
    "shape": (safetensors_bytes({"a": tensor("U8", 1, [0, 1])}, b"x"), module.MALFORMED),
    "negative shape": (safetensors_bytes({"a": tensor("U8", [-1, -1], [0, 1])}, b"x"), module.MALFORMED),
    "minus zero": (safetensors_bytes(b'{"a":{"dtype":"U8","shape":[-0],"data_offsets":[0,0]}}'), module.MALFORMED),
    "true": (safetensors_bytes({"a": tensor("U8", [True], [0, 1])}, b"x"), module.MALFORMED),
    "float shape": (safetensors_bytes({"a": tensor("U8", [1.0], [0, 1])}, b"x"), module.MALFORMED),
    "offsets": (safetensors_bytes({"a": tensor("U8", [1], [0, 1, 1])}, b"x"), module.MALFORMED),
    "backwards": (safetensors_bytes({"a": tensor("U8", [0], [1, 0])}, b"x"), module.INCONSISTENT),
    "span": (safetensors_bytes({"a": tensor("U8", [2], [0, 1])}, b"x"), module.INCONSISTENT),
    "overflow": (safetensors_bytes({"a": tensor("U8", [1 << 63, 2, 0], [0, 0])}), module.INCONSISTENT),
    "hole": (safetensors_bytes({"a": ONE, "b": tensor("U8", [1], [2, 3])}, b"xyz"), module.INCONSISTENT),
    "overlap": (safetensors_bytes({"a": ONE, "b": ONE}, b"x"), module.INCONSISTENT),
    "cut": (safetensors_bytes({"a": ONE}), module.INCONSISTENT),
    "trailing": (safetensors_bytes({"a": ONE}, b"xy"), module.TRAILING),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_library_refuses_is_refused_and_named(what: str) -> None:
    data, rule = REFUSED[what]
    assert not _library_accepts(data)
    records = inspected(MODULE, data, "model.safetensors")
    assert rules_of(records) == [rule]
    assert not all(state.clean for state in states_of(records))


STRICTER = {
    "space before": safetensors_bytes(b" {}"),
    "metadata null": safetensors_bytes({"__metadata__": None}),
    "unknown field": safetensors_bytes({"a": tensor("U8", [1], [0, 1], more=1)}, b"x"),
    "list": safetensors_bytes({"a": ["U8", [1], [0, 1]]}, b"x"),
    "duplicate tensor": safetensors_bytes(b'{"a":%b,"a":%b}' % ((json.dumps(ONE).encode(),) * 2), b"x"),
    "duplicate metadata": safetensors_bytes(b'{"__metadata__":{"a":"b","a":"c"}}'),
}


@pytest.mark.parametrize("what", STRICTER)
def test_what_is_refused_although_the_library_accepts_it(what: str) -> None:
    assert _library_accepts(STRICTER[what])
    assert not _accepted(STRICTER[what])


@pytest.mark.parametrize("header", [b"{} ", b"{}", b'{"a":{"dtype":"U8","shape":[0,9],"data_offsets":[0,0]}}   '])
def test_padding_and_empty_tensors_are_fine(header: bytes) -> None:
    assert _accepted(safetensors_bytes(header))
    assert _library_accepts(safetensors_bytes(header))


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 1 << 65), st.floats(), st.sampled_from(["U8", "F4", "I16", "x", "-0"])
)
PIECES = st.recursive(JUNK, lambda inner: st.lists(inner, max_size=3), max_leaves=5)
TENSOR = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["U8", "F4", "I16", "F6_E2M3"]),
        "shape": st.lists(st.integers(0, 3), max_size=2),
        "data_offsets": st.tuples(st.integers(0, 3), st.integers(0, 6)),
    }
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["a", "b", "__metadata__"]), st.one_of(TENSOR, PIECES), max_size=3),
    st.binary(max_size=6),
)
def test_nothing_is_accepted_that_the_library_refuses(header: dict[str, object], body: bytes) -> None:
    data = safetensors_bytes(header, body)
    if _accepted(data):
        assert _library_accepts(data)
    elif _library_accepts(data):
        assert header.get("__metadata__", {}) is None or any(isinstance(v, list) for v in header.values())


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_changed_bytes_are_accepted_only_where_the_library_does(data: st.DataObject) -> None:
    whole = bytearray(model_bytes(2, format="pt"))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(whole) - 17))
        whole[place] = data.draw(st.one_of(st.sampled_from(b'0123456789[]{}",:- \\'), st.integers(0, 255)))
    if _accepted(bytes(whole)):
        assert _library_accepts(bytes(whole))


def test_recognition_wants_a_length_and_an_object() -> None:
    assert module.recognize(probe(model_bytes()))
    assert not module.recognize(probe(b'{"a": "json"}'))
    assert not module.recognize(probe(b""))
    assert module.FORMAT.suffixes == (".safetensors",)


def test_a_git_pointer_is_left_to_its_own_module() -> None:
    records = inspected(MODULE, b"version https://git-lfs.github.com/spec/v1\n", "model.safetensors")
    assert states_of(records) == [CoverageState.UNKNOWN]


def test_deep_and_huge_headers_are_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = safetensors_bytes(b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}")
    with pytest.raises(BudgetExceeded):
        inspected(MODULE, deep)
    monkeypatch.setattr(module, "MAX_INSPECTED", 10)
    with pytest.raises(BudgetExceeded, match="header takes"):
        inspected(MODULE, model_bytes())


def test_many_tensors_cost_steps() -> None:
    data = model_bytes(50)
    with pytest.raises(BudgetExceeded, match="steps"):
        list(module.inspect(Artifact("a", len(data)), BytesReader(data), context(limits=Limits(steps=20))))


def test_findings_say_where() -> None:
    data = safetensors_bytes({"x/y": tensor("U8", [2], [0, 1])}, b"x")
    (finding,) = only(inspected(MODULE, data, "model.safetensors"), Finding)
    assert finding.evidence[0].pointer == "/x~1y"
    assert "x/y" in finding.message
    trailing = model_bytes(1) + b"PK"
    (finding,) = only(inspected(MODULE, trailing), Finding)
    assert finding.evidence[0].offset == len(trailing) - 2


def test_a_file_on_disk_is_read_as_the_library_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(model_bytes(5, format="np"))
    with safetensors.safe_open(path, "np") as reference:
        facts = facts_of(inspected(MODULE, path.read_bytes()))
        assert facts["tensor-count"] == len(list(reference.keys()))
        assert dict(facts["tensor-metadata"]) == reference.metadata()  # type: ignore[call-overload]
