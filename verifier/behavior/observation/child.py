"""What runs in the sandbox: loads one file as its framework does, which may run whatever the file wants, and says how.

What a load gives stays here: it is dropped, so that what it does at its end is seen too, and nothing of it is sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from types import MappingProxyType


def answer(request: bytes) -> bytes:
    """Loads; the answer is JSON: for each way of loading, what went wrong, or nothing."""
    told = json.loads(request)
    steps = {name: _complaint(load, told["file"]) for name, load in WAYS[told["loader"]].items()}
    return json.dumps(steps).encode()


def _complaint(load: Callable[[str], object], file: str) -> str:
    try:
        load(file)
    except Exception as error:  # noqa: BLE001 - whatever a model raises is no fault of ours
        return f"{type(error).__name__}: {error}"[:500]
    return ""


def _pickle(file: str) -> None:
    import pickle

    with open(file, "rb") as stream:
        pickle.load(stream)  # noqa: S301 - to see what it does, in the sandbox


def _joblib(file: str) -> None:
    import joblib  # type: ignore[import-untyped]

    joblib.load(file)


def _torch_weights(file: str) -> None:
    import torch

    torch.load(file, map_location="cpu", weights_only=True)


def _torch(file: str) -> None:
    import torch

    torch.load(file, map_location="cpu", weights_only=False)


def _numpy(file: str) -> None:
    import numpy as np

    loaded = np.load(file, allow_pickle=True)
    if isinstance(loaded, np.lib.npyio.NpzFile):
        for name in loaded.files:
            loaded[name]


def _safetensors(file: str) -> None:
    from safetensors.torch import load_file

    load_file(file)


def _onnxruntime(file: str) -> None:
    import onnxruntime

    onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])


WAYS = MappingProxyType(
    {
        "pickle": {"pickle.load": _pickle},
        "joblib": {"joblib.load": _joblib},
        "torch": {"torch.load(weights_only=True)": _torch_weights, "torch.load(weights_only=False)": _torch},
        "numpy": {"numpy.load": _numpy},
        "safetensors": {"safetensors.torch.load_file": _safetensors},
        "onnxruntime": {"onnxruntime.InferenceSession": _onnxruntime},
    }
)
"""Loader to the ways it has, by the names people know, in the order in which they are tried."""
