"""RAR archives: recognized, not unpacked; their compression is not published."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Yield
from verifier.records import Artifact, Coverage, CoverageState, Format, Reader

FORMAT = Format("rar", 1, "RAR archive", magic=((0, b"Rar!\x1a\x07\x00"), (0, b"Rar!\x1a\x07\x01\x00")))
RULES: tuple[str, ...] = ()


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Says that what is inside was not inspected."""
    context.budget.spend_steps(1)
    reason = f"a RAR archive of {reader.size} bytes, which is not unpacked here; unpack it, and verify the folder"
    yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
