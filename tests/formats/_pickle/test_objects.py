from __future__ import annotations

import pytest

from tests.builders.opcodes import pickled
from verifier.formats import Budget, Limits
from verifier.formats._pickle.events import Refusal, Refused
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._readers import BytesReader


@pytest.mark.parametrize(("count", "refused"), [(10_000, 0), (10_001, 1)])
def test_a_memo_of_constants_is_there_to_fill_memory(count: int, refused: int) -> None:
    stream = PickleStream(BytesReader(pickled(b"N" + b"\x94" * count, 4)), 0, Budget(Limits()))
    refusals = [event for event in stream if isinstance(event, Refusal)]
    assert [event.reason for event in refusals] == [Refused.EXHAUSTING] * refused


def test_a_memo_of_texts_is_what_picklers_write() -> None:
    stream = PickleStream(BytesReader(pickled(b"(" + b"\x8c\x01a\x94" * 20_000 + b"l", 4)), 0, Budget(Limits()))
    assert [event for event in stream if isinstance(event, Refusal)] == []
