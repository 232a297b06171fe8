"""Objects of R: what runs, what only computes, and what is data."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import context, inspected, only, probe, rules_of, states_of, until_limit
from tests.builders.rs import (
    ATTRIBUTES,
    GLOBAL,
    NIL,
    bytecode,
    call,
    chars,
    closure,
    environment,
    formula,
    integer,
    integers,
    lazy,
    pairs,
    promise,
    rds,
    reals,
    strings,
    symbol,
    vector,
)
from verifier.formats import FormatModule, Limits, candidates
from verifier.formats import r as module
from verifier.formats._r import DANGEROUS, FUNCTION, MALFORMED, PROMISE, UNREVIEWED
from verifier.records import Coverage, CoverageState, Finding

MODULE: FormatModule = module
NAMES = pairs(("names", strings("coefficients", "call")))
RUN = call("system", strings("true"))
FRAME = pairs(("names", strings("x")), ("class", strings("data.frame")), ("row.names", integers(1, 2)))
MODEL = vector(
    reals(*range(100)),
    call("lm", ("formula", call("~", symbol("y"), call("log", symbol("x")))), ("data", call("read.csv", strings("d")))),
    formula(call("+", call("ns", symbol("x")), call(call("::", symbol("stats"), symbol("poly")), symbol("z")))),
    vector(reals(1.0, 2.0), attributes=FRAME),
    attributes=NAMES,
)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("saved", [False, True])
def test_a_fitted_model_is_data(version: int, saved: bool) -> None:
    item = pairs(("model", MODEL)) if saved else MODEL
    data = rds(item, version=version, saved=saved)
    assert [found.FORMAT.id for found in candidates(probe(data))] == ["r"]
    records = inspected(MODULE, data)
    assert rules_of(records) == []
    assert {*states_of(records)} == {CoverageState.INSPECTED, CoverageState.DATA}
    (numbers,) = [c for c in only(records, Coverage) if c.state is CoverageState.DATA]
    assert data[numbers.offset : numbers.offset + 800] == struct.pack(">100d", *range(100))


ASCII = b"A\n3\n263169\n197888\n5\nUTF-8\n"


@pytest.mark.parametrize(
    "data",
    [
        ASCII + b"14\n3\n1.5\n-Inf\nNA\n",
        ASCII + b"13\n2\nNA\n7\n",
        ASCII + b"24\n2\n0a\nff\n",
        ASCII + b"16\n1\n262153\n4\na\\040\\n\\\\\n",
        ASCII + b"16\n1\n9\n-1\n",
        ASCII + b"16\n1\n9\n1\n\\07",
        b"RDA3\n" + ASCII + b"254\n",
        b"B\n\2\0\0\0\1\4\4\0\0\5\3\0\x0d\0\0\0\1\0\0\0\7\0\0\0",
    ],
)
def test_the_other_encodings(data: bytes) -> None:
    assert module.recognize(probe(data))
    records = inspected(MODULE, data)
    assert rules_of(records) == []
    assert {*states_of(records)} == {CoverageState.INSPECTED}


@pytest.mark.parametrize(
    "item",
    [
        promise(RUN),
        pairs(("x", promise(RUN))),
        vector(promise(call("print", reals(1)))),
        vector(promise(bytecode(integers(1), (1, symbol("x"))))),
        strings("x", attributes=pairs(("levels", promise(call("f"))))),
        environment(("x", vector(promise(call("f"))))),
        promise(promise(call("f"))),
        pairs(promise(call("f")), kind=17),
    ],
)
def test_code_in_a_promise_outside_of_an_environment_is_refused(item: bytes) -> None:
    """CVE-2024-27322: R runs it when the object is first looked at."""
    assert PROMISE in rules_of(inspected(MODULE, rds(item)))


@pytest.mark.parametrize("hashed", [False, True])
def test_arguments_that_were_not_used_are_only_not_judged(hashed: bool) -> None:
    unused = promise(call("nrow", symbol("d")))
    more = pairs(promise(call("f")), kind=17)
    assert rules_of(inspected(MODULE, rds(environment(("a", unused), ("...", more), hashed=hashed)))) == [FUNCTION]
    assert DANGEROUS in rules_of(inspected(MODULE, rds(environment(("a", promise(RUN)), hashed=hashed))))


@pytest.mark.parametrize("item", [promise(call("f"), value=reals(1)), promise(symbol("x")), promise(reals(1))])
def test_promises_that_were_kept_or_hold_no_code_are_quiet(item: bytes) -> None:
    assert rules_of(inspected(MODULE, rds(item))) == []


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (formula(RUN), [DANGEROUS]),
        (formula(symbol("x"), predvars=call("list", RUN)), [DANGEROUS]),
        (formula(symbol("x"), predvars=call("eval", call("parse"))), [DANGEROUS, DANGEROUS]),
        (formula(call(call("::", symbol("base"), symbol("system")))), [DANGEROUS]),
        (formula(call("mine", symbol("x"))), [UNREVIEWED]),
        (formula(call(call("::", symbol("mine"), symbol("log")), symbol("x"))), [UNREVIEWED]),
        (formula(call(call("$", symbol("a"), symbol("b")))), [UNREVIEWED]),
        (formula(call(reals(1))), [UNREVIEWED]),
        (environment(("f", formula(RUN))), [DANGEROUS]),
        (call("update", RUN), [DANGEROUS]),
        (vector(RUN, kind=20), [DANGEROUS]),
        (vector(call("stop", strings("no")), kind=20), []),
        (call(closure(NIL, NIL)), [FUNCTION]),
        (closure(pairs(("x", NIL)), call("{", call("exp", symbol("x")))), [FUNCTION]),
        (closure(NIL, RUN), [DANGEROUS, FUNCTION]),
        (integer(8) + integer(3) + b"exp", []),
        (integer(8) + integer(6) + b"system", [DANGEROUS]),
        (integer(7) + integer(6) + b"switch", [FUNCTION]),
        (lazy("base", "compact_intseq", reals(10, 1, 1)), []),
        (lazy("base", "mmap_real", vector(strings("/inert"), reals(8))), [DANGEROUS]),
        (lazy("mine", "thing", NIL), [UNREVIEWED]),
    ],
)
def test_code_is_judged_by_what_evaluates_it(item: bytes, expected: list[str]) -> None:
    assert rules_of(inspected(MODULE, rds(item))) == expected


def lang(head: bytes, kind: int = 6) -> bytes:
    """A call in a pool: its tag, its head, no arguments."""
    return integer(kind) + NIL + head + integer(254) + NIL


@pytest.mark.parametrize(
    ("constants", "expected"),
    [
        ([(6, NIL + integer(1) + symbol("exp") + integer(254) + NIL)], [FUNCTION]),
        ([(6, NIL + integer(1) + symbol("system") + integer(254) + NIL)], [DANGEROUS, FUNCTION]),
        ([(1, symbol("dyn.load"))], [DANGEROUS, FUNCTION]),
        ([(1, symbol("system"))], [FUNCTION]),
        ([(14, reals(1)), (21, integers(1) + integer(0))], [FUNCTION]),
        ([(240, pairs(("a", NIL)) + NIL + lang(integer(14) + reals(1)) + integer(243) + integer(0))], [FUNCTION]),
        ([(244, integer(0) + lang(integer(14) + reals(1)))], [FUNCTION]),
    ],
)
def test_bytecode_is_not_judged_but_for_the_worst_names(
    constants: list[tuple[int, bytes]], expected: list[str]
) -> None:
    code = bytecode(integers(8, 0), *constants)
    assert rules_of(inspected(MODULE, rds(closure(NIL, code)))) == expected


def test_references_are_followed() -> None:
    item = vector(environment(), symbol("system"), formula(integer(6) + integer(2 << 8 | 255) + NIL))
    assert rules_of(inspected(MODULE, rds(item))) == [DANGEROUS]
    item = vector(symbol("system"), formula(integer(6) + integer(255) + integer(1) + NIL))
    assert rules_of(inspected(MODULE, rds(item))) == [DANGEROUS]


def test_what_refers_to_the_reading_session_is_quiet() -> None:
    named = integer(249) + integer(0) + integer(2) + chars("stats") + chars("4.4.1")
    pointer = integer(22 | ATTRIBUTES) + NIL + NIL + pairs(("class", strings("xgb.Booster.handle")))
    weak, slots = integer(23), integer(25 | ATTRIBUTES) + pairs(("slot", reals(1)))
    assert rules_of(inspected(MODULE, rds(vector(named, pointer, weak, slots, GLOBAL)))) == []


BROKEN = {
    "type": integer(12),
    "cut": integer(14) + integer(1000),
    "length": integer(14) + integer(-7),
    "long": integer(14) + integer(-1) + integer(1) + integer(0),
    "text": integer(16) + integer(1) + integer(14),
    "text length": integer(16) + integer(1) + integer(9) + integer(-5),
    "reference": integer(9 << 8 | 255),
    "symbol": symbol("x" * 20_000),
    "tag": integer(2 | 1 << 10) + reals(1) + NIL,
    "names": integer(249) + integer(1),
    "lazy": integer(238) + NIL,
    "lazy state": integer(238) + pairs(reals(1)),
    "qualified": call(call("::", reals(1), symbol("x"))),
    "qualified end": call(call("::", symbol("a"), symbol("b"), symbol("c"))),
    "bytecode": integer(21) + integer(-1),
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_streams_are_refused(what: str) -> None:
    records = inspected(MODULE, rds(BROKEN[what]))
    assert rules_of(records) == [MALFORMED]
    assert states_of(records) == [CoverageState.PARTIAL]


@pytest.mark.parametrize(
    "data",
    [
        b"X\n" + integer(4) + bytes(40),
        b"X\n" + integer(3) + integer(0) + integer(0) + integer(5) + bytes(5) + NIL,
        b"X\n" + integer(3) + integer(0) + integer(0) + integer(-1) + NIL,
        ASCII + b"14\n1\nfoo\n",
        ASCII + b"what\n",
    ],
)
def test_broken_headers_and_words_are_refused(data: bytes) -> None:
    assert rules_of(inspected(MODULE, data)) == [MALFORMED]


def test_the_oldest_files_are_recognized_and_not_read() -> None:
    assert module.recognize(probe(b"RDX1\n" + bytes(20)))
    assert states_of(inspected(MODULE, b"RDX1\n" + bytes(20))) == [CoverageState.PARTIAL]


def test_bytes_behind_the_object_are_not_inspected() -> None:
    assert states_of(inspected(MODULE, rds(NIL) + b"more")) == [CoverageState.INSPECTED, CoverageState.PARTIAL]
    assert states_of(inspected(MODULE, rds(NIL) + b"\n")) == [CoverageState.INSPECTED, CoverageState.INSPECTED]


def test_depth_and_size_are_bounded_and_what_was_seen_is_told() -> None:
    deep = rds(vector(RUN, *[integer(2 | ATTRIBUTES)] * 150_000))
    assert DANGEROUS in rules_of(until_limit(MODULE, deep, Limits()))
    assert rules_of(until_limit(MODULE, rds(vector(*[NIL] * 1000)), Limits(steps=100))) == []
    long = ASCII + b"16\n1\n9\n99999999\nx"
    assert until_limit(MODULE, long, Limits()) == []


def test_many_findings_of_one_kind_are_not_all_told() -> None:
    records = inspected(MODULE, rds(vector(*[promise(call("f"))] * 200)))
    assert len([f for f in only(records, Finding) if f.rule == PROMISE]) == 50


@given(st.binary(max_size=200), st.integers(0, 600))
@settings(max_examples=150, deadline=None)
def test_any_change_ends_in_records(noise: bytes, at: int) -> None:
    data = rds(vector(MODEL, closure(NIL, RUN), environment(("x", promise(RUN)))))
    changed = data[:at] + noise + data[at + len(noise) :]
    assert context().budget.steps == 0
    assert states_of(inspected(MODULE, changed))
