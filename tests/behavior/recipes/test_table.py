"""Labelled data on this machine: what is read, and what is refused in one sentence."""

from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verifier.behavior.recipes import Table, _table, load
from verifier.errors import UsageError


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def npz(**arrays: object) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


def test_the_three_kinds_say_the_same(tmp_path: Path) -> None:
    texts = '\ufefftext,label\n"a, b",1\nc,0\n'
    lines = '{"text": "a, b", "label": 1}\n\n{"text": "c", "label": 0}\n'
    for name, content in (("x.csv", texts), ("x.jsonl", lines), ("x.npz", npz(text=["a, b", "c"], label=[1, 0]))):
        table = load(written(tmp_path, name, content))
        assert table.n == 2
        assert table.texts("text") == ["a, b", "c"]
        assert table.numbers("label") == [1.0, 0.0]
        assert table.sha256 == sha256((tmp_path / name).read_bytes()).hexdigest()


def test_features_are_an_array_or_the_other_columns(tmp_path: Path) -> None:
    table = load(written(tmp_path, "x.csv", "a,b,y\n1,2,0\n3,4,1\n"))
    assert table.features("x", "y").tolist() == [[1, 2], [3, 4]]
    images = np.arange(8, dtype=np.uint8).reshape(2, 1, 2, 2)
    table = load(written(tmp_path, "x.npz", npz(x=images, y=[0, 1])))
    assert table.features("x", "y").shape == (2, 1, 2, 2)
    assert table.features("x", "y").dtype == np.float32


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("x.pkl", "", "x.pkl is no data that is read here"),
        ("x.csv", "", "x.csv cannot be read"),
        ("x.csv", "a,b\n1\n", "row 2 has another number of fields"),
        ("x.csv", "a\n", "does not hold columns of one length"),
        ("x.csv", b"\xff", "x.csv cannot be read"),
        ("x.jsonl", "", "its lines are not objects with the same keys"),
        ("x.jsonl", "[1]", "its lines are not objects with the same keys"),
        ("x.jsonl", '{"a": 1}\n{"b": 1}', "its lines are not objects with the same keys"),
        ("x.jsonl", "[" * 100_000, "x.jsonl cannot be read"),
        ("x.npz", "PK", "it is no archive of arrays"),
        ("x.npz", npz(x=[1, 2], y=[1]), "does not hold columns of one length"),
    ],
)
def test_what_is_no_data_is_refused(tmp_path: Path, name: str, content: str | bytes, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        load(written(tmp_path, name, content))


def test_a_pickle_in_an_array_is_never_loaded(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: Object arrays cannot be loaded"):
        load(written(tmp_path, "x.npz", npz(x=np.array([{}], dtype=object))))


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_table, "MAX_BYTES", 1000)
    stream = io.BytesIO()
    np.savez_compressed(stream, x=np.zeros(10_000))
    with pytest.raises(UsageError, match="it unpacks to more than 1000 bytes"):
        load(written(tmp_path, "x.npz", stream.getvalue()))
    with pytest.raises(UsageError, match="more than 1000 bytes"):
        load(written(tmp_path, "x.csv", "a\n" * 1000))


def test_columns_that_are_not_there_or_no_numbers(tmp_path: Path) -> None:
    table = load(written(tmp_path, "x.csv", "a,b\nx,1\n"))
    with pytest.raises(UsageError, match=r"x.csv has no column 'c'. It has a, b."):
        table.column("c")
    with pytest.raises(UsageError, match=r"Column 'a' of x.csv is not made of numbers"):
        table.numbers("a")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(["x.csv", "x.jsonl", "x.npz"]), st.binary(max_size=60))
def test_any_bytes_are_a_table_or_refused(tmp_path: Path, name: str, content: bytes) -> None:
    try:
        table = load(written(tmp_path, name, content))
    except UsageError:
        return
    assert isinstance(table, Table)
