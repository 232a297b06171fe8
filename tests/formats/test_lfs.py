"""Git LFS pointers stand for files that are not there."""

from __future__ import annotations

import pytest

from tests.builders.inspections import inspected, only, probe, rules_of, states_of
from tests.builders.seeds import POINTER
from verifier.formats import FormatModule, candidates, lfs
from verifier.records import CoverageState, Finding

MODULE: FormatModule = lfs

EXTENDED = POINTER.replace(b"oid ", b"ext-0-case sha256:" + b"1" * 64 + b"\noid ")
POINTERS = [
    POINTER,
    EXTENDED,
    POINTER.replace(b"https://git-lfs.github.com/spec/v1", b"https://hawser.github.com/spec/v1"),
    POINTER.replace(b"https://git-lfs.github.com/spec/v1", b"http://git-media.io/v/2"),
    POINTER.replace(b"\n", b"\r\n"),
]


@pytest.mark.parametrize("data", POINTERS)
@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin", "config.json", "README.md"])
def test_a_pointer_is_known_under_any_name_and_named(data: bytes, name: str) -> None:
    found = [module.FORMAT.id for module in candidates(probe(data, name))]
    assert "lfs" in found
    assert "text" not in found
    (finding,) = only(inspected(MODULE, data, name), Finding)
    assert finding.rule == "lfs-pointer"
    assert finding.evidence[0].what == "oid sha256:" + "0" * 64
    assert finding.evidence[0].length == len(data)


@pytest.mark.parametrize("data", [lfs.MAGIC[0] + b"\n", lfs.MAGIC[0] + b"\xff\xfe"])
def test_a_pointer_to_nothing_is_one_too(data: bytes) -> None:
    (finding,) = only(inspected(MODULE, data), Finding)
    assert finding.evidence[0].what == "no oid"


def test_what_goes_on_as_something_else_is_not_clean() -> None:
    for behind in (b"x" * 1024, b"\0" * 2000):
        records = inspected(MODULE, POINTER + behind)
        assert rules_of(records) == []
        assert states_of(records) == [CoverageState.PARTIAL]


def test_text_about_pointers_is_text() -> None:
    data = b"A pointer begins with `version https://git-lfs.github.com/spec/v1`.\n"
    assert [module.FORMAT.id for module in candidates(probe(data, "readme.md"))] == ["text"]
