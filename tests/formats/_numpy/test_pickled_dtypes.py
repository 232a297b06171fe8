"""Dtypes as numpy pickles them are measured as numpy measures them, and lies about them are not believed."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies

from tests.builders.joblibs import dtype
from tests.builders.opcodes import Operand, call, mapping, name, pickled, value
from verifier.formats import Budget
from verifier.formats._numpy.dtypes import Dtype
from verifier.formats._numpy.pickled_dtypes import Dtypes
from verifier.formats._pickle.events import Build
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._pickle.window import BrokenStreamError
from verifier.formats._readers import BytesReader

DTYPES = st.one_of(
    numpy_strategies.scalar_dtypes(),
    numpy_strategies.nested_dtypes(subtype_strategy=st.just(numpy.dtype("O")) | numpy_strategies.scalar_dtypes()),
).filter(lambda found: found.subdtype is None)

GENUINE = [
    numpy.dtype("M8[ns]"),
    numpy.dtype("V7"),
    numpy.dtype("f8", metadata={"unit": "m"}),
    numpy.dtype((numpy.record, [("a", "i4"), ("b", "O")])),
    numpy.dtype([(("title", "name"), "<i2", (2,))]),
    numpy.dtype([(f"f{number}", "i4") for number in range(200)]),
    numpy.dtype([("a", "u1"), ("b", "f8")], align=True),
    numpy.dtypes.StringDType(),
]


def last(stream: bytes) -> Dtype | None:
    """What is known of the dtype that a stream loads as."""
    known = Dtypes()
    walk = PickleStream(BytesReader(stream), 0, Budget())
    for event in walk:
        if isinstance(event, Build):
            known.built(event)
    assert walk.summary.stopped
    return known.of(walk.summary.value)


def check(found: Any, protocol: int) -> None:
    with warnings.catch_warnings(action="ignore"):
        dtype = last(pickle.dumps(found, protocol))
    assert dtype is not None
    assert (dtype.itemsize, dtype.has_object) == (found.itemsize, found.hasobject)


@given(DTYPES, st.integers(0, 5))
def test_dtypes_are_measured_as_numpy_does(found: Any, protocol: int) -> None:
    check(found, protocol)


@pytest.mark.parametrize("found", GENUINE, ids=str)
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_uncommon_dtypes_are_measured_too(found: Any, protocol: int) -> None:
    check(found, protocol)


def structure(size: int, flags: int, *fields: bytes) -> bytes:
    """A structured dtype of those fields, all at offset 0."""
    entries = mapping({str(at): value((field, 0)) for at, field in enumerate(fields)})
    names = tuple(str(at) for at in range(len(fields)))
    state: tuple[Operand, ...] = (3, "|", None, names, entries, size, 1, flags)
    return call("numpy", "dtype", f"V{size}", False, True) + value(state) + b"b"


LIES = {
    "object of numbers": dtype("f8", flags=1),
    "numbers of objects": dtype("O8", flags=0),
    "structure that hides objects": structure(8, 0, dtype("O8", flags=63)),
    "structure without the objects it claims": structure(8, 1, dtype("f8")),
    "structure of nothing known": structure(8, 0, name("numpy", "float64")),
    "size of a string": call("numpy", "dtype", "S10", False, True) + value((3, "|", None, None, None, 99, 1, 0)) + b"b",
    "subarray of objects": call("numpy", "dtype", "V8", False, True)
    + value((3, "|", (dtype("O8", flags=63), (1,)), None, None, 8, 1, 0))
    + b"b",
    "fields of a number": call("numpy", "dtype", "f8", False, True)
    + value((3, "<", None, ("a",), b"}", -1, -1, 0))
    + b"b",
    "made without a copy": call("numpy", "dtype", "f8", False, False)
    + value((3, "<", None, None, None, -1, -1, 0))
    + b"b",
    "a spelling numpy does not write": dtype("f8,O"),
    "a class": call("numpy", "dtype", name("os", "system"), False, True)
    + value((3, "|", None, None, None, 8, 1, 0))
    + b"b",
    "never set": call("numpy", "dtype", "f8", False, True),
    "a state of another shape": call("numpy", "dtype", "f8", False, True) + value((3, "<")) + b"b",
    "no dtype at all": name("numpy", "float64"),
    "no object at all": value(1),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_dtypes_that_contradict_themselves_are_unknown(lie: bytes) -> None:
    assert last(pickled(lie)) is None


def test_a_dtype_that_is_changed_afterwards_is_refused() -> None:
    with pytest.raises(BrokenStreamError, match="a second time"):
        last(pickled(dtype("f8") + value((3, "<", None, None, None, -1, -1, 1)) + b"b"))


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.formats._numpy.pickled_dtypes._KEPT", 1)
    assert last(pickled(dtype("f8"))) is not None
    assert last(pickled(dtype("f8") + b"0" + dtype("f8"))) is None
