"""HDF5 files are accounted for to the last byte; configurations in them are judged, other files they read are found."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.hdf5s import Builder, attribute, dataspace, datatype, hdf5, keras_hdf5, numbers, text
from tests.builders.inspections import facts_of, inspected, members_of, only, probe, rules_of, states_of, until_limit
from tests.builders.keras_models import CODE, built, function, sequential
from tests.builders.seeds import POINTER
from tests.builders.zips import zip_bytes
from verifier.errors import BudgetExceeded
from verifier.formats import FormatModule, Limits, candidates
from verifier.formats import hdf5 as module
from verifier.formats._hdf5 import inspection
from verifier.records import Coverage, CoverageState, Finding

MODULE: FormatModule = module
EXTERNAL, MALFORMED, TRAILING = "hdf5-external-file", "hdf5-malformed", "hdf5-trailing-bytes"
CLEAN = {CoverageState.INSPECTED, CoverageState.DATA}
OLD_LAMBDA = json.dumps(sequential({"class_name": "Lambda", "config": {"function": [CODE, None, None]}})).encode()


def covered(data: bytes) -> set[int]:
    """Bytes of a file that some coverage is about."""
    ranges = [c for c in only(inspected(MODULE, data, "model.h5"), Coverage) if c.state.clean]
    return {at for c in ranges for at in range(c.offset, c.offset + (c.length or len(data) - c.offset))}


@pytest.mark.parametrize("base", [0, 512, 1024, 4096])
def test_a_file_is_recognized_behind_a_user_block_whatever_its_name(base: int) -> None:
    data = hdf5(text(b"keras_version", b"2.15.0"), base=base)
    assert MODULE in candidates(probe(data, "weights"))
    records = inspected(MODULE, data)
    assert (rules_of(records), {*states_of(records)}) == ([], CLEAN)
    assert covered(data) == {*range(len(data))}


def test_a_file_far_behind_is_found_under_its_suffix_only() -> None:
    data = hdf5(base=1 << 17)
    assert MODULE not in candidates(probe(data, "weights"))
    assert MODULE in candidates(probe(data, "model.h5"))
    assert {*states_of(inspected(MODULE, data))} == CLEAN


def test_elements_are_data_and_counted() -> None:
    data = hdf5()
    records = inspected(MODULE, data)
    (elements,) = (c for c in only(records, Coverage) if c.reason == "elements of datasets")
    assert (elements.offset, elements.length) == (96, 24)
    assert (facts_of(records)["tensor-count"], facts_of(records)["parameter-count"]) == (1, 6)


@pytest.mark.parametrize("name", ["model_config", "training_config", "optimizer_config"])
def test_configurations_are_judged_whatever_their_length(name: str) -> None:
    (finding,) = only(inspected(MODULE, hdf5(text(name.encode(), OLD_LAMBDA))), Finding)
    assert finding.rule == "keras-python-code"
    assert finding.evidence[0].pointer == f"/{name}/config/layers/2/config/function"
    assert rules_of(inspected(MODULE, keras_hdf5(b"{}", **{name: OLD_LAMBDA})))[-1] == "keras-python-code"


def test_a_genuine_model_is_quiet() -> None:
    config = json.dumps({"class_name": "Sequential", "config": {"layers": [built("Dense", {}, None)]}}).encode()
    records = inspected(MODULE, keras_hdf5(config, keras_version=b"2.15.0", backend=b"tensorflow"))
    assert (rules_of(records), {*states_of(records)}) == ([], CLEAN)


def test_modules_in_a_configuration_are_found_in_hdf5_too() -> None:
    config = json.dumps(sequential(function("os", "system"))).encode()
    assert rules_of(inspected(MODULE, keras_hdf5(config))) == ["keras-dangerous-object"]


@pytest.mark.parametrize("value", [b"not json", b"{}\0{}", b'{"a": 1, "a": 2}'])
def test_a_configuration_that_is_no_json_is_found(value: bytes) -> None:
    assert rules_of(inspected(MODULE, keras_hdf5(value))) == ["keras-malformed-config"]


def test_a_configuration_that_is_no_text_is_a_gap() -> None:
    several = attribute(b"model_config", datatype(3, 2), dataspace(2), b"{}{}")
    assert CoverageState.PARTIAL in states_of(inspected(MODULE, hdf5(several)))


def test_an_endless_configuration_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "_MAX_CONFIG", 10)
    with pytest.raises(BudgetExceeded, match="a configuration has"):
        inspected(MODULE, keras_hdf5(OLD_LAMBDA))


def _with_root(*messages: tuple[int, bytes], files: Builder | None = None) -> bytes:
    file = files or Builder()
    return file.done(file.object(messages))


LINK = b"\1\x08\x40\1x" + struct.pack("<H", 14) + b"\0/etc/passwd\0x"
READS_OTHERS = {
    "link": _with_root((0x06, LINK)),
    "storage": _with_root((0x07, b"\1" + bytes(20)), *numbers(0xFFFFFFFFFFFFFFFF, 6)),
    "virtual dataset": _with_root((0x01, dataspace(6)), (0x03, datatype(0, 4)), (0x08, b"\4\3" + bytes(12))),
}


@pytest.mark.parametrize("what", READS_OTHERS)
def test_other_files_are_found(what: str) -> None:
    assert rules_of(inspected(MODULE, READS_OTHERS[what])) == [EXTERNAL]


LIES = {
    "cut short": hdf5()[:-8],
    "signature alone": hdf5()[:10],
    "version": hdf5()[:8] + b"\7" + hdf5()[9:],
    "another base": b"\0" * 512 + hdf5(),
    "elements behind the end": _with_root(*numbers(1 << 40, 6)),
    "fewer bytes than elements": _with_root(*numbers(0, 6, 4)),
    "shape without bytes": _with_root(*numbers((1 << 64) - 1, 1 << 40)),
    "root that is none": Builder().done(1 << 40),
    "attribute cut short": hdf5(attribute(b"a", datatype(3, 99), dataspace(), b"text")),
    "text in no heap": hdf5(attribute(b"a", datatype(9, 16, 1), dataspace(), struct.pack("<IQI", 5, 96, 1))),
}


@pytest.mark.parametrize("what", LIES)
def test_what_no_library_writes_is_found_and_never_clean(what: str) -> None:
    records = inspected(MODULE, LIES[what])
    assert rules_of(records) == [MALFORMED]
    assert CoverageState.PARTIAL in states_of(records)


def test_what_is_not_understood_is_a_gap_and_says_which() -> None:
    records = inspected(MODULE, _with_root((0x0F, bytes(12))))
    assert rules_of(records) == []
    (gap,) = (c for c in only(records, Coverage) if c.state is CoverageState.PARTIAL)
    assert "message of type 0xf" in gap.reason


def test_what_stands_around_the_file_is_handed_back() -> None:
    behind = zip_bytes((b"a", b"b"))
    records = inspected(MODULE, hdf5(behind=behind))
    assert rules_of(records) == [TRAILING]
    assert members_of(records) == {f"bytes from {len(hdf5())}": behind}
    before = b"PK" + hdf5(base=512)[2:]
    assert members_of(inspected(MODULE, before)) == {"user block": b"PK" + bytes(510)}


@pytest.mark.parametrize("data", [b"", POINTER, zip_bytes((b"a", b"b"))])
def test_a_name_alone_makes_no_file(data: bytes) -> None:
    assert states_of(inspected(MODULE, data, "model.h5")) == [CoverageState.UNKNOWN]


def test_many_ranges_are_told_as_one() -> None:
    file = Builder()
    links = {f"d{i}": file.object(numbers(file.put(bytes(24)), 6)) for i in range(600)}
    records = inspected(MODULE, file.done(file.object([file.group(**links)])))
    (coverage,) = only(records, Coverage)
    assert coverage.state is CoverageState.DATA
    assert facts_of(records)["tensor-count"] == 600


def test_work_is_counted() -> None:
    file = Builder()
    links = {f"d{i}": file.object(numbers(0, 1)) for i in range(100)}
    until_limit(MODULE, file.done(file.object([file.group(**links)])), Limits(steps=300))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_changed_file_is_accounted_for_or_never_clean(data: st.DataObject) -> None:
    whole = bytearray(keras_hdf5(OLD_LAMBDA, keras_version=b"2.15.0"))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.sampled_from([0, 1, 2, 3, 8, 12, 16, 255]))
    records = inspected(MODULE, bytes(whole), "model.h5")
    assert {*rules_of(records)} <= {*MODULE.RULES}
    if {*states_of(records)} <= CLEAN and members_of(records) == {}:
        assert covered(bytes(whole)) == {*range(len(whole))}
