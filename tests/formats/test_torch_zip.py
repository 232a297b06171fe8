"""Torch's zip archives: what torch unpickles is inspected, what it reads as numbers is data, and no lie goes unseen."""

from __future__ import annotations

import io
import zlib

import pytest

from tests.builders.inspections import facts_of, inspected, members_of, only, rules_of, states_of
from tests.builders.opcodes import call, mapping, pickled, value
from tests.builders.torch_files import DTYPES, accused, alarms, examined, gaps, numbers, recognized, saved, things
from tests.builders.torches import PAYLOAD, archive, state_dict, storage, tensor, torch_zip
from tests.builders.zips import Part, Zip, build
from verifier.formats import torch_zip as module
from verifier.formats._torch import archive as body
from verifier.records import Coverage, CoverageState, Finding

EVIL = pickled(PAYLOAD)


def parts(**more: Part) -> list[Part]:
    """The members torch.save writes; `more` replaces them, or adds to them, by the name without folder and suffix."""
    made = {
        "data": Part(b"archive/data.pkl", state_dict()),
        "byteorder": Part(b"archive/byteorder", b"little"),
        "storage": Part(b"archive/data/0", bytes(24)),
        "version": Part(b"archive/version", b"3\n"),
    }
    return list((made | more).values())


def test_a_state_dict_is_clean_and_counted() -> None:
    records = inspected(module, torch_zip())
    assert rules_of(records) == []
    assert set(states_of(records)) == {CoverageState.INSPECTED, CoverageState.DATA}
    assert facts_of(records) == {
        "tensor-count": 1,
        "parameter-count": 6,
        "tensor-dtypes": (("float32", 1),),
        "tensor-shapes": (("2x3", 1),),
    }
    assert members_of(records) == {}


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_what_torch_saves_is_quiet(protocol: int) -> None:
    for title, thing in things().items():
        data = saved(thing, protocol=protocol)
        records = examined(data)
        assert (title, alarms(records), gaps(records)) == (title, [], [])
        assert recognized(data) == ["torch-zip"]


def test_dtypes_are_named_as_torch_names_them() -> None:
    facts = facts_of(inspected(module, saved(numbers())))
    assert facts["tensor-dtypes"] == tuple((dtype, 1) for dtype in sorted(DTYPES))
    assert facts["parameter-count"] == 6 * len(DTYPES)


def test_any_folder_is_the_archives_own() -> None:
    for prefix in ("model/", "a b/", "é/"):
        members = {"data.pkl": state_dict(), "data/0": bytes(24), "version": b"3\n"}
        assert rules_of(inspected(module, archive(members, prefix))) == []


def test_what_is_no_torch_archive_is_left_to_others() -> None:
    assert recognized(archive({"data.pkl": state_dict()})) == ["zip"]
    assert recognized(archive({"version": b"3"})) == ["zip"]
    assert recognized(b"PK\x05\x06" + bytes(30)) == ["zip"]
    assert recognized(archive({"data.pkl": state_dict(), "version": b"3"}, prefix="")) == ["torch-zip"]


PLACES = ["data.pkl", "DATA.PKL", "constants.pkl", "bytecode.pkl", "extra/any.pkl", "code/x.py.debug_pkl", "data/x.pkl"]


@pytest.mark.parametrize("place", PLACES)
def test_every_pickle_is_inspected_wherever_it_stands(place: str) -> None:
    members = {"data.pkl": state_dict(), "data/0": bytes(24), "version": b"3\n"} | {place: EVIL}
    records = inspected(module, archive(members))
    assert accused(records) == [f"file!archive/{place}"]


def test_a_pickle_without_a_name_is_found_by_content() -> None:
    records = examined(torch_zip(more={"notes": EVIL, "data/1": EVIL}))
    assert accused(records) == ["model.bin!archive/notes", "model.bin!archive/data/1"]


def test_a_payload_behind_the_end_is_handed_back() -> None:
    records = inspected(module, torch_zip(state_dict() + EVIL))
    assert rules_of(records) == ["pickle-trailing-bytes"]
    assert list(members_of(records).values()) == [EVIL]


def test_a_broken_pickle_is_a_gap() -> None:
    records = inspected(module, torch_zip(state_dict()[:-5]))
    assert CoverageState.PARTIAL in states_of(records)


