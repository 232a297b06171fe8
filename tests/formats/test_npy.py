"""A `.npy` is numbers of the size its header says, or a pickle that is inspected; whatever else it is, is said."""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import facts_of, inspected, members_of, only, probe, rules_of, states_of
from tests.builders.numpys import npy, npy_with_header, object_npy
from tests.builders.opcodes import call, pickled
from tests.builders.seeds import POINTER
from tests.builders.zips import zip_bytes
from verifier.formats import FormatModule, candidates
from verifier.formats import npy as module
from verifier.records import Coverage, CoverageState, Finding

MODULE: FormatModule = module
NUMBERS = [CoverageState.INSPECTED, CoverageState.DATA]
MALFORMED = "npy-malformed"
TRAILING = "npy-trailing-bytes"


def _saved(array: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    numpy.save(out, array, **options)
    return out.getvalue()


ARRAYS: dict[str, Any] = {
    "floats": numpy.arange(12, dtype="<f4").reshape(3, 4),
    "big-endian": numpy.arange(5, dtype=">i8"),
    "half": numpy.ones((2, 2), "f2"),
    "scalar": numpy.float64(3.5),
    "empty": numpy.zeros((0, 768)),
    "truth values": numpy.array([True, False]),
    "complex": numpy.ones(3, "c16"),
    "bytes": numpy.array([b"one", b"three"]),
    "text": numpy.array(["one", "\u4e2d"]),
    "times": numpy.array(["2026-01-01"], "M8[D]"),
    "fields": numpy.zeros(3, [("a", "<f4", (2, 2)), ("b", "S3")]),
    "columns first": numpy.asfortranarray(numpy.arange(6).reshape(2, 3)),
}


@pytest.mark.parametrize("what", ARRAYS)
def test_what_numpy_saves_is_numbers(what: str) -> None:
    array = ARRAYS[what]
    data = _saved(array)
    assert MODULE in candidates(probe(data, "weights"))
    records = inspected(MODULE, data, "weights.npy")
    assert (rules_of(records), states_of(records)) == ([], NUMBERS)
    facts = facts_of(records)
    assert (facts["tensor-count"], facts["parameter-count"]) == (1, array.size)
    header, body = only(records, Coverage)
    assert (header.length, body.offset, body.length) == (
        len(data) - array.nbytes,
        len(data) - array.nbytes,
        array.nbytes,
    )


def test_object_arrays_numpy_saves_are_inspected_as_pickles() -> None:
    data = _saved(numpy.array([1, "two", None, (3.0, b"four"), {"five": [6]}], dtype=object))
    records = inspected(MODULE, data, "labels.npy")
    assert (rules_of(records), states_of(records)) == ([], [CoverageState.INSPECTED])
    assert facts_of(records)["dtypes"] == ("|O",)


STRUCTURE = "[('a', '|O'), ('b', '<f4', (2,))]"


@pytest.mark.parametrize("descr", ["'|O'", "'O'", STRUCTURE, f"[('outer', {STRUCTURE})]", "('|O', (2,))"])
def test_a_pickle_in_the_body_is_inspected_however_the_objects_are_described(descr: str) -> None:
    records = inspected(MODULE, npy(descr, "(1,)", pickled(call("os", "system", "echo inert"))))
    (finding,) = only(records, Finding)
    assert finding.rule.startswith("pickle-")
    assert "system" in finding.message
    assert (finding.evidence[0].offset or 0) >= len(npy(descr, "(1,)", b""))


def test_an_object_body_that_is_no_whole_pickle_is_a_gap() -> None:
    data = object_npy(b"garbage")
    records = inspected(MODULE, data)
    assert rules_of(records) == ["pickle-malformed-stream"]
    walked, gap = only(records, Coverage)
    assert (walked.offset, walked.length) == (0, gap.offset)
    assert gap.state is CoverageState.PARTIAL


LIES = {
    "items end behind the file": (npy("'<f4'", "(7,)", bytes(24)), "end at byte"),
    "huge shape": (npy("'<f4'", f"({'9999999999999999999,' * 60})", bytes(24)), "end at byte"),
    "huge item": (npy(f"('<f4', ({'9999999999999999999,' * 1000}))", "(1,)", bytes(24)), "more than numpy can count"),
    "item that wraps around": (npy("[('a', '|S2147483647'), ('b', '|S2147483647')]", "(1,)"), "more than numpy"),
    "structure by commas": (npy("'f8,O'", "(1,)"), "no dtype numpy writes"),
    "objects by repetition": (npy("'(2,)O'", "(1,)"), "no dtype numpy writes"),
    "type by name": (npy("'object'", "(1,)"), "no dtype numpy writes"),
    "negative extent": (npy(shape="(-1,)"), "not a literal"),
    "expression": (npy(shape="(__import__('os'),)"), "not a literal"),
    "missing key": (npy_with_header("{'descr': '<f4', 'shape': (1,)}", bytes(4)), "not a dictionary"),
    "more keys": (npy_with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 1}"), "not a dictionary"),
    "key twice": (npy_with_header("{'descr': '<f4', 'descr': '|O', 'fortran_order': False, 'shape': ()}"), "literal"),
    "unknown version": (npy(version=(4, 0)), "version 4.0"),
    "header behind the file": (npy_with_header("{}", length=60_000), "more than the file holds"),
    "endless header": (npy_with_header("{}", length=1 << 30, version=(2, 0)), "numpy writes far fewer"),
    "nothing behind the magic": (b"\x93NUMPY", "version 0.0"),
    "deep": (npy(descr="[('a', " * 60 + "'<f4'" + ")]" * 60), "literal|deep"),
}


@pytest.mark.parametrize("what", LIES)
def test_a_header_that_lies_is_found_and_said_why(what: str) -> None:
    data, why = LIES[what]
    (finding,) = only(inspected(MODULE, data, "weights.npy"), Finding)
    assert finding.rule == MALFORMED
    assert any(part in finding.message for part in why.split("|"))


@pytest.mark.parametrize("what", [what for what in LIES if "end at byte" not in LIES[what][1]])
def test_what_cannot_be_understood_is_never_clean(what: str) -> None:
    assert states_of(inspected(MODULE, LIES[what][0])) == [CoverageState.PARTIAL]


BEHIND = {
    "second array": npy(),
    "pickle": pickled(call("os", "system", "echo inert")),
    "archive": zip_bytes((b"a", b"b")),
    "one byte": b"\0",
}


@pytest.mark.parametrize("what", BEHIND)
@pytest.mark.parametrize("array", [npy(), object_npy(pickled(b"N"))], ids=["numbers", "objects"])
def test_what_stands_behind_the_array_is_handed_back(array: bytes, what: str) -> None:
    records = inspected(MODULE, array + BEHIND[what], "weights.npy")
    (finding,) = only(records, Finding)
    assert finding.rule == TRAILING
    assert (finding.evidence[0].offset, finding.evidence[0].length) == (len(array), len(BEHIND[what]))
    assert members_of(records) == {f"bytes from {len(array)}": BEHIND[what]}
    assert max(c.offset for c in only(records, Coverage)) == len(array)


@pytest.mark.parametrize("data", [b"", b"\x93NUMPX\1\0", POINTER, pickled(b"N")])
def test_a_name_alone_makes_no_array(data: bytes) -> None:
    assert MODULE in candidates(probe(data, "weights.npy"))
    assert states_of(inspected(MODULE, data, "weights.npy")) == [CoverageState.UNKNOWN]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_changed_array_is_reported_or_read_as_numpy_reads_it(data: st.DataObject) -> None:
    """Whatever is quiet and clean is refused by numpy, or is the same numbers."""
    whole = bytearray(npy(body=bytes(range(24))))
    for _ in range(data.draw(st.integers(1, 2))):
        whole[data.draw(st.integers(0, 70))] = data.draw(st.sampled_from(b"'\"(),: <>|0123489FOSTUVfiu\\\0\n"))
    records = inspected(MODULE, bytes(whole))
    if rules_of(records) or states_of(records) != NUMBERS:
        return
    try:
        with warnings.catch_warnings(action="ignore"):
            array = numpy.load(io.BytesIO(whole), allow_pickle=False)
    except (ValueError, TypeError, OverflowError):
        return
    _, body = only(records, Coverage)
    assert array.tobytes("A") == bytes(whole)[body.offset : body.offset + (body.length or 0)]
