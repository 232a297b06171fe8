"""Packs that git makes, and packs nobody makes."""

from __future__ import annotations

import contextlib
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.gits import committed, git
from verifier.records.git import object_id
from verifier.sources import packs


def pack(*objects: tuple[int, bytes], count: int | None = None) -> bytes:
    """A pack of objects, each its kind and the bytes after its size, which must be below sixteen."""
    head = b"PACK" + (2).to_bytes(4, "big") + (len(objects) if count is None else count).to_bytes(4, "big")
    return head + b"".join(bytes([kind << 4 | len(body)]) + zlib.compress(body) for kind, body in objects)


def delta(base: bytes, *steps: bytes, size: int) -> bytes:
    return bytes([len(base), size]) + b"".join(steps)


@pytest.mark.parametrize("options", [("--window=0",), ("--delta-base-offset",), ()])
def test_commits_and_trees_of_a_history_are_found(tmp_path: Path, options: tuple[str, ...]) -> None:
    many = {f"layers/{at:03}.txt": b"%d\n" % at for at in range(200)}
    for round_ in range(4):
        committed(tmp_path, {**many, "model.bin": bytes(5000), f"layers/{round_:03}.txt": b"new %d" % round_})
    ids = git(tmp_path, "rev-list", "--objects", "--no-object-names", "--all")
    made = git(tmp_path, "pack-objects", "-q", "--stdout", *options, given=ids)
    kinds = git(tmp_path, "cat-file", "--batch-check=%(objectname) %(objecttype)", given=ids).decode().split()
    wanted = {name for name, kind in zip(kinds[::2], kinds[1::2], strict=True) if kind != "blob"}
    found = packs.objects(made)
    assert set(found) == wanted
    assert all(object_id(*kept) == name for name, kept in found.items())


def test_a_delta_is_carried_out_whatever_comes_first() -> None:
    base = b"40000 a\0"
    change = delta(base, b"\x90\x06", b"\x02bc", size=8)
    by_id = bytes([7 << 4 | len(change)]) + bytes.fromhex(object_id("tree", base)) + zlib.compress(change)
    head = pack(count=2)
    (_, made), (_, kept) = packs.objects(head + by_id + pack((2, base))[12:]).values()
    assert {made, kept} == {base, b"40000 bc"}


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (b"", "no pack"),
        (pack(count=1 << 31), "more than"),
        (pack(count=1), "cut off"),
        (pack((2, b"x"))[:-3], "cut off"),
        (pack((5, b"x")), "no known kind"),
        (pack((2, b"x"))[:12] + b"\x21garbage", "not compressed"),
        (pack((2, b"x"))[:12] + b"\x20" + zlib.compress(b"xx"), "larger than it says"),
        (pack((2, b"x"))[:12] + b"\x23" + zlib.compress(b"xx"), "smaller than it says"),
        (pack((2, b"x"))[:12] + b"\xa0" + b"\xff" * 12, "has no end"),
        (pack((2, b"x"))[:12] + b"\xaf\xff\xff\xff\x7f" + zlib.compress(b""), "MiB"),
        (pack((2, b"x"))[:12] + b"\x61\xff\xff\xff", "outside of the pack"),
    ],
)
def test_what_is_wrong_is_told(made: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        packs.objects(made)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (b"\x05\x01\x01x", "another object"),
        (b"\x04\x02\x01x", "too little"),
        (b"\x04\x01\x02xy", "outside"),
        (b"\x04\x01\x02x", "outside"),
        (b"\x04\x01\x00", "outside"),
        (b"\x04\x09\x91\x02\x07", "outside"),
        (b"\x04\x01\x91", "cut off"),
        (b"\x04", "cut off"),
        (b"\x04\xff\xff\xff\xff\x7f", "MiB"),
        (b"\xff" * 11, "has no end"),
    ],
)
def test_deltas_stay_inside(change: bytes, message: str) -> None:
    base = pack((2, b"tree"), count=2)
    distance = len(base) - 12
    with pytest.raises(ValueError, match=message):
        packs.objects(base + bytes([6 << 4 | len(change), distance]) + zlib.compress(change))


@given(st.binary(max_size=60), st.lists(st.tuples(st.integers(0, 7), st.binary(max_size=15)), max_size=4))
def test_any_bytes_end(tail: bytes, listed: list[tuple[int, bytes]]) -> None:
    with contextlib.suppress(ValueError):
        packs.objects(pack(*listed, count=len(listed) + 1) + tail)
