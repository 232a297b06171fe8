"""Keras configurations and archives, written without Keras; the code in them is inert."""

from __future__ import annotations

import base64
import json

from tests.builders.zips import zip_bytes
from verifier.formats._json import Json

Config = dict[str, Json]

CODE = base64.b64encode(b"\xe3" + bytes(40)).decode()
"""What begins as a marshaled code object does, and is none."""

METADATA = json.dumps({"keras_version": "3.15.1", "date_saved": "2026-11-24@12:00:00"}).encode()


def built(name: str, settings: Json = None, module: str | None = "keras.layers", **more: Json) -> Config:
    """An object as Keras 3 writes it."""
    return {"module": module, "class_name": name, "config": settings or {}, "registered_name": None, **more}


def function(module: str | None, name: Json) -> Config:
    """A function by module and name, as Keras 3 writes it."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": "function"}


def lambda_code() -> Config:
    """A function as bytecode, as Keras 3 writes it."""
    return {"class_name": "__lambda__", "config": {"code": CODE, "defaults": None, "closure": None}}


def sequential(*layers: Json, **more: Json) -> Config:
    """A model of an input, a dense layer and some more."""
    dense = built("Dense", {"name": "d", "units": 2, "activation": "linear"})
    first = built("InputLayer", {"batch_shape": [None, 4], "dtype": "float32", "name": "i"})
    return built("Sequential", {"name": "m", "trainable": True, "layers": [first, dense, *layers]}, "keras", **more)


def keras_zip(config: Json | bytes, *members: tuple[bytes, bytes], weights: bytes = b"\x89HDF\r\n\x1a\n") -> bytes:
    """A `.keras` archive around a configuration, or around text that stands in for one."""
    text = config if isinstance(config, bytes) else json.dumps(config).encode()
    return zip_bytes((b"metadata.json", METADATA), (b"config.json", text), (b"model.weights.h5", weights), *members)
