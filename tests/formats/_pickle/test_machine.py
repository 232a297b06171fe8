from __future__ import annotations

import pytest

from verifier.formats._pickle.events import Oddity, Refusal, Refused, Summary
from verifier.formats._pickle.machine import DEPTH, MEMO_SLACK, REFUSALS, WEIGHT, Machine
from verifier.formats._pickle.values import UNKNOWN, List, Tuple
from verifier.formats._pickle.window import BrokenStreamError, Window
from verifier.formats._readers import BytesReader


def machine(data: bytes = b"") -> Machine:
    made = Machine(Window(BytesReader(data), len(data)), Summary(0, 0), None)
    made.window.move(0)
    return made


def test_operands_are_taken_in_order() -> None:
    one = machine(b"\x02\x01line\nrest")
    assert one.number(2) == 0x0102
    assert one.line() == b"line"
    assert one.take(4) == b"rest"
    with pytest.raises(BrokenStreamError):
        one.take(1)


def test_a_read_over_the_end_of_a_frame_is_refused() -> None:
    one = machine(bytes(20))
    one.frame_end = 4
    one.take(4)
    assert one.out == []
    one.at = 3
    one.take(2)
    assert [type(event) for event in one.out] == [Refusal]


def test_a_payload_longer_than_the_file_is_never_passed_over() -> None:
    one = machine(bytes(10))
    assert one.skip(10) == 0
    with pytest.raises(BrokenStreamError) as broken:
        one.skip(1)
    assert broken.value.reason is Refused.TRUNCATED


def test_refusals_are_counted_and_end_the_walk() -> None:
    one = machine()
    for _ in range(REFUSALS + 1):
        one.refuse("is bad")
    assert len(one.out) == REFUSALS
    assert one.done


def test_an_oddity_is_told_once() -> None:
    one = machine()
    one.note("is odd")
    one.note("is odd")
    assert [type(event) for event in one.out] == [Oddity]


def test_values_are_replaced_and_marks_popped() -> None:
    one = machine()
    one.stack = [1, 2, 3]
    one.replace(2, "x")
    one.replace(0, "y")
    assert one.stack == [1, "x", "y"]
    with pytest.raises(IndexError):
        one.replace(4, None)
    with pytest.raises(IndexError):
        one.pop_mark()


def test_containers_out_of_all_proportion_are_not_kept() -> None:
    one = machine()
    heavy = Tuple([1])
    for _ in range(WEIGHT.bit_length()):
        heavy = Tuple([heavy, heavy])
    assert one.weighed(heavy) is UNKNOWN
    deep = List([])
    for _ in range(DEPTH):
        deep = List([deep])
    one.push(deep)
    assert one.stack == [UNKNOWN]
    assert {event.reason for event in one.out if isinstance(event, Refusal)} == {Refused.EXHAUSTING}


def test_memo_indexes_are_used_once_and_close_to_each_other() -> None:
    one = machine()
    one.stack = ["x"]
    one.remember(5)
    assert one.out == []
    one.remember(5)
    one.remember(MEMO_SLACK + 2)
    assert [type(event) for event in one.out] == [Oddity, Refusal]
    one.recall(5)
    assert one.stack == ["x", "x"]
    with pytest.raises(KeyError):
        one.recall(6)
