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
