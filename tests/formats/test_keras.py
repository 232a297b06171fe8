"""A `.keras` archive, whatever it is called: its configuration is judged here, the rest goes back to the queue."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import context, inspected, members_of, only, probe, rules_of, states_of
from tests.builders.keras_models import METADATA, built, function, keras_zip, lambda_code, sequential
from tests.builders.opcodes import call, pickled
from tests.builders.seeds import POINTER
from tests.builders.torches import torch_zip
from tests.builders.zips import Part, zip_bytes
from verifier.formats import FormatModule, Member, candidates
from verifier.formats import keras as module
from verifier.formats import zip as zip_module
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Coverage, CoverageState, Finding

MODULE: FormatModule = module
CODE = sequential(built("Lambda", {"function": lambda_code()}))


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "model.zip", "weights"])
def test_content_decides_whatever_the_name(name: str) -> None:
    found = candidates(probe(keras_zip(CODE), name))
    assert MODULE in found
    assert zip_module not in found
    assert rules_of(inspected(MODULE, keras_zip(CODE), name)) == ["keras-python-code"]


def test_a_configuration_is_enough_under_the_suffix() -> None:
    alone = zip_bytes((b"config.json", b"{}"))
    assert zip_module not in candidates(probe(alone, "model.keras"))
    assert MODULE not in candidates(probe(alone, "model.zip"))
    assert MODULE not in candidates(probe(torch_zip(), "model.pt"))


def test_a_genuine_archive_is_quiet_and_its_members_go_back() -> None:
    records = inspected(MODULE, keras_zip(sequential(), (b"assets/layers/words.txt", b"a\nb\n")), "model.keras")
    assert (rules_of(records), {*states_of(records)}) == ([], {CoverageState.INSPECTED})
    assert [c.artifact for c in only(records, Coverage)] == ["model.keras", "model.keras!config.json"]
    assert members_of(records) == {
        "metadata.json": METADATA,
        "model.weights.h5": b"\x89HDF\r\n\x1a\n",
        "assets/layers/words.txt": b"a\nb\n",
    }


def test_findings_name_the_member_and_the_place() -> None:
    (finding,) = only(inspected(MODULE, keras_zip(sequential(function("os", "system"))), "m.keras"), Finding)
    place = finding.evidence[0]
    assert (place.artifact, place.pointer) == ("m.keras!config.json", "/config/layers/2")


def test_both_of_two_configurations_are_judged() -> None:
    data = keras_zip(sequential(), (b"config.json", keras_zip(CODE)), (b"assets/a", b"text"))
    assert {*rules_of(inspected(MODULE, data))} >= {"keras-malformed-config", "zip-ambiguous-directory"}


def test_pickles_in_the_configuration_go_back() -> None:
    evil = pickled(call("os", "system", "echo inert"))
    records = inspected(
        MODULE,
        keras_zip(sequential(built("TorchModuleWrapper", {"module": base64.b64encode(evil).decode()}))),
        "m.keras",
    )
    (pickle,) = (m for m in only(records, Member) if len(m.artifact.members) == 2)
    assert pickle.reader.read_at(0, pickle.reader.size) == evil
    assert pickle.artifact.name.startswith("m.keras!config.json!")


@pytest.mark.parametrize("name", [b"../../model.py", b"/etc/cron.d/x", b"assets/../../x"])
def test_members_that_leave_the_folder_are_found(name: bytes) -> None:
    assert rules_of(inspected(MODULE, keras_zip(sequential(), (name, b"text")))) == ["zip-unsafe-member"]


def test_links_in_assets_are_found() -> None:
    parts = [
        Part(b"config.json", b"{}"),
        Part(b"metadata.json", b"{}"),
        Part(b"assets/x", b"/etc", attributes=0o120777 << 16),
    ]
    assert "zip-unsafe-member" in rules_of(inspected(MODULE, zip_bytes(*parts)))


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe\0", b'{"a": 1, "a": 2}'])
def test_a_configuration_that_cannot_be_read_is_found(text: bytes) -> None:
    assert rules_of(inspected(MODULE, keras_zip(text))) == ["keras-malformed-config"]


def test_a_configuration_without_end_is_a_gap() -> None:
    records = inspected(MODULE, keras_zip(b'{"a":' * 100_000), "m.keras")
    assert states_of(records) == [CoverageState.INSPECTED, CoverageState.LIMIT]
    assert len(members_of(records)) == 2


def test_no_configuration_is_never_clean() -> None:
    records = inspected(MODULE, zip_bytes((b"model.weights.h5", b"text")), "model.keras")
    assert (rules_of(records), states_of(records)) == (["keras-malformed-config"], [CoverageState.PARTIAL])


@pytest.mark.parametrize("data", [b"", POINTER, pickled(b"N")])
def test_a_name_alone_makes_no_archive(data: bytes) -> None:
    assert MODULE in candidates(probe(data, "model.keras"))
    assert states_of(inspected(MODULE, data, "model.keras")) == [CoverageState.UNKNOWN]


def test_members_that_cannot_be_read_are_gaps() -> None:
    parts = [Part(b"config.json", b"{}", method=99), Part(b"metadata.json", b"{}")]
    records = inspected(MODULE, zip_bytes(*parts), "m.keras")
    assert states_of(records) == [CoverageState.INSPECTED, CoverageState.PARTIAL]


def test_contents_are_not_checked_over_the_network() -> None:
    data = zip_bytes((b"config.json", b"{}"), Part(b"metadata.json", b"{}", crc=1, local_crc=1))
    assert rules_of(inspected(MODULE, data)) == ["zip-content-mismatch"]
    assert rules_of(inspected(MODULE, data, remote=True)) == []


def test_configurations_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_CONFIG", 100)
    data = keras_zip(sequential())
    records = list(MODULE.inspect(Artifact("m.keras", len(data)), BytesReader(data), context()))
    assert states_of(records) == [CoverageState.INSPECTED, CoverageState.LIMIT]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60))
def test_any_text_ends_in_records(text: bytes) -> None:
    records = inspected(MODULE, keras_zip(text), "m.keras")
    assert {*rules_of(records)} <= {*MODULE.RULES}
    assert "m.keras!config.json" in [c.artifact for c in only(records, Coverage)]
