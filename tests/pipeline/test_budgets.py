"""What a verdict before the download costs, counted at the server: requests for a file's bytes, and the bytes sent."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import joblib  # type: ignore[import-untyped]
import numpy as np
import pytest
import torch

from tests.builders import ggufs, hdf5s, onnxs
from tests.builders.hub import Hub
from tests.builders.keras_models import built, keras_zip, sequential
from tests.builders.safetensors import safetensors_bytes, tensor
from tests.builders.tars import Item, tar_bytes
from verifier import verify_model
from verifier.records import Dossier, Fact
from verifier.sources.ranges import BLOCK

SIZE = 40_000
"""Bytes of a tensor."""


TAIL = 22 + (1 << 16) - 1
"""Bytes read of each file's end: an archive may have its directory there (APPNOTE.TXT, section 4.3.16)."""


def safetensors(tensors: int) -> bytes:
    header = {f"layers.{i}.weight": tensor("U8", (SIZE,), (SIZE * i, SIZE * (i + 1))) for i in range(tensors)}
    return safetensors_bytes(header, bytes(SIZE * tensors))


def tensors() -> dict[str, torch.Tensor]:
    return {f"layers.{i}.weight": torch.arange(SIZE // 4, dtype=torch.float32) + i for i in range(120)}


def written(write: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def arrays() -> dict[str, object]:
    return {f"a{i}": np.arange(200_000) for i in range(10)}


def array(size: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return np.arange(size, dtype=np.uint8)


def npz(count: int, size: int) -> bytes:
    return written(lambda to: np.savez(to, *(array(size) for _ in range(count))))


def noise(seed: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(0, 256, LARGE).astype(np.uint8)


def tar() -> bytes:
    return tar_bytes(*(Item(b"%d.npy" % i, written(lambda to: np.save(to, array(LARGE)))) for i in range(FEW)))


def onnx() -> bytes:
    tensors = (onnxs.tensor([LARGE // 4], onnxs.raw(*range(LARGE // 4)), name=f"W{i}") for i in range(FEW))
    return onnxs.model(onnxs.weights(*tensors))


def hdf5() -> bytes:
    file = hdf5s.Builder()
    kernels = {f"kernel{i}": file.object(hdf5s.numbers(file.put(bytes(LARGE)), LARGE // 4)) for i in range(FEW)}
    return file.done(file.object([file.group(**kernels)]))


LARGE = 400_000
FEW = 8
HOPS = (FEW + 2, FEW * BLOCK + 2 * TAIL)
"""Requests and bytes where each tensor is described beside it, and there are few and large ones."""

VOCABULARY = [f"token{i:06d}" for i in range(60_000)]
METADATA = 60_000 * (8 + len("token000000"))
GGUF_TENSORS = [ggufs.tensor(f"blk.{i}.weight", (SIZE // 4,), ggufs.F32, i * SIZE) for i in range(100)]

FILES: dict[str, tuple[str, Callable[[], bytes], int, int]] = {
    # name, contents, requests and bytes at most
    "safetensors": ("model.safetensors", lambda: safetensors(120), 2, BLOCK + TAIL),
    "safetensors with a header of more than 64 KiB": (
        "model.safetensors",
        lambda: safetensors(1100),
        3,
        3 * BLOCK + TAIL,
    ),
    "torch zip": ("pytorch_model.bin", lambda: written(lambda to: torch.save(tensors(), to)), 2, BLOCK + TAIL),
    "legacy torch": (
        "pytorch_model.bin",
        lambda: written(lambda to: torch.save(tensors(), to, _use_new_zipfile_serialization=False)),
        2,
        BLOCK + TAIL,
    ),
    "npy": ("model.npy", lambda: written(lambda to: np.save(to, np.arange(1_000_000))), 2, BLOCK + TAIL),
    "joblib": ("model.joblib", lambda: written(lambda to: joblib.dump(arrays(), to)), 12, 12 * BLOCK),
    "GGUF": (
        "model.gguf",
        lambda: ggufs.gguf_bytes([("tokenizer.ggml.tokens", VOCABULARY)], GGUF_TENSORS, bytes(SIZE * 100)),
        3,
        METADATA + BLOCK + TAIL,
    ),
    "GGUF without vocabulary": (
        "model.gguf",
        lambda: ggufs.gguf_bytes([], GGUF_TENSORS, bytes(SIZE * 100)),
        2,
        BLOCK + TAIL,
    ),
    "npz": ("model.npz", lambda: npz(FEW, LARGE), *HOPS),
    "npz of small arrays": ("model.npz", lambda: npz(120, SIZE), 15, 120 * SIZE),
    "compressed npz": (
        "model.npz",
        lambda: written(lambda to: np.savez_compressed(to, *map(noise, range(FEW)))),
        *HOPS,
    ),
    "tar": ("model.tar", tar, *HOPS),
    "ONNX": ("model.onnx", onnx, *HOPS),
    "HDF5": ("model.h5", hdf5, *HOPS),
    "Keras": (
        "model.keras",
        lambda: keras_zip(sequential(built("Dense", {"units": 3})), weights=hdf5()),
        *HOPS,
    ),
}


def shown(dossier: Dossier) -> set[Fact]:
    """What is seen in the files, beside their digests."""
    return {fact for fact in dossier.facts if fact.kind != "digest"}


@pytest.mark.parametrize("kind", FILES)
def test_reading_stays_within_its_budget(models: Path, hub: Hub, kind: str) -> None:
    name, contents, requests, most = FILES[kind]
    folder = models / "org" / "budget"
    folder.mkdir(parents=True)
    (folder / ".gitattributes").write_text(f"{name} filter=lfs\n")
    (folder / name).write_bytes(contents())
    assert (folder / name).stat().st_size > most
    verdict = verify_model("org/budget")
    asked = hub.seen("*/blobs/*")
    assert verdict.outcome == "accepted"
    assert len(asked) <= requests, [seen.range for seen in asked]
    assert hub.sent("*/blobs/*") <= most
    read = next(record for record in verdict.dossier.reads if record.artifact == name)
    assert read.requests == len(asked) + len(hub.seen(f"*/resolve/*/{name}"))
    assert read.unread
    here = verify_model(str(folder)).dossier
    assert verdict.dossier.findings == here.findings
    assert shown(verdict.dossier) == shown(here)
