from __future__ import annotations

from itertools import chain

from verifier.formats._pickle.values import TRACKED, Dict, Global, List, Value


def plain(pairs: int) -> list[Value]:
    return list(chain.from_iterable((f"key{at}", at) for at in range(pairs)))


def test_plain_elements_beyond_the_tracked_ones_leave_their_kind() -> None:
    values = List([*range(TRACKED), "x", 1.5])
    assert len(values.items) == TRACKED
    assert values.size == TRACKED + 2
    assert values.dropped == {"str", "float"}
    assert values.plain


def test_what_is_not_plain_is_always_kept() -> None:
    symbol = Global("a", "b")
    values = List([*range(TRACKED), 1, symbol, 2])
    assert values.items[-1] is symbol
    assert not values.plain


def test_a_value_that_is_kept_keeps_its_key() -> None:
    symbol = Global("a", "b")
    entries = Dict(plain(TRACKED))
    entries.add(["hidden", symbol])
    entries.add([*plain(3), "last", symbol])
    assert [key for key, item in entries.pairs() if item is symbol] == ["hidden", "last"]
    assert entries.size == 2 * TRACKED + 10
