"""Text is what decodes and holds no control characters, all the way through."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.inspections import context, inspected, probe, rules_of, states_of
from verifier.errors import BudgetExceeded
from verifier.formats import HEAD, FormatModule, Limits, candidates
from verifier.formats import text as module
from verifier.formats._readers import CHUNK, BytesReader
from verifier.formats._text import is_text
from verifier.records import Artifact, CoverageState

MODULE: FormatModule = module
CLEAN = [CoverageState.INSPECTED]

TEXTS = {
    "nothing": b"",
    "ASCII": b"# A model\r\n\tIt does things.\n\x0c",
    "colors": b"\x1b[1mbold\x1b[0m\n",
    "UTF-8": "r\u00e9sum\u00e9 \u4e2d\u6587 \U0001f600\n".encode() * 300,
    "UTF-8 with its mark": codecs.BOM_UTF8 + b"text",
    "UTF-16": "r\u00e9sum\u00e9 \u4e2d\u6587 \U0001f600\n".encode("utf-16"),
    "UTF-16 big-endian": codecs.BOM_UTF16_BE + "text".encode("utf-16-be"),
    "a character across blocks": b"x" * (HEAD - 1) + "\u4e2d".encode(),
    "a character across chunks": b"x" * (CHUNK - 2) + "\U0001f600".encode(),
}
NOT_TEXT = {
    "NUL": b"text\0text",
    "control": b"text\x01",
    "Latin-1": "r\u00e9sum\u00e9".encode("latin-1"),
    "half a character": "\u4e2d".encode()[:2],
    "overlong": b"\xc0\xaf",
    "surrogate": b"\xed\xa0\x80",
    "UTF-16 without its mark": "text".encode("utf-16-le"),
    "UTF-16 with NUL": "te\0xt".encode("utf-16"),
    "odd UTF-16": codecs.BOM_UTF16_LE + b"t\0e",
    "lone UTF-16 surrogate": codecs.BOM_UTF16_LE + b"\x00\xd8\x41\x00",
    "pickle": b"\x80\x04N.",
}


@pytest.mark.parametrize("what", TEXTS)
def test_text_is_known_and_clean(what: str) -> None:
    assert MODULE in candidates(probe(TEXTS[what], "notes"))
    records = inspected(MODULE, TEXTS[what], "notes")
    assert (rules_of(records), states_of(records)) == ([], CLEAN)


@pytest.mark.parametrize("what", NOT_TEXT)
def test_what_is_no_text_is_neither_known_nor_clean(what: str) -> None:
    assert not module.recognize(probe(NOT_TEXT[what], "notes.txt"))
    assert states_of(inspected(MODULE, NOT_TEXT[what], "notes.txt")) == [CoverageState.UNKNOWN]


@pytest.mark.parametrize("behind", [b"\0", b"\xff", "\u4e2d".encode()[:1]], ids=["NUL", "not UTF-8", "half"])
def test_what_begins_as_text_is_read_to_its_end(behind: bytes) -> None:
    data = b"harmless " * 100_000 + behind
    assert module.recognize(probe(data))
    assert states_of(inspected(MODULE, data)) == [CoverageState.UNKNOWN]


@pytest.mark.parametrize("name", ["modeling.py", "folder/RUN.SH", "install"])
def test_programs_are_read_but_not_understood(name: str) -> None:
    data = b"#!/bin/sh\nexit\n" if name == "install" else b"exit\n"
    assert states_of(inspected(MODULE, data, name)) == [CoverageState.PARTIAL]


def test_an_empty_program_does_nothing() -> None:
    assert states_of(inspected(MODULE, b"", "__init__.py")) == CLEAN


def test_reading_costs_steps() -> None:
    data = b"x" * 100_000
    with pytest.raises(BudgetExceeded):
        list(module.inspect(Artifact("a", len(data)), BytesReader(data), context(limits=Limits(steps=50))))


@given(st.binary(max_size=60), st.integers(1, 7))
def test_pieces_do_not_matter(data: bytes, size: int) -> None:
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    assert is_text(data[:4], pieces) == is_text(data[:4], [data])


@given(st.text())
def test_every_text_without_control_characters_is_text(text: str) -> None:
    plain = all(char >= " " or char in "\t\n\v\f\r\x1a\x1b" for char in text)
    assert is_text(text.encode()[:4], [text.encode()]) == plain
