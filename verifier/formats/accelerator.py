"""Models compiled for an accelerator: programs in machine code, recognized and not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.formats._context import Context
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader

_KINDS: Final = {
    b"ftrt": "an engine of NVIDIA TensorRT",
    b"RKNN": "a model for Rockchip NPUs",
    b"\x01HEF": "a model for Hailo accelerators",
    b"IMOD": "a model for Huawei Ascend",
}
"""First bytes, to what the file is."""

FORMAT = Format(
    "accelerator", 1, "model compiled for an accelerator", tuple((0, magic) for magic in _KINDS), (".engine", ".plan")
)
PROGRAM: Final = "accelerator-program"
RULES: tuple[str, ...] = (PROGRAM,)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Coverage]:
    """Names it."""
    context.budget.spend_steps(1)
    kind = _KINDS.get(reader.read_at(0, 4))
    if kind is None:
        reason = "it is named as an engine of TensorRT, and does not begin as one"
        yield Coverage(artifact.name, CoverageState.UNKNOWN, reason, FORMAT.how)
        return
    message = f"The file is {kind}: machine code that runs as it stands, with plugins it may name."
    yield Finding(PROGRAM, (Evidence(artifact.name, kind, FORMAT.how, 0, 4),), message)
    yield Coverage(artifact.name, CoverageState.PARTIAL, "machine code, not analyzed", FORMAT.how)
