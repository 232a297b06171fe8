"""Weights in other files: whether the place is one a model may name, and whether the bytes it names are there.

Sources: onnx/external_data_helper.py of onnx 1.23; CVE-2022-25882, CVE-2024-5187, CVE-2024-27318, CVE-2025-51480 and
CVE-2026-34445, which all came of believing what a model says of its files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, normpath
from typing import Final
from urllib.parse import unquote

from verifier.formats._context import Context
from verifier.formats._names import unsafe_name
from verifier.formats._neighbors import coverage_beside
from verifier.formats._onnx.tensors import Tensor, checked_offset
from verifier.records import Artifact, Coverage, visible

KEYS: Final = frozenset({"location", "offset", "length", "checksum", "basepath"})
"""What onnx takes; ONNX Runtime adds keys that begin with _PREPACKED."""

_PREPACKED: Final = "prepacked_"
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_MEMORY: Final = "_ORT_MEM_ADDR_"
"""Part of a location that ONNX Runtime takes for an address in its own memory."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a place.

    Args:
        kind: `unsafe`, `mismatch` or `missing`.
        message: what, as the end of a sentence about the tensor.
        offset: of the tensor in the model.
    """

    kind: str
    message: str
    offset: int


def unsafe_location(location: str) -> str | None:
    """Why a location could lead out of the model's folder; None where it could not."""
    for name in dict.fromkeys((location, unquote(location))):
        if why := unsafe_name(name):
            return why.removeprefix("its name ")
    tests = {
        "names no file": not location.strip("./"),
        "is a URL": _SCHEME.match(location),
        "names somebody's home folder": location.startswith("~"),
        "is an address in memory": _MEMORY in location,
        "holds characters that no writer puts there": "\\" in location or not location.isprintable(),
    }
    return next((why for why, holds in tests.items() if holds), None)


def strange_keys(tensor: Tensor) -> list[str]:
    """Keys that no writer writes; loaders have set attributes of their own objects by them (CVE-2026-34445)."""
    return sorted(key for key in tensor.external if key not in KEYS and not key.startswith(_PREPACKED))


class Beside:
    """The files beside a model that its tensors name.

    Args:
        artifact: the model.
        context: its surroundings.
        how: as coverage names the module.
    """

    def __init__(self, artifact: Artifact, context: Context, how: str) -> None:
        self._artifact = artifact
        self._context = context
        self._how = how
        self._spans: dict[str, list[tuple[int, int]]] = {}

    def place(self, tensor: Tensor) -> Wrong | None:
        """Notes the bytes of a tensor, or says what is wrong with the place it names."""
        location = tensor.external.get("location", "")
        shown = visible(location, 80)
        if why := unsafe_location(location):
            return Wrong("unsafe", f"stands in the file {shown!r}, which {why}", tensor.start)
        if not tensor.is_external:
            return None
        own = self._artifact.own_path
        path = normpath(f"{dirname(own)}/{location}".lstrip("/"))
        size = self._context.siblings.get(path)
        if size is None:
            return Wrong("missing", f"stands in the file {shown!r}, which is not there", tensor.start)
        offset = checked_offset(tensor.external.get("offset", "0"))
        length = checked_offset(tensor.external.get("length", str(tensor.bytes_needed)))
        if offset is None or length is None or offset + length > size:
            return Wrong("mismatch", f"stands behind the end of the file {shown!r}, or nowhere in it", tensor.start)
        if length != tensor.bytes_needed:
            return Wrong("mismatch", f"needs {tensor.bytes_needed} bytes and names {length} of {shown!r}", tensor.start)
        self._spans.setdefault(path, []).append((offset, offset + length))
        return None

    def coverage(self) -> Iterator[Coverage]:
        """Which bytes of those files are weights, and what is between them."""
        for path, spans in sorted(self._spans.items()):
            yield from coverage_beside(self._artifact, self._context, path, spans, self._how, unchecked="onnx-padding")
