"""Operators by domain and name."""

from __future__ import annotations

import pytest

from verifier.formats._onnx.domains import KNOWN, runs_python, unreviewed


@pytest.mark.parametrize("domain", sorted(KNOWN))
def test_known_domains_compute(domain: str) -> None:
    assert runs_python(domain, "MatMul") is None
    assert unreviewed(domain, "MatMul", set()) is None
    assert runs_python(domain, "PythonOp") is not None


def test_functions_of_the_model_are_known() -> None:
    assert unreviewed("mine", "F", {("mine", "F")}) is None
    assert unreviewed("mine", "F", {("other", "F")}) is not None