VARIANTS = {
    "twice": parts(again=Part(b"archive/data.pkl", EVIL)),
    "first": [Part(b"archive/data.pkl", EVIL), *parts()],
    "case alone": parts(data=Part(b"archive/DATA.PKL", EVIL)),
    "case": parts(again=Part(b"archive/DATA.PKL", EVIL)),
    "folder case": parts(again=Part(b"ARCHIVE/data.pkl", EVIL)),
    "other folder": parts(again=Part(b"other/data.pkl", EVIL)),
    "no folder": [Part(b"data.pkl", EVIL), *parts()],
    "checksum": parts(data=Part(b"archive/data.pkl", EVIL, crc=7, local_crc=7)),
    "checksum said twice": parts(data=Part(b"archive/data.pkl", EVIL, crc=7)),
    "local name": parts(data=Part(b"archive/data.pkl", EVIL, local_name=b"archive/date.pkl")),
    "encrypted": parts(data=Part(b"archive/data.pkl", EVIL, flags=1)),
    "patch": parts(data=Part(b"archive/data.pkl", EVIL, flags=0x20)),
    "bzip2": parts(data=Part(b"archive/data.pkl", EVIL, method=12)),
    "lzma": parts(data=Part(b"archive/data.pkl", EVIL, method=14)),
    "NUL": parts(again=Part(b"archive/data.pkl\0x", EVIL)),
    "folder that is a file": parts(again=Part(b"archive/data.pkl/", EVIL)),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_whatever_torch_would_unpickle_is_inspected_and_the_trick_reported(variant: str) -> None:
    """The oracle is torch's own reader: where it finds the payload, the payload is among the findings."""
    data = build(Zip(VARIANTS[variant]))
    records = examined(data)
    assert alarms(records) != [] or gaps(records) != []
    if EVIL in torch_finds(data):
        assert accused(records)


def torch_finds(data: bytes) -> bytes:
    import torch

    try:
        found: bytes = torch._C.PyTorchFileReader(io.BytesIO(data)).get_record("data.pkl")
    except RuntimeError:
        return b""
    return found


def test_torch_is_deceived_as_it_is_said_to_be() -> None:
    deceived = {variant for variant in VARIANTS if EVIL in torch_finds(build(Zip(VARIANTS[variant])))}
    assert {"first", "case alone", "checksum", "local name"} <= deceived
    assert "bzip2" not in deceived


RULES_OF = {
    "twice": "zip-ambiguous-directory",
    "case": "torch-zip-ambiguous-member",
    "folder case": "torch-zip-ambiguous-member",
    "other folder": "torch-zip-ambiguous-member",
    "checksum": "zip-content-mismatch",
    "local name": "zip-ambiguous-directory",
    "encrypted": "zip-encrypted-member",
    "patch": "zip-ambiguous-directory",
    "bzip2": "torch-zip-ambiguous-member",
    "NUL": "zip-unsafe-member",
}


@pytest.mark.parametrize("variant", RULES_OF)
def test_each_trick_has_its_rule(variant: str) -> None:
    assert RULES_OF[variant] in rules_of(inspected(module, build(Zip(VARIANTS[variant]))))


@pytest.mark.parametrize(
    ("lie", "rule"),
    [
        ({"prefix": b"MZ" * 40}, "zip-hidden-data"),
        ({"prefix": b"MZ" * 40, "shifted": True}, "zip-hidden-data"),
        ({"behind": EVIL}, "zip-hidden-data"),
        ({"count": 1}, "zip-ambiguous-directory"),
        ({"comment": b"PK\x05\x06" + b"\xee" * 30, "zip64": True}, "zip-ambiguous-directory"),
    ],
)
def test_an_archive_in_something_else_is_reported(lie: dict[str, bytes | bool], rule: str) -> None:
    assert rule in rules_of(inspected(module, build(Zip(parts(), **lie))))  # type: ignore[arg-type]


@pytest.mark.parametrize("archive_", [Zip(parts(), zip64=True), Zip(parts(), comment=b"by hand")])
def test_honest_oddities_are_quiet(archive_: Zip) -> None:
    assert rules_of(inspected(module, build(archive_))) == []


@pytest.mark.parametrize("method", [0, 8])
@pytest.mark.parametrize("flags", [0, 8])
def test_deflate_and_data_descriptors_are_quiet(method: int, flags: int) -> None:
    data = build(Zip(parts(data=Part(b"archive/data.pkl", state_dict(), method, flags))))
    assert rules_of(inspected(module, data)) == []
    assert zlib.crc32(torch_finds(data)) == zlib.crc32(state_dict())


def test_storages_are_not_read() -> None:
    records = inspected(module, torch_zip(storages={"0": EVIL.ljust(24, b"\0")[:24]}))
    assert rules_of(records) == []


@pytest.mark.parametrize(
    ("storages", "message"),
    [
        ({}, "no member holds it"),
        ({"0": bytes(23)}, "has 23 bytes"),
        ({"0": bytes(25)}, "has 25 bytes"),
    ],
)
def test_a_storage_of_another_size_is_no_data(storages: dict[str, bytes], message: str) -> None:
    records = inspected(module, torch_zip(storages=storages))
    assert message in next(only(records, Finding)).message
    assert CoverageState.DATA not in {c.state for c in only(records, Coverage) if "data/0" in c.artifact}


def test_empty_members_without_a_tensor_are_a_gap() -> None:
    more = {f"data/x{i}": b"" for i in range(3)}
    assert gaps(examined(torch_zip(more=more))) == [
        "model.bin: no tensor is in archive/data/x0, nor in 2 more empty members like it"
    ]
    empty = state_dict(weight=tensor("0", numel=0, size=(0,), stride=(1,)))
    assert gaps(examined(torch_zip(empty, {"0": b""}))) == []


def test_a_pickle_is_no_storage_whatever_another_calls_it() -> None:
    body = state_dict(weight=tensor("x.pkl", "ByteStorage", len(EVIL), size=(len(EVIL),), stride=(1,)))
    records = inspected(module, torch_zip(body, {"x.pkl": EVIL}))
    assert "torch-storage-mismatch" in rules_of(records)
    assert accused(records)


def test_a_persistent_id_that_names_no_storage_is_reported() -> None:
    body = pickled(mapping({"a": value("somewhere") + b"Q", "b": storage()}))
    assert rules_of(inspected(module, torch_zip(body))) == ["pickle-persistent-id"]


def test_words_are_data_and_other_texts_go_back() -> None:
    assert list(members_of(inspected(module, torch_zip(more={"byteorder": b"little\n"})))) == ["archive/byteorder"]
    assert list(members_of(inspected(module, torch_zip(more={"version": b"9" * 100})))) == ["archive/version"]
    assert members_of(inspected(module, torch_zip(more={"extra/note.txt": b"hi"}))) == {"archive/extra/note.txt": b"hi"}


def test_a_member_that_cannot_be_read_is_a_gap_beside_the_others() -> None:
    records = inspected(module, build(Zip(parts(again=Part(b"archive/more.pkl", EVIL, method=99, packed=b"?")))))
    assert [c.artifact for c in only(records, Coverage) if c.state is CoverageState.PARTIAL] == [
        "file!archive/more.pkl"
    ]
    assert CoverageState.DATA in states_of(records)


def test_over_the_network_only_what_is_unpickled_is_read() -> None:
    body = state_dict(weight=tensor(numel=1 << 20, size=(1 << 20,), stride=(1,)))
    whole = torch_zip(body, {"0": bytes(4 << 20)})
    records = inspected(module, whole, remote=True)
    assert rules_of(records) == []
    assert next(only(records, Coverage)).unchecked == ("zip-contents", "zip-local-headers")
    assert accused(inspected(module, torch_zip(EVIL), remote=True))


def test_findings_of_one_member_are_bounded() -> None:
    storages = {f"weight{i}": tensor(str(i)) for i in range(1, body._MOST_FINDINGS + 2)}
    records = examined(torch_zip(state_dict(**storages)))
    assert len(records) < body._MOST_FINDINGS + 100
    assert any("reasons for concern" in gap for gap in gaps(records))


def test_a_call_in_a_state_dict_is_judged() -> None:
    assert accused(inspected(module, torch_zip(state_dict(weight=call("os", "system", "echo inert")))))
