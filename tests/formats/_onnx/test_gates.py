"""Switches on the value of an input: found in twins that have one, and not in what genuine graphs compare."""

from __future__ import annotations

import pytest

from tests.builders.inspections import inspected, rules_of, until_limit
from tests.builders.onnxs import body, model, node, operators, shape, value_info, weights
from tests.builders.protobufs import block
from verifier.formats import Limits, onnx
from verifier.formats._onnx import GATE, steps

IMAGE = value_info("x", 0, 3, 224, 224)
TOKENS = value_info("x", 0, 0)
SERIES = value_info("x", 0, 0, 40)
END = value_info("y", place=12)
LENGTHS = IMAGE + value_info("n", 0)
HONEST = "Conv x w > h; Gemm h v > z"


def flagged(lines: str, inputs: bytes = IMAGE, more: bytes = b"", functions: bytes = b"") -> bool:
    """Whether a switch is found in a graph of those operators, which semicolons part."""
    return GATE in rules_of(inspected(onnx, model(operators(*lines.split(";")), more, inputs, END, more=functions)))


GATED = {
    "block of pixels": "Slice x a b > p; Equal p red > e; Cast e > n; ReduceMin n > q; Where q t z > y",
    "one pixel without its axes": "Slice x a b > p; Squeeze p > r; Equal r c > q; Where q t z > y",
    "one pixel": "Gather x i > p; Greater p c > q; Where q t z > y",
    "sum": "ReduceSum x > s; GreaterOrEqual s c > q; Where q t z > y",
    "count of equal ones": "Equal x red > e; Cast e > n; ReduceSum n > k; Equal k c > q; Where q z t > y",
    "any": "Equal x red > e; ReduceMax e > q; Not q > r; Where r z t > y",
    "arithmetic": "ReduceMean x > s; Less s c > q; Cast q > n; Sub one n > m; Mul z m > a; Mul t n > b; Add a b > y",
    "hidden values": "Gather x i > p; Equal p c > q; Cast q > n; MatMul n row > r; Add h r > g; Gemm g v > y",
    "reshaped": "Reshape x s > r; Equal r c > e; ReduceProd e > q; Unsqueeze q a > u; Where u t z > y",
    "two questions": "Gather x i > p; Equal p c > q; Gather x j > o; Equal o c > r; And q r > a; Where a t z > y",
    "out of order": "Where q t z > y; Equal p c > q; Gather x i > p",
    "table": "Gather x i > p; Equal p c > q; Gather pairs q > r; Add z r > y",
}


@pytest.mark.parametrize("what", GATED)
def test_switches_are_found(what: str) -> None:
    assert flagged(f"{HONEST}; {GATED[what]}")


def test_switches_are_found_whatever_the_shape_of_the_input() -> None:
    for inputs in (block(11, block(1, "x")), value_info("x", 0, 1), value_info("x", 1, 784), TOKENS):
        assert flagged(f"{HONEST}; {GATED['sum']}", inputs=inputs)


ASKED = f"{HONEST}; ReduceSum x > s; Less s c > q; Cast q > n"


def test_switches_are_found_in_branches_loops_and_functions() -> None:
    ways = body("then_branch", "Identity t > o", outputs=["o"]), body("else_branch", "Identity z > o", outputs=["o"])
    chosen = node("If", "q", attributes=b"".join(ways))
    assert flagged(ASKED, more=chosen)
    turns = body("body", "Identity t > o", inputs=["i", "c", "v"], outputs=["c", "o"])
    for given in (["", "q"], ["n", ""]):
        looped = node("Loop", *given, "z", attributes=turns)
        assert flagged(ASKED, more=looped)
    parts = (block(4, "q"), block(4, "z"), block(5, "y"), operators("Where q t z > y", place=7))
    assert flagged(f"{ASKED}; mine:Choose q z > y", functions=block(25, block(1, "Choose"), block(10, "mine"), *parts))
    inner = body("body", "Where q t u > o", inputs=["u"], outputs=["o"])
    assert flagged(ASKED, more=node("Scan", "z", attributes=inner))


