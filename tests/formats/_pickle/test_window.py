from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.formats._pickle.events import Refused
from verifier.formats._pickle.window import LINE, MARGIN, BrokenStreamError, Window
from verifier.formats._readers import BytesReader

BYTES = bytes(at % 251 for at in range(200_000))


@given(st.lists(st.integers(0, len(BYTES) - 1), max_size=30), st.integers(0, 5000))
def test_operands_are_the_bytes_wherever_the_window_stands(places: list[int], length: int) -> None:
    window = Window(BytesReader(BYTES), len(BYTES))
    for place in sorted(places):
        window.move(place)
        assert window.data[place - window.base] == BYTES[place]
        assert window.data[: window.held] == BYTES[window.base : window.base + window.held]
        if place + length <= len(BYTES):
            assert window.take(place, length) == BYTES[place : place + length]


def test_an_opcode_always_has_its_operand_in_the_window() -> None:
    window = Window(BytesReader(BYTES), len(BYTES))
    window.move(0)
    assert window.safe + MARGIN == window.held
    window.move(len(BYTES) - 1)
    assert len(window.data) >= window.safe - 1 + MARGIN


def test_bytes_behind_the_end_are_not_read() -> None:
    window = Window(BytesReader(BYTES), 100)
    window.move(90)
    assert window.held == 10
    with pytest.raises(BrokenStreamError) as broken:
        window.take(95, 6)
    assert broken.value.reason is Refused.TRUNCATED


@pytest.mark.parametrize(
    ("data", "reason"), [(b"x" * (LINE + 1) + b"\n", Refused.MALFORMED), (b"x" * 10, Refused.TRUNCATED)]
)
def test_lines_are_bounded(data: bytes, reason: Refused) -> None:
    window = Window(BytesReader(data), len(data))
    window.move(0)
    with pytest.raises(BrokenStreamError) as broken:
        window.line(0)
    assert broken.value.reason is reason


def test_lines_may_cross_blocks() -> None:
    data = b"N" * 16_300 + b"line\n" + b"x" * 300_000 + b"\n"
    window = Window(BytesReader(data), len(data))
    window.move(0)
    assert window.line(16_300) == b"line"
    assert window.line_length(16_305) == 300_000
    with pytest.raises(BrokenStreamError):
        window.line_length(len(data))
