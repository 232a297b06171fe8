from __future__ import annotations

import pytest

from verifier.formats import Budget, Limits
from verifier.formats._pickle.events import Event, Oddity, Refusal, Refused
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._pickle.values import SHORT, TEXT_LIMIT, BigInt, Bytes, LongText, Value
from verifier.formats._readers import BytesReader


def loaded(body: bytes) -> tuple[Value, list[Event]]:
    stream = PickleStream(BytesReader(body + b"."), 0, Budget(Limits()))
    events = list(stream)
    return stream.summary.value, events


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"N", None),
        (b"\x88", True),
        (b"I00\n", False),
        (b"I01\n", True),
        (b"I-7\n", -7),
        (b"L7L\n", 7),
        (b"L7\n", 7),
        (b"F1.5\n", 1.5),
        (b"F1e-05\n", 1e-05),
        (b"Finf\n", float("inf")),
        (b"J\xff\xff\xff\xff", -1),
        (b"K\xff", 255),
        (b"M\xff\xff", 65535),
        (b"G?\xf8\0\0\0\0\0\0", 1.5),
        (b"\x8a\x01\xff", -1),
        (b"\x8a\x00", 0),
        (b"\x8b\x02\0\0\0\0\x80", -32768),
        (b"S'a\\n'\n", "a\n"),
        (b'S"\'"\n', "'"),
        (b"Vab\\u00e9\n", "abé"),
        (b"X\x02\0\0\0ab", "ab"),
        (b"\x8c\x03\xed\xa0\x80", "\ud800"),
        (b"\x8d\x01\0\0\0\0\0\0\0a", "a"),
        (b"T\x02\0\0\0ab", "ab"),
        (b"U\x02ab", "ab"),
    ],
)
def test_constants_are_what_unpicklers_make_of_them(body: bytes, expected: Value) -> None:
    value, events = loaded(body)
    assert type(value) is type(expected)
    assert value == expected
    assert events == []


@pytest.mark.parametrize(
    "body", [b"I010\n", b"I0x10\n", b"I1_0\n", b"I 1\n", b"I+1\n", b"F1_0.0\n", b"F0x1p3\n", b"F 1\n", b"L1LL\n"]
)
def test_numbers_that_machines_read_differently_are_refused(body: bytes) -> None:
    _, events = loaded(body)
    assert [type(event) for event in events] == [Refusal]


def test_a_leading_zero_that_all_read_alike_is_odd() -> None:
    value, events = loaded(b"I07\n")
    assert value == 7
    assert [type(event) for event in events] == [Oddity]


@pytest.mark.parametrize(
    "body", [b"Sab\n", b"S'\n", b"S'ab\"\n", b"S'\\q'\n", b"V\\u12\n", b"\x8b\xff\xff\xff\xff", b"\x8c\x01\xff"]
)
def test_broken_texts_are_refused(body: bytes) -> None:
    _, events = loaded(body)
    assert any(isinstance(event, Refusal) and event.reason is Refused.MALFORMED for event in events)


def test_large_constants_are_not_copied() -> None:
    length = TEXT_LIMIT + 1
    text, _ = loaded(b"X" + length.to_bytes(4, "little") + b"a" * length)
    assert isinstance(text, LongText)
    assert (text.offset, text.length, text.escaped) == (5, length, False)
    escaped, _ = loaded(b"V" + b"a" * length + b"\n")
    assert isinstance(escaped, LongText)
    assert escaped.escaped
    quoted, _ = loaded(b"S'" + b"a" * length + b"'\n")
    assert isinstance(quoted, Bytes)
    assert (quoted.offset, quoted.length, quoted.escaped) == (2, length, True)
    number, _ = loaded(b"\x8b" + (300).to_bytes(4, "little") + bytes(300))
    assert isinstance(number, BigInt)
    assert number.length == 300


@pytest.mark.parametrize(("head", "kind"), [(b"C%c", "bytes"), (b"U%c", "str"), (b"\x96%c\0\0\0\0\0\0\0", "bytearray")])
@pytest.mark.parametrize("length", [SHORT, SHORT + 1])
def test_short_bytes_keep_their_content(head: bytes, kind: str, length: int) -> None:
    value, _ = loaded(head % length + b"\xff" * length)
    assert isinstance(value, Bytes)
    assert value.kind == kind
    assert value.length == length
    assert value.content == (b"\xff" * length if length <= SHORT else None)
