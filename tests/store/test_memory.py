from __future__ import annotations

import multiprocessing
import os
import sqlite3
import time
from pathlib import Path

import pytest

from verifier.store import memory as module
from verifier.store.memory import Memory, place

IDENTITY = (3, 1, 1, 7, 9)
DIGESTS = {"sha256": "a" * 64}
LONG_AGO = 1


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path / "private" / "digests.sqlite"


def test_a_file_is_remembered_as_long_as_it_is_the_same(base: Path) -> None:
    memory = Memory(base)
    assert memory.get("/a", IDENTITY) is None
    memory.put("/a", IDENTITY, LONG_AGO, DIGESTS)
    assert Memory(base).get("/a", IDENTITY) == DIGESTS
    assert memory.get("/b", IDENTITY) is None
    assert memory.get("/a", (3, 2, 1, 7, 9)) is None


def test_only_its_owner_can_read_or_write_it(base: Path) -> None:
    Memory(base).put("/a", IDENTITY, LONG_AGO, DIGESTS)
    assert base.stat().st_mode & 0o777 == 0o600
    assert base.parent.stat().st_mode & 0o777 == 0o700
    base.parent.chmod(0o777)
    assert Memory(base).get("/a", IDENTITY) is None


def test_a_file_that_changed_just_now_is_not_remembered(base: Path) -> None:
    memory = Memory(base)
    memory.put("/a", IDENTITY, time.time_ns(), DIGESTS)
    assert memory.get("/a", IDENTITY) is None


@pytest.mark.parametrize("damage", [b"no database at all" * 100, b""])
def test_a_damaged_database_is_made_anew(base: Path, damage: bytes) -> None:
    memory = Memory(base)
    memory.put("/a", IDENTITY, LONG_AGO, DIGESTS)
    base.write_bytes(damage)
    assert memory.get("/a", IDENTITY) is None
    memory.put("/a", IDENTITY, LONG_AGO, DIGESTS)
    assert memory.get("/a", IDENTITY) == DIGESTS


def test_a_row_that_was_changed_is_not_believed(base: Path) -> None:
    memory = Memory(base)
    memory.put("/a", IDENTITY, LONG_AGO, DIGESTS)
    with sqlite3.connect(base) as connection:
        connection.execute("UPDATE digests SET digests = replace(digests, 'a', 'b')")
    connection.close()
    assert memory.get("/a", IDENTITY) is None


def test_another_versions_table_is_dropped(base: Path) -> None:
    memory = Memory(base)
    memory.put("/a", IDENTITY, LONG_AGO, DIGESTS)
    with sqlite3.connect(base) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert memory.get("/a", IDENTITY) is None


def test_it_does_not_grow_for_ever(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ROWS", 4)
    memory = Memory(base)
    for number in range(6):
        memory.put(f"/{number}", IDENTITY, LONG_AGO, DIGESTS)
    kept = [number for number in range(6) if memory.get(f"/{number}", IDENTITY)]
    assert kept == [2, 3, 4, 5]


def test_where_it_cannot_be_used_nothing_is_remembered(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    lost = Memory(tmp_path / "file" / "digests.sqlite")
    lost.put("/a", IDENTITY, LONG_AGO, DIGESTS)
    assert lost.get("/a", IDENTITY) is None
    base.mkdir(parents=True)
    held = Memory(base)
    base.parent.chmod(0o700)
    held.put("/a", IDENTITY, LONG_AGO, DIGESTS)
    assert held.get("/a", IDENTITY) is None


def write(base: Path, first: int) -> None:
    memory = Memory(base)
    for number in range(first, first + 20):
        memory.put(f"/{number}", IDENTITY, LONG_AGO, DIGESTS)


def test_many_processes_use_it_at_once(base: Path) -> None:
    processes = [multiprocessing.get_context("spawn").Process(target=write, args=(base, 20 * n)) for n in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(100)
    memory = Memory(base)
    assert [number for number in range(80) if memory.get(f"/{number}", IDENTITY) is None] == []


def test_it_lies_where_the_system_keeps_what_may_be_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert place() == tmp_path / "model-verify" / "digests.sqlite"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("LOCALAPPDATA")
    assert place().parts[-2:] == ("model-verify", "digests.sqlite")
    assert os.environ["HOME"] in str(place())
