"""Bare pickles are known by content or by name; what they hold is for the engine's own tests."""

from __future__ import annotations

import pickle

import pytest

from tests.builders.inspections import facts_of, inspected, only, probe, rules_of, states_of
from tests.builders.opcodes import call, name, pickled
from verifier.formats import FormatModule, candidates
from verifier.formats import pickle as module
from verifier.records import CoverageState, Finding

MODULE: FormatModule = module


@pytest.mark.parametrize("protocol", range(6))
def test_every_protocol_is_known_by_content(protocol: int) -> None:
    data = pickle.dumps({"weights": [1.5, 2], "name": "model"}, protocol)
    assert MODULE in candidates(probe(data, "anything"))
    records = inspected(MODULE, data)
    assert (rules_of(records), states_of(records)) == ([], [CoverageState.INSPECTED])
    assert facts_of(records) == {"pickle-protocols": (protocol if protocol > 1 else 0,)}


@pytest.mark.parametrize("suffix", [".pkl", ".pickle", ".dill", ".pt", ".pth", ".ckpt"])
def test_names_that_promise_a_pickle_are_looked_at(suffix: str) -> None:
    data = name("os", "system") + b"text that goes on"
    assert MODULE in candidates(probe(data, f"model{suffix}"))
    assert MODULE not in candidates(probe(data, "model.txt"))


@pytest.mark.parametrize("data", [b"", b"# A model\n", b"{}", b"\x89PNG\r\n\x1a\n"])
def test_other_content_is_left_to_others(data: bytes) -> None:
    assert MODULE not in candidates(probe(data, "file"))
    expected = CoverageState.UNKNOWN if data.startswith(b"\x89") else CoverageState.PARTIAL
    assert states_of(inspected(MODULE, data)) == [expected]


def test_what_it_would_call_is_named() -> None:
    found = inspected(MODULE, pickled(call("os", "system", "echo inert")))
    assert "os.system" in {finding.evidence[0].what for finding in only(found, Finding)}
