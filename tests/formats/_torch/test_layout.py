"""Where things stand in a torch archive."""

from __future__ import annotations

import pytest

from tests.builders.torches import archive
from verifier.formats._readers import BytesReader
from verifier.formats._torch.layout import Layout, is_torch, root_of
from verifier.formats._torch.tensors import Dialect
from verifier.formats._zip.archive import Archive
from verifier.formats._zip.entries import Entry


def layout(*members: str, prefix: str = "m/", method: int = 0) -> Layout:
    return Layout(Archive(BytesReader(archive(dict.fromkeys(members, b"x"), prefix, method))).entries)


def entry(of: Layout, path: str) -> Entry:
    found = of.find(path)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("members", "torch"),
    [
        (["data.pkl", "version"], True),
        (["DATA.PKL", "VERSION"], True),
        (["a/b/data.pkl", "a/b/data/0"], True),
        (["constants.pkl"], True),
        ([".data/extern_modules", ".data/version"], True),
        (["archive_format", "byteorder"], True),
        (["data.pkl"], False),
        (["version", "byteorder"], False),
        ([], False),
    ],
)
def test_torch_archives_are_told_by_their_members(members: list[str], torch: bool) -> None:
    assert is_torch(layout(*members).entries) is torch


def test_the_first_members_folder_is_the_archives() -> None:
    assert root_of(()) == ""
    assert layout("data.pkl").root == "m/"
    assert layout("data.pkl", prefix="").root == ""


def test_members_are_found_whatever_their_case() -> None:
    of = layout("Data.PKL", "data/0")
    assert entry(of, "data.pkl").name == "m/Data.PKL"
    assert of.find("else") is None


def test_storages_stand_where_their_pickle_says() -> None:
    of = layout("data.pkl", "constants.pkl", "data/0", "constants/0", "other.pkl", "traced_inputs.pkl")
    assert of.storage(entry(of, "data.pkl"), "0") == of.find("data/0")
    assert of.storage(entry(of, "constants.pkl"), "0") == of.find("constants/0")
    assert of.storage(entry(of, "other.pkl"), "0") is None
    assert not of.holds(entry(of, "data.pkl"), entry(of, "data/0"), 2)
    assert of.holds(entry(of, "data.pkl"), entry(of, "data/0"), 1)
    assert not of.holds(entry(of, "data.pkl"), entry(of, "other.pkl"), 1)


def test_packages_keep_storages_in_one_place() -> None:
    of = layout(".data/extern_modules", ".data/0.storage", "res/model.pkl", ".data/ts_code/0/data.pkl", "a.py")
    resource, script = entry(of, "res/model.pkl"), entry(of, ".data/ts_code/0/data.pkl")
    assert of.is_package
    assert of.storage(resource, "0") == of.storage(script, "0.storage") == of.find(".data/0.storage")
    assert of.dialect(resource) is Dialect.PACKAGE
    assert of.dialect(script) is Dialect.ZIP
    assert of.is_package_source(entry(of, "a.py"))
    assert not layout("a.py").is_package_source(entry(layout("a.py"), "a.py"))


def test_scripts_define_modules() -> None:
    of = layout("code/__torch__.py", "code/__torch__/a/b.py", ".data/ts_code/code/__torch__/c.py", "code/d.py")
    assert of.modules() == {"__torch__", "__torch__.a.b", "__torch__.c"}
    assert not of.is_script(entry(of, "code/d.py"))


def test_exports_describe_payloads_and_hold_programs() -> None:
    of = layout(
        "archive_format", "data/weights/m_weights_config.json", "models/m.json", "data/constants/opaque_obj_0", "data/0"
    )
    assert of.payloads(entry(of, "data/weights/m_weights_config.json")) == "data/weights/"
    assert of.payloads(entry(of, "models/m.json")) is None
    assert of.is_program(entry(of, "models/m.json"))
    assert of.is_pickle(entry(of, "data/constants/opaque_obj_0"))
    assert of.is_raw(entry(of, "data/0"))
    assert not of.is_raw(entry(of, "models/m.json"))
    other = layout("data/weights/m_weights_config.json", "models/m.json")
    assert other.payloads(entry(other, "data/weights/m_weights_config.json")) is None
    assert not other.is_program(entry(other, "models/m.json"))


def test_words_are_known_by_their_place() -> None:
    of = layout("version", "note", "bytecode.pkl")
    word = of.token(entry(of, "version"))
    assert word is not None
    assert word.fullmatch(b"3\n")
    assert of.token(entry(of, "note")) is None
    assert of.is_bytecode(entry(of, "bytecode.pkl"))


def test_oddities_are_what_readers_disagree_about() -> None:
    assert list(layout("data.pkl", "Other/x").oddities()) == []
    assert [message for _, message in layout("DATA.pkl").oddities()] == [
        "torch reads it whatever the case of its name, other readers do not"
    ]
    assert "outside" in next(layout("data.pkl", prefix="").oddities())[1]
    assert "method 12" in next(layout("data.pkl", method=12).oddities())[1]
