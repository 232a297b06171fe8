"""A table and named arrays as bytes, both ways: the length of the JSON (8 bytes), the JSON, and safetensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from verifier.errors import NotRun

if TYPE_CHECKING:
    from numpy import ndarray


def packed(head: Mapping[str, object], arrays: Mapping[str, ndarray]) -> bytes:
    """The bytes."""
    import numpy as np
    from safetensors.numpy import save

    text = json.dumps(head).encode()
    return len(text).to_bytes(8) + text + save({name: np.asarray(one, order="C") for name, one in arrays.items()})


def unpacked(content: bytes) -> tuple[dict[str, object], dict[str, ndarray]]:
    """The table and the arrays.

    Raises:
        NotRun: these are no such bytes.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    size = int.from_bytes(content[:8])
    try:
        head = json.loads(content[8 : 8 + size])
        arrays = load(content[8 + size :])
    except (ValueError, RecursionError, KeyError, SafetensorError) as error:
        raise NotRun("its answer is not made of numbers") from error
    if not isinstance(head, dict):
        raise NotRun("its answer says nothing of itself")
    return head, arrays
