"""Plain text: every byte is read and decodes; secrets in it are told, what else it says is for other modules."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Probe, Yield
from verifier.formats._names import code_gap
from verifier.formats._secrets import SECRET
from verifier.formats._text import begins_as_text, is_text
from verifier.records import Artifact, Coverage, CoverageState, Format, Reader

FORMAT = Format("text", 1, "plain text")
RULES: tuple[str, ...] = (SECRET,)


def recognize(probe: Probe) -> bool:
    """UTF-8, or UTF-16 with its mark, without control characters, as far as the first bytes go; nothing is text too."""
    return begins_as_text(probe)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Reads and decodes everything."""
    from verifier.formats._readers import chunks
    from verifier.formats._secrets.search import MAX_BYTES, find_secrets

    head = reader.read_at(0, 4)
    context.budget.spend_steps(1 + reader.size // 1000)
    if not is_text(head, chunks(reader)):
        yield Coverage(
            artifact.name, CoverageState.UNKNOWN, "it begins as text and goes on as something else", FORMAT.how
        )
        return
    yield from find_secrets(artifact, reader.read_at(0, min(reader.size, MAX_BYTES)), FORMAT.how)
    gap = code_gap(artifact.own_path, head)
    state = CoverageState.INSPECTED if gap is None or not reader.size else CoverageState.PARTIAL
    yield Coverage(artifact.name, state, gap or "", FORMAT.how)
