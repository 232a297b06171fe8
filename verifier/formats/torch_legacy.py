"""What torch.save wrote before torch 1.6: five pickle streams, then the raw bytes of the storages.

The streams are a magic number, a protocol version, facts about the writing machine, the object, and the keys of the
storages in the order in which they follow, each as a count of elements in 8 bytes and the elements
(torch/serialization.py, `_legacy_save` and `_legacy_load`).
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats._context import Context, Member, Probe
from verifier.formats._pickle import RULES as PICKLE_RULES
from verifier.formats._torch import TENSOR_RULES, TRAILING
from verifier.records import Artifact, Coverage, Fact, Finding, Format, Reader

FORMAT = Format("torch-legacy", 1, "PyTorch legacy checkpoint", refines=("pickle",))


RULES: tuple[str, ...] = tuple(sorted({TRAILING, *TENSOR_RULES, *PICKLE_RULES}))


def recognize(probe: Probe) -> bool:
    """A first stream that holds the magic number."""
    if probe.head[:1] not in (b"\x80", b"\x8a", b"L"):
        return False
    from verifier.formats._torch.magic import begins_with_magic

    return begins_with_magic(probe.head)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Fact | Coverage | Member]:
    """Inspects the five streams, proves what follows to be numbers, and hands back what stands behind."""
    from verifier.formats._torch.legacy import inspect_legacy

    return inspect_legacy(artifact, reader, context, FORMAT.how)
