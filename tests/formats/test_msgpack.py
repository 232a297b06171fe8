"""A checkpoint of Flax is accounted for to the last byte; what is no data in a document is found and handed back."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import facts_of, inspected, members_of, only, probe, rules_of, states_of, until_limit
from tests.builders.msgpacks import array, extension, listing, mapping, number, raw, text
from tests.builders.opcodes import call, pickled
from tests.builders.seeds import POINTER, SEEDS
from tests.builders.zips import zip_bytes
from verifier.errors import BudgetExceeded
from verifier.formats import FormatModule, Limits, candidates
from verifier.formats import msgpack as module
from verifier.records import Coverage, CoverageState

MODULE: FormatModule = module
CLEAN = {CoverageState.INSPECTED, CoverageState.DATA}
EVIL = pickled(call("os", "system", "echo inert"))
MALFORMED, ARRAY, EXTENSION, PICKLE, TRAILING = module.RULES


def covered(records: list[object], size: int) -> bool:
    ranges = sorted((c.offset, c.length) for c in records if isinstance(c, Coverage))
    at = 0
    for offset, length in ranges:
        if offset > at:
            return False
        at = max(at, size if length is None else offset + length)
    return at == size


GENUINE = {
    "parameters": mapping(params=mapping(dense=mapping(kernel=array(bytes(24), 2, 3), bias=array(bytes(12), 3)))),
    "half": mapping(a=array(bytes(4), 2, dtype="bfloat16")),
    "float8": mapping(a=array(bytes(4), 4, dtype="float8_e4m3fn")),
    "scalars": mapping(
        a=array(bytes(4), dtype="int32", code=3), b=number(5), c=b"\xcb" + bytes(8), d=b"\xc0", e=b"\xff"
    ),
    "complex": mapping(a=array(bytes(4), 1), c=extension(2, b"\x92\xcb" + bytes(8) + b"\xcb" + bytes(8))),
    "timestamp": mapping(a=array(bytes(4), 1), t=b"\xd6\xff" + bytes(4)),
    "names": listing(text("a"), raw(b"\x80\x04N."), b"\xd9\x01x", b"\xda\0\1x", b"\xc4\1x", b"\xc5\0\1x", b"\xc2"),
    "integers": listing(
        b"\xcc\1", b"\xcd\0\1", b"\xcf" + bytes(8), b"\xd0\1", b"\xd1\0\1", b"\xd2" + bytes(4), b"\xd3" + bytes(8)
    ),
    "numbers of objects": mapping(nd=b"\xc3", type=text("<f4"), kind=raw(b""), data=raw(bytes(8))),
    "empty": b"\x80",
    "large sizes": mapping(a=array(bytes(800), 200)),
}


@pytest.mark.parametrize("what", GENUINE)
def test_genuine_documents_are_quiet_and_accounted_for(what: str) -> None:
    records = inspected(MODULE, GENUINE[what], "m.msgpack")
    assert (rules_of(records), {*states_of(records)} <= CLEAN) == ([], True)
    assert covered([*records], len(GENUINE[what]))


def test_arrays_are_data_and_counted() -> None:
    records = inspected(MODULE, GENUINE["parameters"])
    facts = facts_of(records)
    assert (facts["tensor-count"], facts["parameter-count"], facts["dtypes"]) == (2, 9, ("float32",))
    data = [c.length for c in only(records, Coverage) if c.state is CoverageState.DATA]
    assert data == [24, 12]


@pytest.mark.parametrize("name", ["checkpoint_0", "flax_model.msgpack"])
def test_arrays_of_flax_are_recognized_whatever_the_name(name: str) -> None:
    assert MODULE in candidates(probe(GENUINE["parameters"], name))
    assert MODULE in candidates(probe(mapping(a=array(bytes(40_000), 10_000)), name))


@pytest.mark.parametrize("name", sorted(SEEDS.keys() - {"flax_model.msgpack"}))
def test_other_files_are_not_taken_for_it(name: str) -> None:
    assert not module.recognize(probe(SEEDS[name], "file"))


BROKEN = {
    "announces too much": b"\xdd\xff\xff\xff\xff",
    "announces too many entries": b"\xdf\xff\xff\xff\xff",
    "nested too deeply": b"\x91" * 5000 + b"\xc0",
    "no type": b"\x91\xc1",
    "cut in a length": b"\x91\xc6\0",
    "cut in a payload": b"\x91\xc6\0\0\0\7a",
    "cut in a number": b"\x91\xcb\0",
    "cut in an extension": mapping(a=array(bytes(24), 2, 3))[:-1],
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_documents_are_found_and_never_clean(what: str) -> None:
    records = inspected(MODULE, BROKEN[what], "m.msgpack")
    assert rules_of(records) == [MALFORMED]
    assert CoverageState.PARTIAL in states_of(records)
    assert covered([*records], len(BROKEN[what]))


ODD = {
    "fewer items": array(bytes(8), 3),
    "more items": array(bytes(16), 3),
    "objects": array(bytes(8), 1, dtype="object"),
    "unknown": array(bytes(8), 1, dtype="S8"),
    "no list": extension(1, b"\xc0"),
    "ends early": extension(1, b"\x93\x90\xa2f4"),
    "negative size": extension(1, b"\x93\x91\xff" + text("int8") + raw(b"")),
    "shape by text": extension(1, b"\x93\x91\xa1a" + text("int8") + raw(b"")),
    "no shape": extension(1, b"\x93\xc0" + text("int8") + raw(b"")),
    "no name": extension(1, b"\x93\x90\xc0" + raw(b"")),
    "bytes behind": extension(1, array(bytes(4), 1)[6:] + b"x"),
}


@pytest.mark.parametrize("what", ODD)
def test_arrays_that_do_not_add_up_are_noted(what: str) -> None:
    records = inspected(MODULE, mapping(a=ODD[what]), "m.msgpack")
    assert (rules_of(records), {*states_of(records)} <= CLEAN) == ([ARRAY], True)


@pytest.mark.parametrize("code", [0, 4, 9, 127, -2])
def test_other_extensions_are_found_and_handed_back(code: int) -> None:
    records = inspected(MODULE, mapping(w=extension(code, EVIL)), "m.msgpack")
    assert rules_of(records) == [EXTENSION]
    assert [*members_of(records).values()] == [EVIL]


@pytest.mark.parametrize(
    "objects",
    [
        mapping(nd=b"\xc3", type=text("O"), kind=raw(b"O"), shape=listing(number(1)), data=raw(EVIL)),
        mapping(data=raw(EVIL), kind=text("O"), nd=b"\xc3"),
        listing(mapping(data=raw(b"x")), mapping(nd=b"\xc3", kind=raw(b"O"), data=raw(EVIL))),
    ],
)
def test_arrays_of_objects_are_pickles(objects: bytes) -> None:
    records = inspected(MODULE, mapping(a=objects), "m.msgpack")
    assert rules_of(records) == [PICKLE]
    assert [*members_of(records).values()] == [EVIL]


def test_what_stands_behind_is_handed_back() -> None:
    behind = zip_bytes((b"a", b"b"))
    records = inspected(MODULE, GENUINE["half"] + behind, "m.msgpack")
    assert rules_of(records) == [TRAILING]
    assert [*members_of(records).values()] == [behind]


@pytest.mark.parametrize("data", [b"", POINTER, b"\xc0", pickled(b"N")[1:]])
def test_a_name_alone_makes_no_document(data: bytes) -> None:
    assert states_of(inspected(MODULE, data, "m.msgpack")) == [CoverageState.UNKNOWN]


def test_many_arrays_are_told_as_one_range_and_many_payloads_are_a_limit() -> None:
    records = inspected(MODULE, listing(*[array(bytes(4), 1)] * 1500))
    assert states_of(records) == [CoverageState.DATA]
    with pytest.raises(BudgetExceeded, match="no data"):
        inspected(MODULE, listing(*[extension(9, b"x")] * 1500))
    until_limit(MODULE, listing(*[b"\xc0"] * 500), Limits(steps=100))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_bytes_are_accounted_for(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from([*GENUINE.values(), *ODD.values()])))
    for _ in range(data.draw(st.integers(0, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    whole += data.draw(st.binary(max_size=5))
    records = inspected(MODULE, bytes(whole), "m.msgpack")
    assert {*rules_of(records)} <= {*MODULE.RULES}
    assert covered([*records], len(whole))


def test_large_extents_are_counted() -> None:
    extent = b"\xcf" + struct.pack(">Q", 1 << 63)
    huge = extension(1, b"\x93\x92" + extent + extent + text("int8") + raw(b""))
    assert rules_of(inspected(MODULE, mapping(a=huge))) == [ARRAY]
