from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import InternalError
from verifier.formats._pickle import contracts, elements
from verifier.formats._pickle.scope import Scope
from verifier.formats._pickle.values import (
    TRACKED,
    Bytes,
    Dict,
    FrozenSet,
    Global,
    List,
    LongText,
    Persistent,
    Result,
    Set,
    Tuple,
    Value,
)

SCOPE = Scope(frozenset())
ORDERED = Result(Global("collections", "OrderedDict"), Tuple([]), "call")
DTYPE = Result(Global("numpy", "dtype"), Tuple(["f8", False, True]), "call")
ENCODED = Result(Global("_codecs", "encode"), Tuple(["x", "latin1"]), "call")
PATH = Result(Global("pathlib", "PosixPath"), Tuple(["etc"]), "call")
UNHEARD = Result(Global("unheard", "Model"), Tuple([]), "new")


def matches(pattern: str, value: Value) -> bool:
    return contracts.pattern(pattern)(value, SCOPE)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("int", [0, -5, 2**70], [True, 1.0, "1", None]),
        ("bool", [True], [1]),
        ("none", [None], [0, ""]),
        ("str", ["", LongText(0, 9000)], [Bytes("bytes", 0, 1)]),
        ("bytes", [Bytes("bytes", 0, 1), ENCODED], ["x", Bytes("bytearray", 0, 1), ORDERED]),
        ("text", ["x", Bytes("bytes", 0, 1)], [1]),
        ("number", [1, 1.0, True], ["1"]),
        ("raw", ["x", Bytes("bytearray", 0, 1), Bytes("str", 0, 1)], [List([])]),
        ("'[a-z]+'", ["abc"], ["abc1", "", 1, LongText(0, 9000)]),
        ("7", [7], [8, True, 7.0, "7"]),
        ("-1", [-1], [1]),
        ("list", [List([1])], [Tuple([1])]),
        ("list[int]", [List([]), List([1, 2])], [List([1, "x"]), Tuple([1])]),
        ("tuple[int]", [Tuple([1])], [Tuple(["x"])]),
        ("set[str]", [Set(["a"])], [Set([1]), FrozenSet(["a"])]),
        ("frozenset[int]", [FrozenSet([1])], [Set([1])]),
        ("dict[str: int]", [Dict(["a", 1])], [Dict([1, 1]), Dict(["a", "b"])]),
        ("(int, str?)", [Tuple([1]), Tuple([1, "x"])], [Tuple([]), Tuple([1, 2]), Tuple([1, "x", 3]), List([1])]),
        ("(int*)", [Tuple([]), Tuple([1, 2, 3])], [Tuple([1, "x"])]),
        ("data", [1, "x", List([Tuple([1])]), Bytes("bytes", 0, 1)], [ORDERED, List([ORDERED]), Global("os", "x")]),
        ("any", [None, ORDERED, Global("os", "x")], []),
        ("object", [ORDERED, Persistent("1")], [1, Global("collections", "OrderedDict")]),
        (
            "setting",
            [1, "same", "b c -> c", ORDERED, List(["a/b"])],
            ["a/b", "x.pt", ENCODED, PATH, Bytes("bytes", 0, 1)],
        ),
        ("class", [Global("collections", "OrderedDict"), Global("unheard", "X")], [Global("builtins", "max"), ORDERED]),
        ("import", [Global("builtins", "max")], [Global("collections", "OrderedDict"), 1]),
        ("persistent", [Persistent("1")], [1]),
        ("collections.OrderedDict", [Global("collections", "OrderedDict")], [ORDERED, Global("collections", "deque")]),
        ("collections.OrderedDict()", [ORDERED], [Global("collections", "OrderedDict"), DTYPE, 1]),
        ("numpy.dtype()", [DTYPE], [ORDERED]),
        ("~storage", [Global("torch", "FloatStorage")], [Global("torch", "Tensor"), 1]),
        ("~enum()", [Result(Global("uuid", "SafeUUID"), Tuple([0]), "call"), UNHEARD], [ORDERED, 1]),
        ("int|str", [1, "x"], [1.0]),
        ("ints", [Tuple([1]), List([2]), Result(Global("torch", "Size"), Tuple([Tuple([1])]), "call")], [1]),
    ],
)
def test_a_pattern_matches_what_it_says(pattern: str, yes: list[Value], no: list[Value]) -> None:
    assert [value for value in yes if not matches(pattern, value)] == []
    assert [value for value in no if matches(pattern, value)] == []


@pytest.mark.parametrize(
    ("signature", "args", "wrong"),
    [
        ("", Tuple([]), ""),
        ("", Tuple([1]), "argument 1 is one that no pickler writes"),
        ("int, str", Tuple([1, "x"]), ""),
        ("int, str", Tuple([1]), "argument 2 is missing, where picklers write str"),
        ("int, str", Tuple(["x", "x"]), "argument 1 is a str where picklers write int"),
        ("int, str?", Tuple([1]), ""),
        ("int*, str", Tuple([1, 2, "x"]), ""),
        ("int", List([1]), "the arguments are a list instead of a tuple written in the stream"),
        ("int*", Tuple([1] * (TRACKED + 1)), f"{TRACKED + 1} arguments are given"),
    ],
)
def test_a_signature_says_how_arguments_differ(signature: str, args: Value, wrong: str) -> None:
    assert contracts.signature(signature).mismatch(args, SCOPE) == wrong


def test_elements_that_were_dropped_are_matched_by_their_kind() -> None:
    many = List(list(range(TRACKED + 10)))
    assert matches("list[int]", many)
    assert not matches("list[str]", many)
    mixed = List([*range(TRACKED), "x", None, Tuple([1]), 1.5, True, Bytes("bytes", 0, 1), List([]), Dict([]), Set([])])
    assert not matches("list[int]", mixed)
    assert matches("list[any]", mixed)
    assert matches("dict[str: int]", Dict([item for at in range(TRACKED) for item in (f"k{at}", at)]))
    assert not matches("list[any]", List([ORDERED] * (elements.ELEMENTS + 1)))


@pytest.mark.parametrize(
    "text", ["", "int,", "list[", "list[int", "nosuch", "(int", "int)", "dict[str]", "foo[int]", "int int"]
)
def test_what_is_not_of_the_language_is_a_bug(text: str) -> None:
    with pytest.raises(InternalError, match="no contract"):
        contracts.pattern(text)


def test_a_signature_ends_where_it_ends() -> None:
    with pytest.raises(InternalError, match="no contract"):
        contracts.signature("int) int")


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5) | st.booleans(), lambda x: st.lists(x, max_size=4)))
def test_every_value_matches_any_and_plain_ones_data(thing: object) -> None:
    def made(one: object) -> Value:
        return List([made(item) for item in one]) if isinstance(one, list) else one  # type: ignore[return-value]

    assert matches("any", made(thing))
    assert matches("data", made(thing))
