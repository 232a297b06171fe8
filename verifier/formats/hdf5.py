"""HDF5: weights of Keras and others as datasets, the configuration of a Keras model as an attribute.

The structure is walked from the root, elements of datasets are proven to lie within the file and never read, and the
configuration that Keras builds models from is judged (keras 3 `src/legacy/saving/legacy_h5_format.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.formats import Context, Probe, Yield
from verifier.formats._hdf5 import EXTERNAL, MALFORMED, TRAILING
from verifier.formats._hdf5.signature import SIGNATURE, find_signature
from verifier.formats._keras import RULES as KERAS_RULES
from verifier.records import Artifact, Format, Reader

FORMAT = Format("hdf5", 1, "HDF5", magic=((0, SIGNATURE),), suffixes=(".h5", ".hdf5"))


RULES: tuple[str, ...] = tuple(sorted({EXTERNAL, MALFORMED, TRAILING, *KERAS_RULES}))

_NEAR: Final = 32 << 10
"""Offset up to which recognition looks for a superblock behind a user block."""


def recognize(probe: Probe) -> bool:
    """A superblock at the start, or behind a user block of up to 32 KiB."""
    return find_signature(probe.reader, _NEAR) is not None


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Walks the file, judges the configurations in it, and accounts for every byte."""
    from verifier.formats._hdf5.inspection import inspect_file

    return inspect_file(artifact, reader, context, FORMAT.how)
