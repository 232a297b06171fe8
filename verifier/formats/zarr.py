"""Zarr arrays, as orbax and others store checkpoints: codecs are judged, chunks are numbers unless one runs code."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats._context import Context, Probe
from verifier.formats._zarr import RULES
from verifier.records import Artifact, Coverage, Finding, Format, Reader

__all__ = ["FORMAT", "RULES", "inspect", "recognize"]

FORMAT = Format("zarr", 1, "metadata of Zarr arrays", refines=("text",))

_NAMES = (".zarray", ".zmetadata", "zarr.json")


def recognize(probe: Probe) -> bool:
    """JSON under one of the three names that metadata have."""
    return probe.name in _NAMES and probe.head.lstrip()[:1] == b"{"


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Coverage]:
    """Judges the codecs of every array, and accounts for the chunks beside the file."""
    from verifier.formats._zarr.inspection import inspect_metadata

    yield from inspect_metadata(artifact, reader, context, FORMAT.how)
