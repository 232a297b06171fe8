"""TensorFlow checkpoints: an index of tensors, and shards beside it that hold nothing but their numbers.

Source: tensorflow/core/protobuf/tensor_bundle.proto and tensorflow/core/util/tensor_bundle of TensorFlow 2.21.
The index is a table; the shards `<prefix>.data-00000-of-00001` are never read.
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Probe, Yield
from verifier.formats._tensorflow import INCONSISTENT, MISSING
from verifier.records import Artifact, Format, Reader

FORMAT = Format("tensor-bundle", 1, "TensorFlow checkpoint", suffixes=(".index",))


RULES: tuple[str, ...] = (INCONSISTENT, MISSING)


def recognize(probe: Probe) -> bool:
    """A table, under the name an index has."""
    if not probe.name.endswith(FORMAT.suffixes):
        return False
    from verifier.formats._tensorflow.table import is_table

    return is_table(probe.reader)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Holds every tensor of the index against the shards beside it."""
    from verifier.formats._tensorflow.bundle import inspect_bundle

    return inspect_bundle(artifact, reader, context, FORMAT.how)
