"""Distributed checkpoints of torch: `.distcp` files, torch.save's archives one behind the other, and `.metadata`.

`.metadata` is a pickle, inspected as such by `pickle`, that says which file and bytes each item is loaded from
(torch/distributed/checkpoint/filesystem.py). Here those places are held against the files.
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats._context import Context, Member, Probe
from verifier.formats._torch import REFERENCE
from verifier.records import Artifact, Coverage, Finding, Format, Reader

FORMAT = Format(
    "torch-distributed",
    1,
    "PyTorch distributed checkpoint",
    suffixes=(".distcp", ".metadata"),
    refines=("torch-zip", "zip"),
)


RULES: tuple[str, ...] = (REFERENCE,)


def recognize(probe: Probe) -> bool:
    """Archives under a name that promises several; `.metadata` is recognized as the pickle it is."""
    return probe.name.endswith(".distcp") and probe.head.startswith(b"PK\x03\x04")


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Coverage | Member]:
    """Hands back the archives of a `.distcp`, or checks the places a `.metadata` names."""
    from verifier.formats._torch.distributed import inspect_checkpoint

    return inspect_checkpoint(artifact, reader, context, FORMAT.how)
