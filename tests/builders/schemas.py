"""JSON in which models are described to be built again, written without the packages that read it."""

from __future__ import annotations

import base64
import json

from verifier.formats._json import Json


def settings(**pickles: bytes) -> bytes:
    """The member `data` of a stable-baselines3 archive."""
    plain: dict[str, Json] = {"gamma": 0.99, "verbose": 0, "n_steps": 2048}
    serialized: dict[str, Json] = {
        key: {":type:": "<class 'abc.ABCMeta'>", ":serialized:": base64.b64encode(stream).decode()}
        for key, stream in pickles.items()
    }
    return json.dumps(serialized | plain, indent=4).encode()


def node(loader: str, module: str, name: str, **more: Json) -> dict[str, Json]:
    """A node of a skops schema."""
    return {"__class__": name, "__module__": module, "__loader__": loader, **more}


def schema(root: dict[str, Json]) -> bytes:
    """A skops schema."""
    return json.dumps(root | {"protocol": 2, "_skops_version": "0.11.0"}, indent=2).encode()