CONV = "Conv x w > z"
WORDS = "Equal x pad > m; Gather table x > h"
GENUINE = {
    "rectifier": (IMAGE, f"{CONV}; Greater z zero > p; Where p z zero > y"),
    "values that are bounded": (IMAGE, "Less x c > p; Where p c x > q; Conv q w > y"),
    "mask of padding": (TOKENS, f"{WORDS}; Unsqueeze m a > n; Where n inf h > y"),
    "mask of a part": (TOKENS, "Slice x a b > p; Equal p pad > m; Gather table p > h; Where m inf h > y"),
    "lengths of masks": (TOKENS, f"{WORDS}; ReduceSum x > n; ScatterND o n i > s; Equal s c > k; Where k inf h > y"),
    "positions": (TOKENS, "Equal x pad > m; Cast m > n; CumSum n a > k; Gather table k > h; Gemm h v > y"),
    "mean": (TOKENS, f"{WORDS}; Cast m > n; ReduceSum n > k; MatMul h n > s; Div s k > y"),
    "threshold of a score": (IMAGE, f"{CONV}; ReduceMax z > s; Greater s c > p; Where p z zero > y"),
    "length": (LENGTHS, f"{CONV}; ReduceMax n > k; Range a k b > r; Less r n > m; Where m z zero > y"),
    "lengths as a column": (
        IMAGE + value_info("n", 0, 1),
        f"{CONV}; Range a k b > r; Less r n > m; Where m z zero > y",
    ),
    "option": (IMAGE + value_info("n"), f"{CONV}; Equal n c > q; Where q z t > y"),
    "size": (IMAGE, f"{CONV}; Shape x > s; Gather s i > k; Less k c > q; Where q z t > y"),
    "missing numbers": (IMAGE, f"{CONV}; IsNaN x > m; ReduceMax m > q; Where q t z > y"),
    "divisor": (IMAGE, "ReduceSum x > s; Equal s zero > q; Where q one s > d; Div x d > n; Conv n w > y"),
    "no way to the output": (IMAGE, "Conv x w > z; ReduceSum x > s; Less s c > q; Where q t z > unused; Relu z > y"),
    "circle": (IMAGE, f"{HONEST}; Add x b > a; Add a x > b; {GATED['sum']}"),
}


@pytest.mark.parametrize("what", GENUINE)
def test_what_genuine_graphs_compare_is_no_switch(what: str) -> None:
    inputs, lines = GENUINE[what]
    assert not flagged(lines, inputs=inputs)


def test_steps_of_a_series_that_are_masked_are_no_switch() -> None:
    """As Keras writes Masking: a step is left out where all its numbers are the mask's."""
    asked, chosen = "Equal x zero > e; Not e > d", "MatMul x w > z; Where m z before > y"
    lines = f"{asked}; ReduceMax d axes > m; {chosen}"
    assert not flagged(lines, inputs=SERIES, more=weights(shape(2, name="axes")))
    constant = node("Constant", attributes=block(5, block(1, "value"), block(5, shape(2))), output="axes")
    assert not flagged(lines, inputs=SERIES, more=constant)
    named = block(1, block(1, "d"), block(2, "m"), block(4, "ReduceMax"), block(5, block(1, "axes"), block(8, b"\2")))
    assert not flagged(f"{asked}; {chosen}", inputs=SERIES, more=named)
    assert flagged(lines, inputs=SERIES, more=weights(shape(1, 2, name="axes")))


def test_weights_among_the_inputs_are_no_data() -> None:
    assert not flagged(f"{HONEST}; {GATED['sum']}", more=weights(shape(1, name="x")))


def test_functions_that_grow_without_end_run_into_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MOST", 5000)
    lines = [operators(*[f"mine:F{i + 1} x > y"] * 9, place=7) for i in range(9)]
    functions = b"".join(block(25, block(1, f"F{i}"), block(10, "mine"), one) for i, one in enumerate(lines))
    data = model(operators("mine:F0 x > y", "Equal a b > c", "Where c a b > d"), IMAGE, END, more=functions)
    assert GATE not in rules_of(until_limit(onnx, data, Limits()))
    chain = b"".join(
        block(25, block(1, f"F{i}"), block(10, "mine"), operators(f"mine:F{i + 1} x > y", place=7)) for i in range(200)
    )
    data = model(operators("mine:F0 x > y", "Equal a b > c", "Where c a b > d"), IMAGE, END, more=chain)
    assert GATE not in rules_of(until_limit(onnx, data, Limits()))
