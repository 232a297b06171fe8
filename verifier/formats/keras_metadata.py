"""`keras_metadata.pb`: the layers of a Keras model beside its SavedModel, each described in JSON.

Source: keras/protobuf/saved_metadata.proto of Keras 2.5 to 2.15 (SavedMetadata). Keras builds every layer described.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import Malformed
from verifier.formats import Context, Probe, Yield
from verifier.formats._keras import MALFORMED, RULES
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Format, Reader

__all__ = ["FORMAT", "RULES", "inspect", "recognize"]

FORMAT = Format("keras-metadata", 1, "Keras layers of a SavedModel", suffixes=("keras_metadata.pb",))

_NAME: Final = "keras_metadata.pb"
_MAX_LAYER: Final = 16 << 20
"""Bytes of one layer's description; genuine ones have some kilobytes."""


def recognize(probe: Probe) -> bool:
    """By its name, as Keras finds it."""
    return probe.name == _NAME


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Judges every description, in whatever field it stands."""
    from verifier.formats._keras.config import inspect_text
    from verifier.formats._protobuf.wire import BYTES, Wire

    wire = Wire(reader, context.budget)
    layers = 0
    try:
        for node in wire.fields(0, wire.size):
            if node.wire != BYTES:
                continue
            for part in wire.fields(node.start, node.end):
                if part.wire == BYTES and wire.content(part._replace(end=min(part.end, part.start + 1)), 1) == b"{":
                    layers += 1
                    text = wire.content(part, _MAX_LAYER)
                    yield from inspect_text(artifact, text, FORMAT.how, f"/{node.start}")
    except Malformed as error:
        message = f"The file is no list of Keras layers: {error.message}."
        yield Finding(MALFORMED, (Evidence(artifact.name, message, FORMAT.how, error.offset),), message)
        reason = "it could not be read to its end"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
        return
    yield Fact("layer-count", layers, Evidence(artifact.name, f"{layers} layers", FORMAT.how, 0))
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)
