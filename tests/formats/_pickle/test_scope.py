from __future__ import annotations

import pytest

from verifier.formats._pickle.scope import Scope, callable_of, named, review, use_of
from verifier.formats._pickle.values import Global, List, Persistent, Result, Tuple, Value

SCOPE = Scope(frozenset({"__torch__.m"}))


def called(module: str, name: str, *args: Value) -> Result:
    return Result(Global(module, name), Tuple(list(args)), "call")


def test_a_review_follows_modules_that_have_moved() -> None:
    old, new = review("numpy.core.multiarray", "scalar"), review("numpy._core.multiarray", "scalar")
    assert old.path == new.path == "numpy._core.multiarray.scalar"
    assert old.symbol is not None
    assert old.closed


def test_a_review_of_what_is_unknown() -> None:
    seen = review("unheard.models", "Model")
    assert (seen.path, seen.symbol, seen.closed, seen.danger, seen.walks) == (
        "unheard.models.Model",
        None,
        False,
        "",
        False,
    )
    assert review("unheard", "Outer.Inner").walks is False
    assert review("unheard", "helpers.Model").walks is True


def test_a_review_of_what_a_walk_ends_at() -> None:
    assert review("numbers", "os.system").danger == review("os", "system").danger != ""
    assert review("unheard", "tools.os.system").danger == review("os", "system").danger
    assert review("unheard", "tools.things").danger == ""


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (called("collections", "OrderedDict"), "collections.OrderedDict"),
        (called("_codecs", "encode", "x", "latin1"), "builtins.bytes"),
        (called("numpy.core.multiarray", "_reconstruct", Global("numpy", "ndarray")), "numpy.ndarray"),
        (called("numpy.core.multiarray", "_reconstruct"), ""),
        (Result(called("unheard", "f"), Tuple([]), "call"), ""),
        (called("unheard", "f"), "unheard.f"),
    ],
)
def test_the_class_of_a_result(value: Result, path: str) -> None:
    assert SCOPE.class_of(value) == path


def test_results_are_in_the_shape_of_their_class() -> None:
    assert SCOPE.in_shape(called("uuid", "SafeUUID", 1), "enum")
    assert not SCOPE.in_shape(called("collections", "OrderedDict"), "enum")
    assert SCOPE.in_shape(Result(called("unheard", "f"), Tuple([]), "call"), "enum")
    assert not SCOPE.in_shape(called("_codecs", "encode", "x", "latin1"), "enum")


def test_symbols_stand_for_themselves_and_in_other_forms() -> None:
    linear = Global("torch.nn.modules.linear", "Linear")
    assert callable_of(linear) is linear
    assert callable_of(Persistent(Tuple(["module", linear, "f.py", "class Linear: ..."]))) is linear
    assert callable_of(Persistent(Tuple(["storage", linear, "f.py", "x"]))) is None
    assert callable_of(Persistent("1")) is None
    assert callable_of(5) is None
    inner = callable_of(called("builtins", "getattr", linear, "Inner"))
    assert inner is not None
    assert (inner.module, inner.name) == ("torch.nn.modules.linear", "Linear.Inner")
    assert callable_of(called("builtins", "getattr", linear, 1)) is None
    assert callable_of(called("builtins", "getattr", linear, "a", "b")) is None
    assert callable_of(called("builtins", "getattr", linear)) is None
    assert callable_of(called("builtins", "getattr", Global("uuid", "SafeUUID"), "safe")) is None
    assert callable_of(called("builtins", "len", List([]))) is None


@pytest.mark.parametrize("path", ["a.b.C", "a.b:C.D"])
def test_a_path_names_a_symbol(path: str) -> None:
    symbol = named(path)
    assert (symbol.module, symbol.name) == ("a.b", path.replace(":", ".")[4:])


def test_old_opcodes_make_instances_where_there_are_no_arguments() -> None:
    symbol = review("collections", "OrderedDict").symbol
    assert symbol is not None
    assert use_of(symbol, "inst", Tuple([])) is symbol.made
    assert use_of(symbol, "inst", Tuple([1])) is symbol.called
    assert use_of(symbol, "inst", List([])) is symbol.called
    only_called = review("datetime", "timezone").symbol
    assert only_called is not None
