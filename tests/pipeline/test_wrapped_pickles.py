"""Pickles are found in whatever frameworks wrap them in, and are seen for what they would do."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import joblib  # type: ignore[import-untyped]
import numpy
import pytest
import torch

from tests.builders.archives import RAR, SEVENZIP
from tests.builders.joblibs import array, dumped
from tests.builders.lz4s import stored
from tests.builders.numpys import npy, npz, object_npy
from tests.builders.opcodes import call, pickled
from tests.builders.pipelines import gaps, rules, symbols, whole
from tests.builders.schemas import node, schema, settings
from tests.builders.zips import zip_bytes
from verifier.records import Coverage

EVIL = pickled(call("os", "system", "echo inert"))
ABOUT_SYMBOLS = {"pickle-unknown-symbol", "pickle-unlisted-symbol", "pickle-unsafe-call", "pickle-unsafe-state"}
"""Whether symbols are reviewed is not asked here."""


class Payload:
    """Would run a command; the command is inert."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        import os

        return os.system, ("echo inert",)


def torch_bytes(item: object) -> bytes:
    out = io.BytesIO()
    torch.save(item, out)
    return out.getvalue()


def tar_bytes(mode: str, **members: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            entry = tarfile.TarInfo(name.replace("__", "."))
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def commands(data: bytes, path: str) -> set[str]:
    """Artifacts that would run a command."""
    return {artifact for artifact, what in symbols(whole(data, path)) if what in ("os.system", "posix.system")}


COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    "zlib": zlib.compress,
    "lz4": stored,
    "zip": lambda data: zip_bytes((b"model.pkl", data)),
    "tar": lambda data: tar_bytes("w", model__pkl=data),
    "tar.gz": lambda data: tar_bytes("w:gz", model__pkl=data),
}


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "model", "weights.npz", "readme.md"])
@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_compressed_pickles_are_found_by_content(compress: Callable[[bytes], bytes], name: str) -> None:
    """As pandas and joblib write them, under any name."""
    assert len(commands(compress(EVIL), name)) == 1


def test_wrappings_may_be_nested() -> None:
    records = whole(zip_bytes((b"a", gzip.compress(tar_bytes("w", b=lzma.compress(zlib.compress(EVIL)))))), "x")
    assert ("x!a!a!b!b!b", "os.system") in symbols(records)
    assert gaps(records) == []


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_a_joblib_file_inside_a_compressed_one_is_known_as_one(compress: Callable[[bytes], bytes]) -> None:
    out = io.BytesIO()
    joblib.dump([numpy.arange(100.0)], out)
    records = whole(compress(out.getvalue()), "model")
    assert gaps(records) == []
    assert any(c.how == "joblib/1" for c in records if isinstance(c, Coverage))


def test_arrays_in_archives_are_read_by_content() -> None:
    assert gaps(whole(npz(a=npy(), b=npy("'<i8'", "(3,)")), "arrays.npz")) == []
    assert commands(npz(a=npy(), b=object_npy()), "arrays.npz") == {"arrays.npz!b.npy"}
    assert commands(EVIL, "arrays.npz") == {"arrays.npz"}
    assert commands(bz2.compress(dumped(array(bytes(8), (1,)), call("os", "system", "echo inert"))), "arrays.npz") == {
        "arrays.npz!arrays.npz"
    }
    assert commands(zip_bytes((b"a.npy", EVIL)), "arrays.npz") == {"arrays.npz!a.npy"}


@pytest.mark.parametrize("save", [numpy.savez, numpy.savez_compressed])
def test_archives_of_numpy_are_quiet(save: Callable[..., None]) -> None:
    out = io.BytesIO()
    save(out, a=numpy.arange(10.0), b=numpy.array(["a", None], dtype=object), c=numpy.zeros((0, 3), "M8[s]"))
    records = whole(out.getvalue(), "arrays.npz")
    assert gaps(records) == []
    assert rules(records) <= ABOUT_SYMBOLS


def test_lightning_checkpoints_show_their_hyper_parameters() -> None:
    checkpoint: dict[str, Any] = {"state_dict": {"weight": torch.ones(2)}, "hyper_parameters": {"encoder": Payload()}}
    assert len(commands(torch_bytes(checkpoint), "epoch=1.ckpt")) == 1


@pytest.mark.parametrize("protocol", [2, 4])
def test_paddle_parameters_are_pickles(protocol: int) -> None:
    weights = ("linear_0.w_0", numpy.ones((2, 2), "f4"))
    parameters: dict[str, Any] = {"fc.weight": weights, "StructuredToParameterName@@": {"fc.weight": "linear_0.w_0"}}
    records = whole(pickle.dumps(parameters, protocol), "model.pdparams")
    assert gaps(records) == []
    assert rules(records) <= ABOUT_SYMBOLS
    assert commands(pickle.dumps(parameters | {"x": Payload()}, protocol), "model.pdparams") == {"model.pdparams"}


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_nemo_archives_are_looked_into(mode: str) -> None:
    config, tokenizer = b"target: nemo.collections.asr.models.EncDecCTCModel\n", b"a line\n" * 20_000
    good, evil = torch_bytes({"weight": torch.ones(2)}), torch_bytes({"weight": Payload()})
    members = {"model_config__yaml": config, "model_weights__ckpt": good, "tokenizer__txt": tokenizer}
    clean = whole(tar_bytes(mode, **members), "model.nemo")
    assert (rules(clean), gaps(clean)) == (set(), [])
    last = whole(tar_bytes(mode, model_weights__ckpt=good), "model.nemo")
    assert (rules(last), gaps(last)) == (set(), [])
    (place,) = commands(tar_bytes(mode, **members | {"model_weights__ckpt": evil}), "model.nemo")
    assert "model_weights.ckpt!" in place


def test_stable_baselines3_archives_are_looked_into() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("data", settings(policy_class=EVIL, clip_range=pickled(b"N")))
        archive.writestr("policy.pth", torch_bytes({"weight": torch.ones(2)}))
        archive.writestr("_stable_baselines3_version", "2.3.2")
    records = whole(out.getvalue(), "ppo.zip")
    assert ("ppo.zip!data!policy_class.pkl", "os.system") in symbols(records)
    assert gaps(records) == []


def test_skops_archives_are_looked_into() -> None:
    root = node("ListNode", "builtins", "list", content=[node("NdArrayNode", "numpy", "ndarray", file="1.npy")])
    clean = whole(zip_bytes((b"1.npy", npy()), (b"schema.json", schema(root))), "model.skops")
    assert (rules(clean), gaps(clean)) == (set(), [])
    evil = zip_bytes((b"1.npy", object_npy()), (b"schema.json", schema(node("FunctionNode", "os", "system"))))
    assert commands(evil, "model.skops") == {"model.skops!1.npy", "model.skops!schema.json"}


@pytest.mark.parametrize("packed", [SEVENZIP, RAR])
@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pkl", "model.zip"])
def test_archives_that_are_not_unpacked_are_gaps(packed: bytes, name: str) -> None:
    assert set(gaps(whole(packed, name))) == {name}
    assert gaps(whole(zip_bytes((b"inner", packed)), name)) == [f"{name}!inner"]
