"""Programs for devices: ExecuTorch's `.pte` and PyTorch Mobile's flatbuffers, recognized and named, not understood.

Sources: executorch/schema/program.fbs (identifier ET12); torch/csrc/jit/serialization/mobile_bytecode.fbs (PTMF).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.formats._context import Context, Probe
from verifier.records import Artifact, Coverage, CoverageState, Format, Reader

FORMAT = Format("torch-mobile", 1, "ExecuTorch or PyTorch Mobile program", suffixes=(".pte",))

RULES: tuple[str, ...] = ()

_IDENTIFIER = re.compile(rb"ET\d\d|PTMF")
"""File identifiers at byte 4, where flatbuffers have them."""

_TITLES = {b"ET": "an ExecuTorch program", b"PT": "a PyTorch Mobile flatbuffer"}


def recognize(probe: Probe) -> bool:
    """A flatbuffer with one of the identifiers."""
    return _IDENTIFIER.fullmatch(probe.head[4:8]) is not None


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Coverage]:
    """Names the gap: operators, delegated blobs and constants of the program are not looked at."""
    context.budget.spend_steps(1)
    identifier = reader.read_at(4, 4)
    if _IDENTIFIER.fullmatch(identifier):
        reason = f"it is {_TITLES[identifier[:2]]} ({identifier.decode()}), whose operators are not analyzed"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
    else:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no ExecuTorch program", FORMAT.how)
