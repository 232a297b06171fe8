"""Where tensors lie, by every format that tells it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from tests.builders.dossiers import BytesReader
from tests.builders.ggufs import gguf_bytes, model, tensor
from tests.builders.seeds import SEEDS
from tests.builders.torches import archive, torch_zip
from verifier.errors import InspectionError, Malformed
from verifier.formats import Budget, gguf, modules, safetensors
from verifier.formats import torch_zip as torches

PLACING = [module for module in modules() if hasattr(module, "placed")]
ARRAYS: dict[str, np.ndarray] = {"a": np.arange(12, dtype=np.float32).reshape(3, 4), "b": np.ones(5, np.float16)}


def found(place: object, data: bytes) -> dict[str, np.ndarray]:
    kinds = {"F32": "<f4", "F16": "<f2", "I64": "<i8"}
    placed = place.placed(BytesReader(data), Budget())  # type: ignore[attr-defined]
    return {
        one.name: np.frombuffer(data[one.offset : one.offset + one.length], kinds[one.dtype]).reshape(one.shape)
        for one in placed
    }


def same(got: dict[str, np.ndarray], wanted: dict[str, np.ndarray]) -> bool:
    return got.keys() == wanted.keys() and all(np.array_equal(got[name], array) for name, array in wanted.items())


def test_safetensors() -> None:
    assert same(found(safetensors, save(ARRAYS)), ARRAYS)
    with pytest.raises(Malformed, match="cannot be trusted: the tensors end at byte"):
        found(safetensors, save(ARRAYS)[:-1])


def test_gguf() -> None:
    data = gguf_bytes([], [tensor("a", shape=(4, 3))], ARRAYS["a"].tobytes())
    assert same(found(gguf, data), {"a": ARRAYS["a"]})
    with pytest.raises(Malformed, match="big-endian"):
        found(gguf, model(order=">"))


@pytest.mark.parametrize("wrapped", [False, True])
def test_torch(wrapped: bool) -> None:
    import torch

    layers = torch.nn.Sequential(*(torch.nn.Linear(3, 2) for _ in range(40)))
    state = {**layers.state_dict(), "ids": torch.arange(3), "own": torch.nn.Parameter(torch.ones(2)), "step": 7}
    state["turned"] = torch.ones(2, 3).t()
    buffer = io.BytesIO()
    torch.save({"model": state, "epoch": 3} if wrapped else state, buffer)
    arrays = {name: one.detach().numpy() for name, one in state.items() if name not in ("step", "turned")}
    assert same(found(torches, buffer.getvalue()), arrays)


def test_torch_archives_that_hold_no_such_tensors() -> None:
    assert found(torches, torch_zip()) != {}
    with pytest.raises(Malformed, match="it has no data"):
        found(torches, archive({"version": b"3\n"}))
    with pytest.raises(Malformed, match="cannot be read to an end"):
        found(torches, archive({"data.pkl": b"\x80\x02}q\x00X"}))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_the_bytes_tensors_lie_in_the_file(data: st.DataObject) -> None:
    module = data.draw(st.sampled_from(PLACING))
    seed = data.draw(st.sampled_from(sorted(SEEDS.values())))
    start, patch = data.draw(st.integers(0, len(seed))), data.draw(st.binary(max_size=6))
    content = seed[:start] + patch + seed[start + len(patch) :]
    try:
        placed = module.placed(BytesReader(content), Budget())
    except InspectionError:
        return
    assert all(one.offset >= 0 and one.offset + one.length <= len(content) for one in placed)
