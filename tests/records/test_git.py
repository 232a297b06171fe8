"""Git's objects, as git itself makes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.records.git import entries, object_id, pointer_to


def test_ids_are_those_of_git() -> None:
    assert object_id("blob", b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert object_id("tree", b"") == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def test_a_pointer_is_the_text_lfs_writes() -> None:
    assert pointer_to("ab" * 32, 12345).decode().splitlines() == [
        "version https://git-lfs.github.com/spec/v1",
        f"oid sha256:{'ab' * 32}",
        "size 12345",
    ]


def test_a_tree_has_entries() -> None:
    tree = b"100644 a\0" + bytes(20) + b"40000 b c\0" + b"\xff" * 20
    assert list(entries(tree)) == [("100644", b"a", "00" * 20), ("40000", b"b c", "ff" * 20)]


@pytest.mark.parametrize("tree", [b"100644 a", b"100644 a\0" + bytes(19), b"a\0" + bytes(20), b"1 \0" + bytes(20)])
def test_what_is_cut_off_is_no_tree(tree: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut off|not found"):
        list(entries(tree))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_tree_or_are_not(tree: bytes) -> None:
    try:
        found = list(entries(tree))
    except ValueError:
        return
    assert b"".join(b"%s %s\0" % (mode.encode(), name) + bytes.fromhex(oid) for mode, name, oid in found) == tree
