"""Streams in a row, and what stands behind them."""

from __future__ import annotations

import pickle

import pytest

from tests.builders.inspections import facts_of, members_of, only, rules_of, states_of
from tests.builders.joblibs import array, dumped
from tests.builders.opcodes import call, pickled, value
from tests.builders.zips import zip_bytes
from tests.formats._joblib.test_arrays import inspected, ranges, symbols
from verifier.errors import BudgetExceeded
from verifier.formats._joblib.streams import begins
from verifier.formats._readers import BytesReader
from verifier.records import Coverage, CoverageState

EVIL = call("os", "system", "echo inert")


def test_streams_in_a_row_are_all_inspected() -> None:
    data = pickle.dumps([1]) + dumped(array(bytes(8), (1,), padding=4)) + pickled(EVIL)
    records = inspected(data)
    assert "os.system" in symbols(records)
    assert facts_of(records)["pickle-protocols"] == (4, 3, 2)
    assert [c.state for c in only(records, Coverage)].count(CoverageState.DATA) == 1
    assert all(state.clean for state in states_of(records))


def test_bytes_behind_the_last_stream_are_handed_back() -> None:
    behind = zip_bytes((b"a", b"text"))
    data = pickled(value(1)) + bytes(3) + behind
    records = inspected(data)
    assert rules_of(records) == ["pickle-trailing-bytes"]
    assert members_of(records) == {f"bytes from {len(data) - len(behind)}": behind}


def test_padding_behind_the_last_stream_is_reported_and_not_handed_back() -> None:
    records = inspected(pickled(value(1)) + bytes(300_000))
    assert rules_of(records) == ["pickle-trailing-bytes"]
    assert members_of(records) == {}


def test_a_stream_that_breaks_ends_the_row() -> None:
    data = pickled(EVIL)[:-1] + b"\xff" + pickled(value(1))
    records = inspected(data)
    assert "os.system" in symbols(records)
    assert ranges(records, CoverageState.PARTIAL) == [(len(EVIL) + 2, 0)]


@pytest.mark.parametrize("data", [b"ZF0x12\0", b"\x80\x09...", b"\xff\xff"])
def test_other_content_is_said_to_be_none(data: bytes) -> None:
    assert not begins(BytesReader(data))
    assert states_of(inspected(data)) == [CoverageState.UNKNOWN]


@pytest.mark.parametrize("data", [b"", b"text", b"Np-1\n.", b".", "t\u00e9xt".encode(), b"\xff\xfet\0"])
def test_text_where_a_pickle_is_promised_is_no_pickle_anybody_could_load(data: bytes) -> None:
    assert not begins(BytesReader(data))
    assert states_of(inspected(data)) == [CoverageState.PARTIAL]


def test_a_plain_value_is_a_pickle_where_one_is_promised() -> None:
    assert begins(BytesReader(b"Vtext\n."))


def test_a_row_has_an_end() -> None:
    with pytest.raises(BudgetExceeded, match="stand in a row"):
        inspected(pickled(value(1)) * 1001)
