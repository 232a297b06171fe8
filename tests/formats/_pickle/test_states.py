"""States that take an instance over."""

from __future__ import annotations

from pickle import dumps

import numpy as np
import pytest

from tests.builders.inspections import inspected, only, rules_of
from tests.builders.opcodes import call, mapping, name, pickled, value
from verifier.data import Shape
from verifier.formats import _pickle, pickle
from verifier.formats._pickle.scope import Scope
from verifier.formats._pickle.states import wrong_state
from verifier.formats._pickle.values import Dict
from verifier.records import Finding

TEMPLATE = (
    "\ndef _parse_args(self, {0} loc=0, scale=1):\n    return ({0}), loc, scale\n"
    "\ndef _parse_args_rvs(self, {0} loc=0, scale=1, size=None):\n"
    "    return self._argcheck_rvs({0} loc, scale, size=size)\n"
    "\ndef _parse_args_stats(self, {0} loc=0, scale=1, moments='mv'):\n    return ({0}), loc, scale, moments\n"
)
"""What SciPy runs when a distribution is loaded (stats/_distn_infrastructure.py), for names of shape parameters."""


def messages(state: bytes, module: str = "sklearn.linear_model._base", cls: str = "LinearRegression") -> list[str]:
    stream = pickled(name(module, cls) + b")\x81" + state + b"b")
    return [
        finding.message for finding in only(inspected(pickle, stream), Finding) if finding.rule == _pickle.UNSAFE_STATE
    ]


def test_fields_of_a_state_have_patterns_of_their_own() -> None:
    shape = Shape("a reason", state="dict", fields=(("size", "int"),))
    assert wrong_state(shape, Dict(["size", 1, "more", "x"]), Scope(frozenset())) == ""
    assert wrong_state(shape, Dict(["size", "x"]), Scope(frozenset())) == "its size is not int"


@pytest.mark.parametrize("key", ["__class__", "__dict__", "__reduce_ex__", "__setstate__"])
def test_no_state_replaces_a_class_or_its_methods(key: str) -> None:
    (message,) = messages(mapping({key: name("numpy", "dot")}))
    assert f"replaces {key}" in message


def test_states_of_slots_replace_none_either() -> None:
    slots = b"N" + mapping({"__class__": name("sklearn.svm._classes", "SVC")}) + b"\x86"
    assert messages(slots, "torch.amp.grad_scaler", "GradScaler")


def test_what_update_wrapper_copies_is_quiet() -> None:
    assert not messages(mapping({"__wrapped__": name("numpy", "dot"), "__doc__": value("x"), "a": value(1)}))


def test_a_key_is_a_text_that_stands_in_the_stream() -> None:
    scalar = call("numpy.core.multiarray", "scalar", call("numpy", "dtype", "U9", False, True), "x")
    (message,) = messages(b"}" + scalar + value(1) + b"s")
    assert "cannot be told" in message


@pytest.mark.parametrize("shapes", ["", "a, ", "mu, sigma_2, "])
def test_the_template_of_a_distribution_is_one_that_scipy_writes(shapes: str) -> None:
    state = mapping({"_parse_arg_template": value(TEMPLATE.format(shapes))})
    assert not messages(state, "scipy.stats._continuous_distns", "beta_gen")


@pytest.mark.parametrize(
    "template", ["import os\n", TEMPLATE.format("a=print(), "), TEMPLATE.format("") + "import os\n"]
)
def test_no_other_text_is_run_as_one(template: str) -> None:
    state = mapping({"_parse_arg_template": value(template)})
    assert messages(state, "scipy.stats._continuous_distns", "beta_gen")


def test_no_field_hides_behind_many_others() -> None:
    state = mapping({**{f"k{at}": value(at) for at in range(100)}, "_parse_arg_template": value("import os\n")})
    assert messages(state, "scipy.stats._continuous_distns", "beta_gen")


def test_names_of_fields_that_no_class_could_have_are_quiet() -> None:
    assert rules_of(inspected(pickle, dumps(np.zeros(1, [("__0__", "?")])))) == []
