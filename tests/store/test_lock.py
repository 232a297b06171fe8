from __future__ import annotations

import os
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import UsageError
from verifier.records import Asserter, Stage
from verifier.store import lock
from verifier.store.lock import Lock, LockedFile, LockedGolden, LockedModel

MODEL = LockedModel(
    id="org/name",
    commit="5c" * 20,
    reference="org/name@v1",
    loads=("org/base",),
    policy="default",
    policy_digest="a" * 64,
    verdict_digest="b" * 64,
    stage=Stage.CONFIRMED,
    signers=("ana@example.org",),
    rules=("npy-malformed",),
    claims={"license": 'mi"t\\'},
    files={"model.safetensors": LockedFile("c" * 64, 90), "a/config.json": LockedFile("d" * 64, 2)},
    locked=datetime(2026, 11, 25, 2, 3, 4, tzinfo=UTC),
    tool="0.1.0",
    golden=LockedGolden("golden/name/behavior.yaml", "e" * 64),
)
BASE = replace(MODEL, id="org/base", reference=None, loads=(), signers=(), rules=(), claims={}, golden=None)
LOCK = Lock({"org/name": MODEL, "org/base": BASE})


def with_line(old: str, new: str) -> bytes:
    text = lock.render(LOCK)
    assert old in text
    return text.replace(old, new).encode()


def test_a_lock_reads_as_it_was_written_and_equal_locks_are_equal_bytes() -> None:
    text = lock.render(LOCK)
    assert lock.parse(text.encode(), "x") == LOCK
    assert lock.render(Lock(dict(reversed([*LOCK.models.items()])))) == text
    assert lock.render(lock.parse(text.encode(), "x")) == text


def test_models_and_files_are_sorted_each_file_on_one_line() -> None:
    lines = lock.render(LOCK).splitlines()
    assert lines.index('[models."org/base"]') < lines.index('[models."org/name"]')
    file = '"a/config.json" = { sha256 = "' + "d" * 64 + '", size = 2 }'
    assert lines[lines.index(file) + 1].startswith('"model.safetensors" = ')


def test_a_lock_claims_digests_and_nothing_more() -> None:
    snapshot = MODEL.snapshot()
    assert (snapshot.id, snapshot.commit, snapshot.local) == ("org/name", "5c" * 20, False)
    assert [artifact.path for artifact in snapshot.artifacts] == ["a/config.json", "model.safetensors"]
    assert {digest.by for artifact in snapshot.artifacts for digest in artifact.digests} == {Asserter.LOCK}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version = 1", "version = 2", "is a lock of version 2. Update model-verify"),
        ("version = 1", "", "'version' is missing"),
        ("version = 1", "version = true", "'version' is missing or not"),
        ("revision = 1", 'revision = "x"', "'revision'"),
        ("commit = ", "comit = ", "there is no 'comit'"),
        ("5c5c", "zzzz", "'commit'"),
        ('stage = "confirmed"', 'stage = "seen"', "there is no stage 'seen'"),
        ("2026-11-25T02:03:04Z", '"yesterday"', "'locked'"),
        ('["org/base"]', "[1]", "'loads'"),
        ("a/config.json", "../config.json", "is no path in a repository"),
        ("a/config.json", "a\\\\config.json", "is no path in a repository"),
        ("a/config.json", "/config.json", "is no path in a repository"),
        ("golden/name", "../name", "is no path in a repository"),
        ('path = "golden', 'file = "golden', "'path'"),
        ("eeee", "EEEE", "'sha256'"),
        ("size = 90", "size = -1", "'size'"),
        ("size = 90", "size = 9.0", "'size'"),
        ("c" * 64, "C" * 64, "'sha256'"),
        ('models."org/name"', 'models."../name"', "is not a model"),
        ('models."org/name"]', 'models."org/name".x]', "there is no 'x'"),
        ('models."org/name".files]', 'models."org/name".claims.x]', "'files'"),
        ("[models", "[[models", "not a lock of models"),
        ("revision = 1", f"revision = {'9' * 5000}", "not a lock of models"),
        ("2026-11-25T02:03:04Z", "0001-01-01T00:00:00+23:59", "not a lock of models"),
    ],
)
def test_a_lock_that_is_not_one_is_refused_with_its_flaw(old: str, new: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        lock.parse(with_line(old, new), "models.lock")
    assert said in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff", b"version = 1\nmodels = 1\n", b"version = 1\nmodels.a = 1\n"])
def test_what_is_not_even_a_table_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError, match="not a lock"):
        lock.parse(content, "models.lock")


def test_a_lock_larger_than_any_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "MAX_BYTES", 10)
    with pytest.raises(UsageError, match="larger than 10 bytes"):
        lock.parse(b"version = 1\n", "models.lock")


def test_a_newer_revision_is_read_and_never_overwritten(tmp_path: Path) -> None:
    newer = with_line("revision = 1", "revision = 2").replace(b"stage = ", b'later = "x"\nstage = ')
    path = tmp_path / "models.lock"
    path.write_bytes(newer)
    assert lock.read(path).models == LOCK.models
    with pytest.raises(UsageError, match="additions would be lost"):
        lock.write(path, LOCK)
    assert path.read_bytes() == newer


def test_writing_leaves_a_file_that_says_the_same_alone(tmp_path: Path) -> None:
    path = tmp_path / "models.lock"
    assert lock.read(path) == Lock()
    lock.write(path, LOCK)
    os.utime(path, (1, 1))
    lock.write(path, LOCK)
    assert path.stat().st_mtime == 1
    lock.write(path, Lock())
    assert lock.read(path) == Lock()


def test_what_cannot_be_read_or_written_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(UsageError, match="is not a file"):
            lock.read(path)
    (tmp_path / "models.lock").symlink_to("models.lock")
    with pytest.raises(UsageError, match="cannot be read"):
        lock.read(tmp_path / "models.lock")
    with pytest.raises(UsageError, match="cannot be written"):
        lock.write(tmp_path / "none" / "models.lock", LOCK)


def test_the_nearest_lock_up_to_the_root_of_the_repository_is_meant(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert lock.nearest(inner) == inner / "models.lock"
    (tmp_path / "models.lock").write_text("version = 1\n")
    assert lock.nearest(inner) == inner / "models.lock", "anybody may write above what is no repository"
    (tmp_path / ".git").mkdir()
    assert lock.nearest(inner) == tmp_path / "models.lock"
    (inner.parent / ".git").mkdir()
    assert lock.nearest(inner) == inner / "models.lock"


def test_a_time_without_zone_is_utc() -> None:
    read = lock.parse(with_line("2026-11-25T02:03:04Z", "2026-11-25T02:03:04"), "x")
    assert read.models == LOCK.models


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT, st.dictionaries(TEXT, TEXT), st.lists(TEXT))
def test_any_text_survives(reference: str, claims: dict[str, str], rules: list[str]) -> None:
    model = replace(MODEL, reference=reference, claims=claims, rules=tuple(sorted(rules)))
    assert lock.parse(lock.render(Lock({model.id: model})).encode(), "x").models[model.id] == model


@given(st.binary())
def test_any_bytes_are_a_lock_or_an_error_of_use(content: bytes) -> None:
    try:
        assert isinstance(lock.parse(content, "x"), Lock)
    except UsageError:
        with pytest.raises((tomllib.TOMLDecodeError, UnicodeDecodeError, UsageError, AssertionError)):
            assert tomllib.loads(content.decode()).get("version") == 1
