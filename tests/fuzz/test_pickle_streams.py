from __future__ import annotations

import pytest

from tests.builders.opcodes import call, pickled
from tests.fuzz.grammar import DIFFERENCES
from tests.fuzz.pickle_streams import Oracle, fuzz, missed, reported


@pytest.mark.no_cover  # twice as fast, and every line it reaches has a test of its own
@pytest.mark.parametrize("seed", range(10))
def test_whatever_an_unpickler_imports_or_calls_is_reported_or_refused(seed: int) -> None:
    failures, active, _ = fuzz(2_500, seed)
    assert failures == []
    assert active > 1_000


def test_known_differences_between_unpicklers_are_reported_or_refused() -> None:
    oracle = Oracle()
    found = [missed(stream, answer) for stream, answer in zip(DIFFERENCES, oracle.answers(DIFFERENCES), strict=True)]
    oracle.close()
    assert found == [""] * len(DIFFERENCES)


def test_the_oracle_sees_what_a_stream_does_and_a_miss_is_noticed() -> None:
    oracle = Oracle()
    stream = pickled(call("os", "system", "echo inert"))
    (answer,) = oracle.answers([stream])
    oracle.close()
    assert answer is not None
    assert [machine for machine, imports, calls in answer if imports == calls == [["os", "system"]]] == [
        "C, BytesIO",
        "C, buffered",
        "C, raw",
        "Python",
    ]
    assert missed(pickled(b"N"), answer) == "C, BytesIO imports [('os', 'system')]"
    assert missed(pickled(b"N"), None) == "it kills an unpickler, and is not refused"
    assert reported(stream).calls == {("os", "system")}


def test_a_stream_that_kills_the_oracle_is_told_and_the_next_are_answered() -> None:
    key = b"K\x01" + b"\x94h\x00\x86" + b"".join(b"\x94h" + bytes([at]) + b"\x86" for at in range(1, 60))
    bomb = b"\x80\x04}" + key + b"Ns."
    oracle = Oracle()
    answers = list(oracle.answers([pickled(b"N"), bomb, pickled(b"N")]))
    oracle.close()
    assert [answer is None for answer in answers] == [False, True, False]
    assert oracle.deaths == 1
    assert missed(bomb, None) == ""
