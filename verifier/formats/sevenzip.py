"""7z archives: recognized, not unpacked. Torch files packed so have slipped by scanners that knew only zip."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Yield
from verifier.records import Artifact, Coverage, CoverageState, Format, Reader

FORMAT = Format("7z", 1, "7z archive", magic=((0, b"7z\xbc\xaf\x27\x1c"),))
RULES: tuple[str, ...] = ()


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Says that what is inside was not inspected."""
    context.budget.spend_steps(1)
    reason = f"a 7z archive of {reader.size} bytes, which is not unpacked here; unpack it, and verify the folder"
    yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
