"""Formulas in exported programs: arithmetic on sizes, or an objection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.formats._torch.formulas import objection

GENUINE = [
    "s0",
    "s0 + 1",
    "2*s0 - 1",
    "Max(1, s0)",
    "Symbol('s33', positive=True, integer=True)",
    "Add(Symbol('s33', positive=True, integer=True), Integer(-1))",
    "Pow(Symbol('u0', integer=True), Rational(1, 2))",
    "Float('0.5', precision=53)",
    "FloorDiv(Symbol('s0', integer=True), Integer(2))",
    "OpaqueUnaryFn_sqrt(Symbol('s0', integer=True))",
    "(6*L['d']['z'][0].size()[0] % 12) == 0",
    "L['x'].size()[0] // 2 != L['y'].stride()[1]",
    "not (math.isnan(L['x']))",
    "L['x'] == math.inf and L['y'] >= 1.5e-3",
    "torch.sym_max(1, L['x'].shape[0]) <= 7",
    "1 if s0 > 2 else 0",
    "s0 << 2 | s1 & ~s2",
]

HOSTILE = {
    "__import__('os').system('x')": "__import__",
    "exec('x')": "it calls exec",
    "eval(s0)": "it calls eval",
    "open (s0)": "it calls open",
    "s0.__class__": "__class__",
    "math.os": "it fetches os",
    "torch.serialization.os.system('x')": "it fetches serialization",
    "Max('x')": "it hands the text 'x'",
    "(Max)('x')": "it calls what something else returns",
    "[eval][0](s0)": "it calls what something else returns",
    "'x'(1)": "it hands the text",
    "['x'](1)": "it calls what something else returns",
    "1(2)": "it calls what something else returns",
    "lambda: 0": "no formula holds lambda",
    "[x for x in y]": "no formula holds for",
    "Max = eval": "it sets a variable",
    "1\n  x": "what stands at character 1",
    "1) + (2": "its brackets are not closed",
    '"a\\""': "what stands at character 0",
    "f'x'": "it hands the text",
    "s0; s1": "what stands at character 2",
    "{s0}": "what stands at character 0",
    "1), (2": "its brackets are not closed",
    "(1": "its brackets are not closed",
    "L['a\"); exec(b); (\"']": "what stands at character 2",
    "x := 1": "what stands at character 2",
    "sé": "what stands at character 1",
    "import os": "no formula holds import",
}


@pytest.mark.parametrize("formula", GENUINE)
def test_what_torch_writes_is_let_through(formula: str) -> None:
    assert objection(formula) is None


@pytest.mark.parametrize("formula", HOSTILE)
def test_anything_else_is_objected_to(formula: str) -> None:
    assert HOSTILE[formula] in (objection(formula) or "")


@given(st.text(alphabet="s0Max(L['x'].size), =+", max_size=40))
def test_any_text_ends_in_an_answer(formula: str) -> None:
    wrong = objection(formula)
    assert wrong is None or wrong
