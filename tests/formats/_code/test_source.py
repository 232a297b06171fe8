"""Source becomes a tree, or a reason why it does not, whatever stands in it."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.errors import BudgetExceeded, InspectionError, Malformed
from verifier.formats._code.source import encoding_of, parse

N = 20_000
DEEP = {
    "sum": "1" + "+1" * N,
    "minus": "-" * N + "1",
    "not": "not " * N + "1",
    "brackets": "(" * N + ")" * N,
    "attributes": "a" + ".b" * N,
    "calls": "a" + "()" * N,
    "lambdas": "lambda:" * N + "0",
    "conditions": "1 if 1 else " * N + "1",
    "elif": "if 1:\n pass\n" + "elif 1:\n pass\n" * N,
    "powers": "1" + "**1" * N,
}


@pytest.mark.parametrize("what", DEEP)
def test_deep_source_is_refused_in_threads_too(what: str) -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(InspectionError):
        pool.submit(parse, DEEP[what].encode()).result()


@pytest.mark.parametrize("what", ["1" + "<1" * N, "a=" * N + "1", "@a\n" * N + "def f(): pass"])
def test_long_source_is_parsed(what: str) -> None:
    assert isinstance(parse(what.encode()), ast.Module)


def test_limits_and_malformed_text_are_told_apart() -> None:
    with pytest.raises(BudgetExceeded, match="bytes"):
        parse(b" " * ((2 << 20) + 1))
    with pytest.raises(Malformed, match="line 1"):
        parse(b"x = = 1")
    with pytest.raises(Malformed, match="UTF-8"):
        parse(b"x = '\xff'")
    with pytest.raises(Malformed):
        parse(b"x = 1\0")


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b"", "utf8"),
        (b"# -*- coding: UTF-8 -*-\n", "utf8"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\n", "latin1"),
        (b"\xef\xbb\xbf# coding=unicode_escape\n", "unicodeescape"),
        (b"x = 1\n# coding: utf-7\n", "utf8"),
        (b"\n\n# coding: utf-7\n", "utf8"),
    ],
)
def test_the_declared_encoding_is_found_where_python_looks_for_it(raw: bytes, encoding: str) -> None:
    assert encoding_of(raw) == encoding


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80))
def test_parsing_is_total(raw: bytes) -> None:
    try:
        assert isinstance(parse(raw), ast.Module)
    except InspectionError as error:
        assert str(error)  # noqa: PT017 - either end is good
