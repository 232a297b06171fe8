"""What other loaders than joblib would run is reported, and genuine arrays are not taken for code."""

from __future__ import annotations

import io
from random import Random
from typing import Any

import joblib  # type: ignore[import-untyped]
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies

from tests.builders.joblibs import array, dtype, dumped
from tests.builders.opcodes import call, name, pickled, text, value
from tests.formats._joblib.test_arrays import inspected, symbols
from verifier.records import Finding

EVIL = call("os", "system", "echo inert")


def readings(data: bytes, symbol: str = "os.system") -> list[str]:
    """As whom the loaders call the symbol."""
    found = [f for f in inspected(data) if isinstance(f, Finding) and f.evidence[0].what == symbol]
    return [f.message.partition(": ")[0] for f in found]


def test_an_array_that_pickle_load_would_run() -> None:
    raw = (EVIL + b".").ljust(64, b"\0")
    assert readings(dumped(array(raw, (8,)))) == ["as pickle.load reads it"]


def test_a_second_stream_says_which_it_is() -> None:
    raw = (EVIL + b".").ljust(64, b"\0")
    assert readings(dumped(value(1)) + dumped(array(raw, (8,)))) == ["stream 2, as pickle.load reads it"]


def test_an_array_whose_end_older_joblib_would_run() -> None:
    """Without heed of the padding, 9 bytes of the array remain: they skip all up to the middle of the second array."""
    second = array((b"x" * 8 + EVIL + b".").ljust(64, b"\0"), (8,), padding=8)
    jump = b"NNNNB" + second.index(EVIL).to_bytes(4, "little")
    assert readings(dumped(array(bytes(64 - 9) + jump, (8,), padding=8), second)) == ["as joblib before 1.2 reads it"]


def test_a_memo_that_means_something_else_to_pickle_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """The inner pickle gets module and name from its own memo, which `pickle.load` shares with the outer one."""
    monkeypatch.setattr(
        "verifier.formats._joblib.readings.MISREAD", ("pickle-dangerous-symbol", "pickle-unlisted-symbol")
    )
    inner = text("numpy") + b"\x94" + text("dtype") + b"\x9400" + b"h\x00h\x01\x93" + text("f8") + b"\x85R"
    outer = text("os") + b"\x94" + text("system") + b"\x94"
    data = dumped(outer, array(pickled(inner, 4), (1,), of=dtype("O8", "|", 63)))
    assert readings(data) == ["as pickle.load reads it"]


def test_what_stands_behind_a_placeholder_nobody_can_follow_is_still_seen() -> None:
    data = dumped(array(b"", (1,), read=value(1)), EVIL)
    assert readings(data) == ["as pickle.load reads it"]


def test_a_finding_is_not_repeated() -> None:
    assert len(readings(dumped(EVIL, array(bytes(8), (1,), padding=8)))) == 1


@pytest.mark.parametrize("end", [b")R", b"(NtR", b"K\x01a", b"NNs", b"}b", b"r", b"Cc", b")\x81", b"Q)R"])
@pytest.mark.parametrize("protocol", [2, 4])
def test_numbers_that_read_as_opcodes_are_no_calls_of_the_wrapper_before_them(end: bytes, protocol: int) -> None:
    item = array(bytes(64 - len(end)) + end, (8,), padding=len(end) - 1)
    data = pickled(b"](" + item + item + b"e", protocol)
    assert [found for found in inspected(data) if isinstance(found, Finding)] == []


def shifted(end: bytes, padding: int) -> bytes:
    """A generator of random numbers behind so much padding; joblib before 1.2 reads the end of its array as opcodes."""
    for size in range(16):
        out = io.BytesIO()
        joblib.dump({"x" * size: numpy.random.default_rng(3), "scale": numpy.float64(1)}, out)
        data = out.getvalue()
        start = data.index(b"ub", data.index(b"numpy_array_alignment_bytes")) + 2
        if data[start] == padding:
            break
    stop = start + 1 + padding + 16
    return data[: stop - 1 - padding] + end[: 1 + padding].ljust(1 + padding, b"\xff") + data[stop:]


@pytest.mark.parametrize("end", [b"1\x92", b"2e", b"Nu", b"N\x90", b"0R", b"No", b"N\x94", b"U\x22"])
@pytest.mark.parametrize("padding", [1, 9])
def test_what_chance_makes_of_harmless_symbols_is_quiet(end: bytes, padding: int) -> None:
    assert not [found for found in inspected(shifted(end, padding)) if isinstance(found, Finding)]


def test_random_ends_of_arrays_are_quiet() -> None:
    random = Random(3)
    for _ in range(200):
        data = shifted(bytes(random.choices(b"012()]}NR\x81\x85\x86\x88\x90\x92\x94aestu", k=2)), random.choice((1, 9)))
        assert not [found for found in inspected(data) if isinstance(found, Finding)]


@pytest.mark.parametrize(
    ("before", "symbol"),
    [
        (name("functools", "reduce") + name("builtins", "len") + b"(", "functools.reduce"),
        (name("builtins", "getattr") + value(1) + b"(", "builtins.getattr"),
        (call("functools", "partial", name("builtins", "len")) + value(1) + b"(", "functools.partial"),
    ],
)
def test_chance_is_no_excuse_where_harm_is_known(before: bytes, symbol: str) -> None:
    """Without heed of the padding, the end of the array calls what stands before it."""
    item = array(bytes(64 - 3) + b"1\x85R", (8,), padding=2)
    assert "as joblib before 1.2 reads it" in readings(dumped(before + item + b"t00"), symbol)


@settings(deadline=None)
@given(
    numpy_strategies.arrays(
        st.sampled_from(["<f8", "<f4", "<i8", "<i4", "?", "<U3", "<M8[s]"]),
        st.integers(1, 40).map(lambda size: (size,)),
    ),
    st.none() | st.integers(0, 16),
)
def test_genuine_arrays_are_not_taken_for_code(items: Any, padding: int | None) -> None:
    of = dtype(f"{items.dtype.kind}{items.dtype.itemsize}")
    if items.dtype.kind == "U":
        of = call("numpy", "dtype", "U3", False, True) + value((3, "<", None, None, None, 12, 4, 8)) + b"b"
    item = array(items.tobytes(), items.shape, of=of, padding=padding)
    assert symbols(inspected(dumped(value("key"), item, item))) <= {"joblib.numpy_pickle.NumpyArrayWrapper"}


@pytest.mark.parametrize("outer", [{"version": 1, "labels": None}, {"labels": None}, [None], (1, None)])
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_genuine_object_arrays_are_quiet_to_other_readings(outer: Any, protocol: int) -> None:
    items = numpy.array(["a", None, 1.5, (1,)], dtype=object)
    filled = (
        {key: items if found is None else found for key, found in outer.items()}
        if isinstance(outer, dict)
        else type(outer)(items if found is None else found for found in outer)
    )
    out = io.BytesIO()
    joblib.dump(filled, out, protocol=protocol)
    assert symbols(inspected(out.getvalue())) <= {"joblib.numpy_pickle.NumpyArrayWrapper"}
