"""Calls that call, make or look up something themselves."""

from __future__ import annotations

import pytest

from tests.builders.inspections import inspected, rules_of
from tests.builders.opcodes import mapping, name, pickled, value
from verifier.formats import _pickle, pickle

BETA = name("scipy.stats._continuous_distns", "beta_gen") + b")\x81"


def fetched(owner: bytes, attribute: str) -> list[str]:
    return rules_of(inspected(pickle, pickled(name("builtins", "getattr") + owner + value(attribute) + b"\x86R")))


def test_methods_that_are_listed_may_be_values() -> None:
    assert fetched(BETA, "_entropy") == []


@pytest.mark.parametrize("attribute", ["__setstate__", "_attach_argparser_methods", "expect"])
def test_others_may_not(attribute: str) -> None:
    assert fetched(BETA, attribute) == [_pickle.UNLISTED]


def test_methods_of_what_is_no_distribution_are_unsafe() -> None:
    owner = name("sklearn.svm._classes", "SVC") + b")\x81"
    assert _pickle.UNSAFE_CALL in fetched(owner, "fit")


def test_a_class_is_reconstructed_by_a_builtin_one_only() -> None:
    """`copyreg._reconstructor(cls, base, state)` calls `base.__init__(instance, state)`."""
    body = name("copyreg", "_reconstructor") + b"(" + name("joblib.memory", "Memory") * 2 + value("/tmp") + b"tR"
    assert _pickle.UNSAFE_CALL in rules_of(inspected(pickle, pickled(body)))
    plain = name("copyreg", "_reconstructor") + b"(" + name("joblib.memory", "Memory") + name("builtins", "object")
    state = mapping({"location": value(None), "store_backend": value(None)})
    assert rules_of(inspected(pickle, pickled(plain + b"NtR" + state + b"b"))) == []


@pytest.mark.parametrize("kind", ["CodeType", "FunctionType", "type", "property", "eval"])
def test_dill_fetches_no_other_types_than_plain_ones(kind: str) -> None:
    fetch = name("dill._dill", "_load_type") + value(kind) + b"\x85R"
    assert _pickle.UNSAFE_CALL in rules_of(inspected(pickle, pickled(fetch)))


@pytest.mark.parametrize("kind", ["value", "call"])
def test_what_makes_a_type_for_dill_is_named(kind: str) -> None:
    """A name that the stream does not write as a text makes no builtin type."""
    given = b"(t" if kind == "value" else name("builtins", "list") + b")R\x85"
    made = name("dill._dill", "_load_type") + given + b"R)R"
    assert rules_of(inspected(pickle, pickled(made))) != []


def filled(function: bytes, state: bytes) -> list[str]:
    given = b"(" + function + b"(" + name("numpy", "ndarray") + b"K\0\x85U\1bt" + state + b"t"
    return rules_of(inspected(pickle, pickled(name("dill._dill", "_create_array") + given + b"R")))


def test_an_array_of_dill_is_made_by_a_reviewed_function_and_filled_by_a_reviewed_state() -> None:
    """`dill._dill._create_array(function, args, state)` calls the function and gives its result the state."""
    function = name("numpy.core.multiarray", "_reconstruct")
    state = b"(K\1K\1\x85" + name("numpy", "dtype") + b"U\2f4\x85R\x89U\4abcdt"
    assert filled(function, state) == []
    assert _pickle.UNSAFE_CALL in filled(name("os", "system"), state)
    assert filled(function, value("state")) != []
    short = name("dill._dill", "_create_array") + b"(" + function + b"tR"
    assert _pickle.UNSAFE_CALL in rules_of(inspected(pickle, pickled(short)))
