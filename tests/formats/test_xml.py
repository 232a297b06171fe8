from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.inspections import inspected, probe, rules_of, states_of
from verifier.formats import candidates
from verifier.formats import xml as module
from verifier.formats._xml import ENTITY, root_of
from verifier.records import CoverageState

PLAIN = b'<?xml version="1.0"?>\n<annotation><object><name>cat</name></object></annotation>\n'
SVG = (
    b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
    b'"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg/>'
)


@pytest.mark.parametrize("data", [PLAIN, SVG, b"\xef\xbb\xbf" + PLAIN, PLAIN.decode().encode("utf-16")])
def test_ordinary_documents_are_quiet(data: bytes) -> None:
    assert rules_of(inspected(module, data)) == []
    assert states_of(inspected(module, data)) == [CoverageState.INSPECTED]


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?><!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///inert">]><PMML version="4.4">&x;</PMML>',
        b'<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a>&d;</a>',
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://host.example/x.dtd"><net name="m"/>',
        b"<?xml version='1.0'?><!DOCTYPE x PUBLIC 'a' 'file:///inert'><x/>",
    ],
)
def test_what_a_parser_would_fetch_or_expand(data: bytes) -> None:
    assert ENTITY in rules_of(inspected(module, data))


@pytest.mark.parametrize("data", [b"<?xml ?><a><PMML version='4.4'/></a>", b"<?xml ?><b:x><net name='m'/></b:x>"])
def test_models_deep_in_a_document_are_not_judged(data: bytes) -> None:
    assert rules_of(inspected(module, data)) == []
    assert states_of(inspected(module, data)) == [CoverageState.PARTIAL]


def test_comments_do_nothing() -> None:
    data = b'<?xml version="1.0"?><!-- <!ENTITY x SYSTEM "y"> --><a><![CDATA[<!ENTITY x "y">]]></a>'
    assert rules_of(inspected(module, data)) == []


def test_what_is_not_text_and_what_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    assert states_of(inspected(module, b"<?xml ?>\0\xff")) == [CoverageState.PARTIAL]
    monkeypatch.setattr(module, "_LONGEST", 30)
    assert states_of(inspected(module, PLAIN)) == [CoverageState.LIMIT, CoverageState.INSPECTED]


def test_documents_are_recognized_by_content() -> None:
    assert module in candidates(probe(PLAIN, "model.bin"))
    assert module not in candidates(probe(b"<!DOCTYPE html><html></html>", "index.html"))
    assert module not in candidates(probe(b"# A model\n<net >", "README.md"))


@given(st.binary(max_size=200))
def test_any_bytes_end_in_coverage(body: bytes) -> None:
    assert states_of(inspected(module, b"<?xml ?>" + body))


@pytest.mark.parametrize(
    "start", [b" ", b"<?xml ?>", b"<!--", b"<!---->", b"<!DOCTYPE x [", b"<!DOCTYPE [] ", b"<?", b"<a"]
)
def test_no_beginning_is_tried_twice(start: bytes) -> None:
    began = time.process_time()
    assert root_of(start * (65536 // len(start))) == b""
    assert time.process_time() - began < 1
