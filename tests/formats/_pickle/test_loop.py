"""The loop of common opcodes does what their instructions do, one by one."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.grammar import Programs
from verifier.errors import BudgetExceeded
from verifier.formats import Budget, Limits
from verifier.formats._pickle import stream
from verifier.formats._pickle.machine import Machine
from verifier.formats._pickle.rendering import render
from verifier.formats._pickle.trace import told
from verifier.formats._pickle.values import TRACKED, Container, Value
from verifier.formats._readers import BytesReader

Walk = tuple[list[tuple[int, str]], int, bool, int, str]


def nothing(machine: Machine, end: int) -> None:
    """A loop that leaves every opcode to its instruction."""


def walked(data: bytes) -> Walk:
    walk = stream.PickleStream(BytesReader(data), 0, Budget(Limits(steps=100_000)))
    told_of: list[tuple[int, str]] = []
    try:
        told_of.extend((event.offset, told(event)) for event in walk)
    except BudgetExceeded as error:
        told_of.append((0, str(error)))
    summary = walk.summary
    return told_of, summary.end, summary.complete, summary.operations, measured(summary.value)


def measured(value: Value) -> str:
    kinds = (value.size, value.weight, value.depth, value.plain, value.dropped) if isinstance(value, Container) else ()
    return f"{render(value, 5, 100)} {kinds}"


def both(data: bytes) -> Walk:
    fast = walked(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "run_common", nothing)
        assert walked(data) == fast
    return fast


@given(st.integers(0, 1 << 32))
def test_any_program_gives_the_same_events(seed: int) -> None:
    programs = Programs(seed)
    for _ in range(5):
        both(programs.stream())


TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats() | st.text(max_size=300) | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=2 * TRACKED)
        | st.tuples(inner)
        | st.tuples(inner, inner)
        | st.tuples(inner, inner, inner)
        | st.dictionaries(st.text(), inner)
        | st.frozensets(st.integers())
    ),
)


@given(TREES, st.integers(0, 5))
def test_genuine_streams_give_the_same_value(tree: object, protocol: int) -> None:
    told_of, _, complete, *_ = both(pickle.dumps(tree, protocol))
    assert complete
    assert not any(text.startswith(("refused", "unusual")) for _, text in told_of)


@pytest.mark.parametrize(
    "body",
    [
        b"](h\x07e.",
        b"(\x86.",
        b"\x87.",
        b"(K\x01u.",
        b"}(K\x01u.",
        b"}(]K\x01u.",
        b"]q\x00q\x00r\xff\xff\xff\x7f.",
        b"X\xff\xff\xff\xffabc.",
        b"X\x02\x00\x00\x00\xff\xff.",
        b"\x8c\x02\xff\xff.",
        b"\x8c\xffabc.",
        b"t.",
        b"]" + b"(\x86" * 3 + b".",
    ],
)
def test_what_breaks_a_stream_breaks_it_alike(body: bytes) -> None:
    events, *_ = both(b"\x80\x04" + body + bytes(20))
    assert events


def test_a_chain_of_doublings_is_refused_where_it_gets_too_large() -> None:
    events, *_ = both(b"\x80\x04)" + b"2\x86" * 40 + b".")
    assert any("expands without bound" in message for _, message in events)
