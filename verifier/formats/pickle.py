"""Bare pickles: one stream, or several in a row, all protocols.

Raw arrays that joblib puts between the opcodes are found here too: often nothing near the beginning tells that a pickle
is joblib's.
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats._context import Context, Member, Probe
from verifier.formats._joblib import RULES
from verifier.records import Artifact, Coverage, Fact, Finding, Format, Reader

__all__ = ["FORMAT", "RULES", "inspect", "recognize"]

FORMAT = Format(
    "pickle",
    1,
    "Python pickle",
    magic=tuple((0, bytes((0x80, protocol))) for protocol in range(2, 6)),
    suffixes=(".pkl", ".pickle", ".p", ".pck", ".dill", ".pt", ".pth", ".ckpt"),
)


def recognize(probe: Probe) -> bool:
    """Whether the bytes begin as a pickle, of any protocol."""
    from verifier.formats._pickle.recognition import tried

    return tried(probe.head, probe.reader).pickle


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Fact | Coverage | Member]:
    """Inspects the streams one after the other, and hands back what stands behind them."""
    from verifier.formats._joblib.streams import inspect_streams

    yield from inspect_streams(artifact, reader, context, FORMAT.how)
