"""The parser reads what Python reads, and says what others could read otherwise."""

from __future__ import annotations

import bisect
import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import _json
from verifier.formats._json import Json, parse, pointer, pointer_of, within

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_what_python_writes_is_read_back(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    for exact in (True, False):
        document = parse(text, exact=exact)
        assert document.value == value
        assert document.duplicates == ()


@given(st.binary(max_size=40) | st.text('[]{}":,-.0123eE \\u+tfn', max_size=40).map(str.encode))
@example(b"\xef\xbb\xbf{}")
@example("{}".encode("utf-16"))
@example("[1]".encode("utf-32-be"))
@example(b"\xff\xfe")
@example(b'"\xed\xa0\x80"')
@example(b"")
def test_what_is_read_is_what_python_reads_from_bytes(raw: bytes) -> None:
    try:
        found = parse(raw, exact=False).value
    except Malformed:
        with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
            json.loads(raw)
    else:
        assert repr(found) == repr(json.loads(raw, parse_int=lambda digits: -0.0 if digits == "-0" else int(digits)))


@pytest.mark.parametrize(
    "raw",
    [b"NaN", b"[Infinity]", b"-Infinity", b'"\\ud800"', b'{"\\udfff":1}', b"\xef\xbb\xbf{}", "{}".encode("utf-16")],
)
def test_exactness_refuses_what_only_python_reads(raw: bytes) -> None:
    parse(raw, exact=False)
    with pytest.raises(Malformed):
        parse(raw)


def test_pairs_of_surrogates_are_one_character() -> None:
    assert parse(b'"\\ud83d\\ude00"').value == "\U0001f600"


def test_minus_zero_is_a_float() -> None:
    assert repr(parse(b"[-0, -0.0, -7]").value) == "[-0.0, -0.0, -7]"


@pytest.mark.parametrize(
    ("raw", "offset"),
    [
        (b"", 0),
        (b"{} x", 3),
        (b'{"\xc3\xa9": }', 7),
        (b"\xef\xbb\xbf[,]", 4),
        ("[,]".encode("utf-16"), 4),
        (b"[1 2]", 3),
        (b"{'a': 1}", 1),
        (b'"\n"', 1),
        (b"[1] // comment", 4),
        (b'"\xff"', 1),
    ],
)
def test_a_defect_is_found_at_its_byte(raw: bytes, offset: int) -> None:
    with pytest.raises(Malformed) as caught:
        parse(raw, exact=False)
    assert caught.value.offset == offset


def test_numbers_of_absurd_length_are_refused() -> None:
    with pytest.raises(Malformed, match="every parser"):
        parse(b"1" * 5000)
    assert parse(b"1e999", exact=False).value == float("inf")
    assert parse(b"1" * 4000).value == int("1" * 4000)


def test_keys_that_stand_twice_are_told_and_the_last_counts() -> None:
    document = parse(b'{"a": 1, "b": {"c": 1, "c": 2, "a": 3, "a": 4}, "a": 5, "\\u0061": 6}')
    assert document.value == {"a": 6, "b": {"c": 2, "a": 4}}
    assert document.duplicates == ("c", "a")


def test_many_keys_cost_little() -> None:
    keys = ",".join(f'"{i}":0' for i in range(50_000))
    began = time.monotonic()
    assert parse(f'{{{keys},"7":1}}'.encode()).duplicates == ("7",)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("exact", [True, False])
def test_depth_and_number_of_values_are_limits(monkeypatch: pytest.MonkeyPatch, exact: bool) -> None:
    with pytest.raises(BudgetExceeded, match="deeply"):
        parse(b"[" * 100_000 + b"]" * 100_000, exact=exact)
    monkeypatch.setattr(_json, "MAX_VALUES", 10)
    parse(b"[1,2,3,4,5,6,7,8,9,10]", exact=exact)
    with pytest.raises(BudgetExceeded, match="more than 10 values"):
        parse(b"[{},{},{},{},{},{}]", exact=exact)


def test_every_depth_ends_in_a_value_or_a_limit() -> None:
    """Looking for surrogates may take more depth than parsing."""

    def parses(depth: int, *, exact: bool = False) -> bool:
        try:
            parse(b"[" * depth + b'"\\u0041"' + b"]" * depth, exact=exact)
        except BudgetExceeded:
            return False
        return True

    deepest = bisect.bisect_left(range(100_000), True, key=lambda depth: not parses(depth))
    assert not all(parses(depth, exact=True) for depth in range(deepest - 9, deepest + 30))


def test_pointers_are_escaped() -> None:
    assert pointer() == ""
    assert pointer("a/b", 0, "~", "") == "/a~1b/0/~0/"


def test_places_are_pointers() -> None:
    value: Json = {"a/b": [1, {"~": None}]}
    assert [pointer_of(place) for place, _ in within(None, value)] == ["", "/a~1b", "/a~1b/0", "/a~1b/1", "/a~1b/1/~0"]
