from __future__ import annotations

import pytest

from tests.builders.opcodes import name, pickled, value
from verifier.formats import Budget, Limits
from verifier.formats._pickle.events import Event, Fill, Method, Oddity, Refusal, Refused
from verifier.formats._pickle.rendering import render
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._pickle.values import Value
from verifier.formats._readers import BytesReader


def loaded(body: bytes, protocol: int = 4) -> tuple[Value, list[Event]]:
    stream = PickleStream(BytesReader(pickled(body, protocol)), 0, Budget(Limits()))
    events = list(stream)
    return stream.summary.value, events


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"]K\x01a", "[1]"),
        (b"](K\x01K\x02e", "[1, 2]"),
        (b"}K\x01K\x02s", "{1: 2}"),
        (b"}(K\x01K\x02u", "{1: 2}"),
        (b"\x8f(K\x01\x90", "{1}"),
        (b"(K\x01\x91", "{1}"),
        (b"(K\x01K\x02t", "(1, 2)"),
        (b"(K\x01l", "[1]"),
        (b"(K\x01K\x02d", "{1: 2}"),
        (b"K\x01\x85", "(1,)"),
        (b"K\x01K\x02\x86", "(1, 2)"),
        (b"K\x01K\x02K\x03\x87", "(1, 2, 3)"),
        (b")", "()"),
        (b"K\x01K\x020", "1"),
        (b"K\x01(K\x02K\x031", "1"),
        (b"K\x01(0", "1"),
        (b"K\x01p7\n0g7\n", "1"),
        (b"K\x01q\x070h\x07", "1"),
        (b"K\x01r\x07\0\0\x000j\x07\0\0\0", "1"),
        (b"K\x01\x940h\x00", "1"),
    ],
)
def test_the_stack_and_the_memo_hold_what_unpicklers_hold(body: bytes, shown: str) -> None:
    found, events = loaded(body)
    assert render(found) == shown
    assert events == []


@pytest.mark.parametrize(
    "body",
    [
        b"}]K\x01s",
        b"}(K\x01u",
        b"(]\x91",
        b"K\x01K\x02a",
        b"NK\x01K\x02s",
        b"](K\x01\x90",
        b"g07\n",
        b"N(t",
    ],
)
def test_what_unpicklers_fail_on_is_refused(body: bytes) -> None:
    assert any(isinstance(event, Refusal) for event in loaded(body)[1])


def test_duplicating_is_odd() -> None:
    assert [type(event) for event in loaded(b"N2\x86")[1]] == [Oddity]


@pytest.mark.parametrize(
    ("items", "method"),
    [
        (b"K\x01a", Method.APPEND),
        (b"(K\x01e", Method.EXTEND),
        (b"K\x01K\x02s", Method.SETITEM),
        (b"(K\x01K\x02u", Method.SETITEM),
        (b"(K\x01\x90", Method.ADD),
    ],
)
def test_objects_are_asked_to_take_elements(items: bytes, method: Method) -> None:
    _, events = loaded(name("a", "B") + b")\x81" + items)
    assert [event.method for event in events if isinstance(event, Fill)] == [method]


def test_a_key_that_expands_without_bound_is_refused() -> None:
    key = value(1) + b"2\x86" * 30
    _, events = loaded(b"}" + key + b"Ns")
    assert Refused.EXHAUSTING in [event.reason for event in events if isinstance(event, Refusal)]


def test_constants_thrown_away_by_the_million_are_refused() -> None:
    assert loaded(b"K\x010" * 1000 + b"N")[1] == []
    assert loaded(b"K\x010" * 1_000_000 + b"N")[1] != []
