from __future__ import annotations

import pickle

import numpy as np
import pytest

from tests.builders.inspections import inspected, rules_of
from tests.builders.opcodes import call, name, pickled, value
from verifier.formats import pickle as module


def dtype(text: str, flags: int, size: int = -1) -> bytes:
    return call("numpy", "dtype", text, False, True) + value((3, "|", None, None, None, size, -1, flags)) + b"b"


def array(of: bytes, shape: tuple[int, ...], body: bytes) -> bytes:
    made = name("numpy.core.multiarray", "_reconstruct") + b"(" + name("numpy", "ndarray") + value((0,))
    return made + b"C\x01btR(K\x01" + value(shape) + of + b"\x89" + body + b"tb"


def rules(body: bytes) -> list[str]:
    return rules_of(inspected(module, pickled(body, 3)))


def test_objects_in_a_list_of_their_number_are_quiet() -> None:
    assert rules(array(dtype("O8", 63), (2,), value(["a", "b"]))) == []


@pytest.mark.parametrize("shape", [(3,), (1,), (2, 2), (2, -1)])
def test_a_shape_that_is_not_the_list_s(shape: tuple[int, ...]) -> None:
    assert rules(array(dtype("O8", 63), shape, value(["a", "b"]))) == ["pickle-unsafe-state"]


def test_flags_that_hide_objects() -> None:
    assert "pickle-unsafe-state" in rules(array(dtype("O8", 0), (1,), b"C\x08" + bytes(8)))


def test_a_type_that_is_changed_when_arrays_have_it() -> None:
    kind = dtype("f8", 0)
    changed = b"\x94" + value((3, "<", None, None, None, -1, -1, 63)) + b"b"
    assert "pickle-unsafe-state" in rules_of(inspected(module, pickled(kind + changed, 4)))


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    "thing",
    [
        np.array(["a", None, {}], dtype=object),
        np.array([], dtype=object),
        np.array([["a"], [1]], dtype=object),
        np.array([(1, "x")], dtype=[("a", "i4"), ("b", "O")]),
        np.array([(1, [2, 3])], dtype=[("a", "i4"), ("b", "i4", (2,))]),
        np.array(["2026"], dtype="M8[D]"),
        np.array(["text"]),
        np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        np.dtype([("a", "O"), ("b", [("c", "f4")])]),
        np.dtype({"names": ["a"], "formats": ["i4"], "offsets": [4], "itemsize": 16}),
        np.dtype("i4", align=True),
    ],
    ids=str,
)
def test_what_numpy_writes_is_quiet(thing: object, protocol: int) -> None:
    assert rules_of(inspected(module, pickle.dumps(thing, protocol))) == []
