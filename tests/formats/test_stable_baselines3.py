"""Pickles in the settings of stable-baselines3 are handed back, and only those its loader would load."""

from __future__ import annotations

import base64
import json

import pytest

from tests.builders.inspections import context, inspected, members_of, only, probe, rules_of, states_of
from tests.builders.opcodes import call, pickled
from tests.builders.schemas import settings
from verifier.errors import BudgetExceeded
from verifier.formats import FormatModule, Member, candidates
from verifier.formats import pickle as pickle_module
from verifier.formats import stable_baselines3 as module
from verifier.records import Artifact, CoverageState

MODULE: FormatModule = module
EVIL = pickled(call("os", "system", "echo inert"))


def test_it_goes_by_the_name_alone_as_the_loader_does() -> None:
    assert MODULE in candidates(probe(b" " * 5000 + settings(policy_class=EVIL), "data"))
    assert MODULE not in candidates(probe(settings(policy_class=EVIL), "data.json"))


def test_pickles_are_handed_back() -> None:
    records = inspected(MODULE, settings(policy_class=EVIL, lr_schedule=b"\x80\x04N."), "data")
    assert (rules_of(records), states_of(records)) == ([], [CoverageState.INSPECTED])
    assert members_of(records) == {"policy_class.pkl": EVIL, "lr_schedule.pkl": b"\x80\x04N."}
    child = next(only(records, Member)).artifact
    assert pickle_module in candidates(probe(EVIL, child.members[-1]))


def test_base64_is_read_as_leniently_as_the_loader_reads_it() -> None:
    text = "-\n".join(base64.b64encode(EVIL).decode()) + "\u00e9"
    data = json.dumps({"a": {":serialized:": text}}).encode()
    assert members_of(inspected(MODULE, data, "data")) == {"a.pkl": EVIL}


def test_what_cannot_be_decoded_is_a_gap() -> None:
    data = json.dumps({"a": {":serialized:": "abc"}, "b": {":serialized:": base64.b64encode(EVIL).decode()}}).encode()
    records = inspected(MODULE, data, "data")
    assert states_of(records) == [CoverageState.INSPECTED, CoverageState.PARTIAL]
    assert members_of(records) == {"b.pkl": EVIL}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"{",
        b"[1]",
        b'{"a": 1}',
        b'{"a": {":serialized:": 1}}',
        b'{":serialized:": "gAROLg=="}',
        b"\xff\xfe",
    ],
)
def test_other_data_is_left_to_others(data: bytes) -> None:
    assert states_of(inspected(MODULE, data, "data")) == [CoverageState.UNKNOWN]


def test_settings_have_an_end() -> None:
    class Huge:
        size = 1 << 30

        def read_at(self, offset: int, length: int) -> bytes:
            raise AssertionError

    with pytest.raises(BudgetExceeded, match="more than the"):
        list(MODULE.inspect(Artifact("data", 1 << 30), Huge(), context()))
