"""Raw arrays are found exactly where joblib wrote them, and files beside a pickle are accounted for."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Any

import joblib  # type: ignore[import-untyped]
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies

from tests.builders.inspections import facts_of, only
from tests.builders.joblibs import array, beside, dtype, dumped, new
from tests.builders.opcodes import Operand, call, mapping, name, pickled, value
from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Budget, Context, Limits, Yield
from verifier.formats._joblib import RULES
from verifier.formats._joblib.streams import inspect_streams
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Coverage, CoverageState, Finding, Reader

EVIL = call("os", "system", "echo inert")
MISFORMED = "pickle-malformed-stream"

ARRAYS = numpy_strategies.arrays(
    numpy_strategies.scalar_dtypes()
    | numpy_strategies.nested_dtypes().filter(lambda found: found.itemsize > 0 and "__" not in str(found)),
    numpy_strategies.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)


def nobody(path: str) -> Reader:
    raise Malformed(f"there is no {path}")


def inspected(
    data: bytes, path: str = "a/model.pkl", siblings: tuple[str, ...] = (), limits: Limits | None = None
) -> list[Yield]:
    context = Context(Budget(limits or Limits()), dict.fromkeys(siblings, 1), nobody)
    return list(inspect_streams(Artifact(path, len(data)), BytesReader(data), context, "test/1"))


def ranges(records: list[Yield], state: CoverageState) -> list[tuple[int, int]]:
    return [(c.offset, c.length or 0) for c in only(records, Coverage) if c.state is state]


def symbols(records: list[Yield]) -> set[str]:
    return {finding.evidence[0].what for finding in only(records, Finding)}


def joblib_bytes(item: object, **options: Any) -> bytes:
    out = io.BytesIO()
    joblib.dump(item, out, **options)
    return out.getvalue()


@settings(deadline=None)
@given(st.lists(ARRAYS, max_size=4), st.booleans(), st.integers(0, 5))
def test_raw_arrays_are_found_exactly(items: list[Any], fortran: bool, protocol: int) -> None:
    items = [numpy.asfortranarray(item) if fortran else item for item in items]
    data = joblib_bytes({"items": items, "more": (1, "text")}, protocol=protocol)
    records = inspected(data)
    assert {f.rule for f in only(records, Finding)} <= {"pickle-unknown-symbol"}
    found = [data[start : start + length] for start, length in ranges(records, CoverageState.DATA)]
    assert found == [item.tobytes("A") for item in items if item.nbytes]
    pieces = sorted(ranges(records, CoverageState.DATA) + ranges(records, CoverageState.INSPECTED))
    assert sum(length for _, length in pieces) == len(data)
    assert all(start + length == follows for (start, length), (follows, _) in pairwise(pieces))


def test_facts_count_arrays() -> None:
    data = joblib_bytes([numpy.zeros((2, 3)), numpy.zeros(4, "f4"), numpy.array([None])])
    facts = facts_of(inspected(data))
    assert (facts["tensor-count"], facts["parameter-count"]) == (2, 10)
    assert facts["tensor-dtypes"] == (("f4", 1), ("f8", 1))
    assert "tensor-count" not in facts_of(inspected(dumped(value(1))))


def test_pickles_of_object_arrays_are_inspected() -> None:
    inner = pickled(EVIL)
    data = dumped(array(inner, (1,), of=dtype("O8", "|", 63)), array(bytes(8), (1,)))
    records = inspected(data)
    assert "os.system" in symbols(records)
    place = next(f.evidence[0].offset for f in only(records, Finding) if f.evidence[0].what == "os.system")
    assert place == data.index(b"cos\nsystem") + len(EVIL) - 1
    assert ranges(records, CoverageState.PARTIAL) == []
    assert len(ranges(records, CoverageState.DATA)) == 1


def test_a_pickle_of_an_object_array_that_breaks_ends_the_walk() -> None:
    data = dumped(array(pickled(EVIL)[:-1] + b"\xff.", (1,), of=dtype("O8", "|", 63)))
    records = inspected(data)
    assert "os.system" in symbols(records)
    assert MISFORMED in {f.rule for f in only(records, Finding)}
    assert ranges(records, CoverageState.PARTIAL)


def test_what_was_seen_stands_when_the_budget_runs_out() -> None:
    data = dumped(array(pickled(EVIL + b"0" + b"N0" * 5000), (1,), of=dtype("O8", "|", 63)))
    seen: list[Yield] = []
    context = Context(Budget(Limits(steps=5000)), {}, nobody)
    with pytest.raises(BudgetExceeded):
        seen.extend(inspect_streams(Artifact("a", len(data)), BytesReader(data), context, "test/1"))
    assert "os.system" in symbols(seen)


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(array(bytes(8), (2,)), id="more than there is"),
        pytest.param(array(bytes(8), (1 << 32, 1 << 32)), id="size that wraps around"),
        pytest.param(
            array(b"\x40" + b"\xff" * 64 + bytes(8), (1,), numpy_array_alignment_bytes=value(64)), id="alignment"
        ),
        pytest.param(
            array(b"\x11" + b"\xff" * 17 + bytes(8), (1,), numpy_array_alignment_bytes=value(16)), id="padding"
        ),
        pytest.param(
            array(b"\x02\xffN" + bytes(8), (1,), numpy_array_alignment_bytes=value(16)), id="padding of its own"
        ),
        pytest.param(array(bytes(8), (1,), of=dtype("O8", flags=0)), id="pointers"),
        pytest.param(array(bytes(8), (1,), of=dtype("f8", flags=1)), id="numbers to unpickle"),
        pytest.param(array(bytes(8), (1,), read=name("os", "system")), id="method"),
    ],
)
def test_an_array_that_cannot_be_located_is_never_clean(item: bytes) -> None:
    records = inspected(dumped(item))
    assert MISFORMED in {f.rule for f in only(records, Finding)}
    assert ranges(records, CoverageState.PARTIAL)
    assert {finding.rule for finding in only(records, Finding)} <= {*RULES}


def test_raw_bytes_in_the_middle_of_a_frame_are_refused() -> None:
    body = array(bytes(8), (1,)) + b"."
    data = b"\x80\x04\x95" + len(body).to_bytes(8, "little") + body
    assert MISFORMED in {f.rule for f in only(inspected(data), Finding)}


def test_many_arrays_end_in_one_range(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.formats._joblib.arrays._LISTED", 2)
    data = joblib_bytes([numpy.full(3, at) for at in range(5)])
    records = inspected(data)
    first, second = ranges(records, CoverageState.DATA)
    assert first[1] == 24
    assert data[second[0] + second[1] :] == b"e."


def test_a_file_beside_that_is_there_is_quiet() -> None:
    records = inspected(dumped(beside("x.npy"), beside("./sub/../y.npy")), siblings=("a/x.npy",))
    reasons = [c.reason for c in only(records, Coverage) if not c.state.clean]
    assert reasons == []


def test_a_file_beside_that_is_missing_is_a_gap() -> None:
    records = inspected(dumped(beside("x.npy"), beside("y.npy"), beside("z.npy")), siblings=("a/x.npy", "y.npy"))
    reasons = [c.reason for c in only(records, Coverage) if not c.state.clean]
    assert reasons == ["loading it opens the file y.npy, which is not there (and 1 more)"]


@pytest.mark.parametrize("path", ["../../etc/x.npy", "/etc/x.npy", "C:\\x.npy", "..\\x.npy", "x\0.npy"])
def test_a_file_elsewhere_is_a_finding(path: str) -> None:
    records = inspected(dumped(beside(path), beside("x.npy")), siblings=("a/x.npy",))
    (finding,) = (f for f in only(records, Finding) if f.rule == "joblib-unsafe-file")
    assert finding.parameters == (("files", (path,)),)
    assert all(c.state.clean for c in only(records, Coverage))


def test_a_packed_file_beside_is_accounted_for_too() -> None:
    init: Operand = (name("numpy", "ndarray"), (0,), value("b"))
    fields = {"filename": value("x.npy.z"), "init_args": value(init), "state": value((1, (2,), dtype(), False))}
    data = dumped(new("joblib.numpy_pickle_compat", "ZNDArrayWrapper") + mapping(fields) + b"b")
    assert [c.state for c in only(inspected(data), Coverage)] == [CoverageState.INSPECTED, CoverageState.PARTIAL]
    assert all(c.state.clean for c in only(inspected(data, siblings=("a/x.npy.z",)), Coverage))


def test_files_beside_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.formats._joblib.arrays._FILES", 1)
    with pytest.raises(BudgetExceeded, match="opens more than"):
        inspected(dumped(beside("x.npy"), beside("y.npy")))
