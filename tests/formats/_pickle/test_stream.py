from __future__ import annotations

import io
import pickle
import pickletools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.opcodes import call, name, pickled, value
from verifier.errors import BudgetExceeded
from verifier.formats import Budget, Limits
from verifier.formats._pickle.events import Build, Call, Event, Import, Refusal, Refused
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._readers import BytesReader


def walked(data: bytes, start: int = 0) -> tuple[list[Event], PickleStream]:
    stream = PickleStream(BytesReader(data), start, Budget(Limits(steps=1_000_000)))
    return list(stream), stream


def refused(data: bytes) -> list[tuple[Refused, int]]:
    return [(event.reason, event.offset) for event in walked(data)[0] if isinstance(event, Refusal)]


@given(st.binary(max_size=400))
def test_any_bytes_end_in_a_stop_or_a_refusal(data: bytes) -> None:
    events, stream = walked(data)
    assert stream.summary.stopped or any(isinstance(event, Refusal) for event in events)
    assert 0 <= stream.summary.end <= len(data)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("optimized", [False, True])
@pytest.mark.parametrize("pickler", [pickle.Pickler, pickle._Pickler])
def test_what_picklers_write_is_complete(protocol: int, optimized: bool, pickler: type[pickle.Pickler]) -> None:
    shared = ["x" * 300]
    tree = [
        1,
        -5,
        2**40,
        2**3000,
        1.5,
        None,
        True,
        "é\ud800",
        "t" * 70_000,
        b"b" * 70_000,
        (1,),
        {1: shared},
        {2},
        shared,
    ]
    file = io.BytesIO()
    pickler(file, protocol).dump(tree)
    data = pickletools.optimize(file.getvalue()) if optimized else file.getvalue()
    events, stream = walked(data)
    assert stream.summary.complete
    assert stream.summary.end == len(data)
    assert not any(isinstance(event, Refusal) for event in events)


def test_streams_in_a_row_are_walked_from_end_to_end() -> None:
    first, second = pickled(call("os", "system", "x")), pickled(call("os", "popen", "x"))
    _, stream = walked(first + second)
    assert stream.summary.end == len(first)
    events, stream = walked(first + second, stream.summary.end)
    assert [event.value.path for event in events if isinstance(event, Import)] == ["os.popen"]
    assert stream.summary.end == len(first + second)


def test_what_was_seen_before_a_break_is_reported() -> None:
    events, stream = walked(pickled(call("os", "system", "x") + b"\xff"))
    assert [type(event) for event in events] == [Import, Call, Refusal]
    assert not stream.summary.complete


def test_a_break_names_the_opcode_at_which_it_was_seen() -> None:
    assert refused(pickled(value("text") + b"\xfe")) == [(Refused.MALFORMED, 2 + 5 + 4)]
    assert refused(b"\x80\x04\x8c\x05ab") == [(Refused.TRUNCATED, 2)]


def test_reading_resumes_where_the_caller_says() -> None:
    raw = b"\xff" * 1000
    data = pickled(name("a", "B") + b")\x81}b")[:-1] + raw + b"."

    def resumed(event: Build, at: int) -> int:
        return at + len(raw)

    stream = PickleStream(BytesReader(data), 0, Budget(Limits()), after_build=resumed)
    assert not any(isinstance(event, Refusal) for event in stream)
    assert stream.summary.complete


def test_raw_bytes_must_lie_between_frames() -> None:
    body = name("a", "B") + b")\x81}b" + b"N" * 20 + b"0" * 20 + b"."
    data = b"\x80\x04\x95" + len(body).to_bytes(8, "little") + body
    stream = PickleStream(BytesReader(data), 0, Budget(Limits()), after_build=lambda _, at: at + 1)
    assert "in the middle of a frame" in "".join(event.message for event in stream if isinstance(event, Refusal))


@pytest.mark.parametrize("body", [b"(" * 20_000 + b"t" * 20_000, b")" + b"\x85" * 20_000])
def test_depth_is_bounded(body: bytes) -> None:
    assert Refused.EXHAUSTING in [reason for reason, _ in refused(pickled(body))]


def test_the_budget_is_charged_for_opcodes() -> None:
    stream = PickleStream(BytesReader(pickled(b"(" + b"N" * 200_000 + b"t")), 0, Budget(Limits(steps=50_000)))
    with pytest.raises(BudgetExceeded):
        list(stream)
