"""Files of declared data."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save as safetensors

from tests.builders import onnxs
from tests.builders.protobufs import block, number
from verifier.behavior import tensors
from verifier.errors import Malformed


def npy(array: np.ndarray, *, allow_pickle: bool = False) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=allow_pickle)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (onnxs.tensor([2, 2], onnxs.raw(1, 2, 3, 4)), [[1, 2], [3, 4]]),
        (onnxs.tensor([2], block(4, np.array([1, 2], "<f4").tobytes())), [1, 2]),
        (onnxs.tensor([2], block(7, b"\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), dtype=7), [5, -1]),
        (onnxs.tensor([2], number(7, 5) + b"", dtype=7)[:0] + onnxs.shape(3, 4), [3, 4]),
        (block(1, b"\x01\x02") + number(2, 1) + onnxs.raw(1, 2), [[1, 2]]),
        (number(1, 0) + number(2, 1), []),
    ],
)
def test_tensors_of_onnx(content: bytes, expected: list[object]) -> None:
    (array,) = tensors.arrays("input_0.pb", content)
    assert array.tolist() == expected


def test_npy_and_safetensors(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    tensors.save(tmp_path / "kept.npy", array)
    assert np.array_equal(tensors.arrays("a.npy", (tmp_path / "kept.npy").read_bytes())[0], array)
    found = tensors.arrays("a.safetensors", safetensors({"b": array, "a": array[0]}))
    assert [one.shape for one in found] == [(3,), (2, 3)]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.npy", npy(np.array([{}], dtype=object), allow_pickle=True)),
        ("a.npy", npy(np.zeros(4))[:-1]),
        ("a.npy", npy(np.zeros(4)).replace(b"(4,)", b"(1<<62,)"[:4])),
        ("a.safetensors", b"\xff" * 16),
        ("a.pb", onnxs.tensor([3], onnxs.raw(1, 2))),
        ("a.pb", onnxs.tensor([1], onnxs.raw(1), dtype=8)),
        ("a.pb", onnxs.tensor([1], onnxs.raw(1))[:-1]),
        ("a.pb", b"\xff" * 12),
        ("a.pb", b"\x08"),
        ("a.pb", b"\x0b"),
    ],
)
def test_what_is_none_is_refused(path: str, content: bytes) -> None:
    with pytest.raises(Malformed, match="is no file of numbers"):
        tensors.arrays(path, content)


@given(st.sampled_from(["a.npy", "a.pb", "a.safetensors"]), st.binary(max_size=200))
def test_any_bytes_are_numbers_or_refused(path: str, content: bytes) -> None:
    with suppress(Malformed):
        tensors.arrays(path, content)


def test_texts() -> None:
    assert tensors.texts("a.jsonl", b'"one"\n{"text": "two", "id": 2}\n') == ("one", "two")
    for wrong in (b"one", b"{}", b"[1]", b"7", b"\xff"):
        with pytest.raises(Malformed):
            tensors.texts("a.jsonl", wrong)
