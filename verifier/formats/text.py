"""Plain text: every byte is read and decodes; what the text says is for other modules."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from verifier.formats import Context, Probe, Yield
from verifier.formats._names import code_gap
from verifier.formats._readers import chunks
from verifier.records import Artifact, Coverage, CoverageState, Format, Reader

FORMAT = Format("text", 1, "plain text")
RULES: tuple[str, ...] = ()

_BINARY = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b"))
"""Control characters that stand in no text."""


def recognize(probe: Probe) -> bool:
    """UTF-8, or UTF-16 with its mark, without control characters, as far as the first bytes go; nothing is text too."""
    return _decodes(_encoding(probe.head), [probe.head], whole=len(probe.head) == probe.size)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Reads and decodes everything."""
    head = reader.read_at(0, 4)
    context.budget.spend_steps(1 + reader.size // 1000)
    if not _decodes(_encoding(head), chunks(reader), whole=True):
        yield Coverage(
            artifact.name, CoverageState.UNKNOWN, "it begins as text and goes on as something else", FORMAT.how
        )
        return
    gap = code_gap((artifact.members or (artifact.path,))[-1], head)
    state = CoverageState.INSPECTED if gap is None or not reader.size else CoverageState.PARTIAL
    yield Coverage(artifact.name, state, gap or "", FORMAT.how)


def _encoding(head: bytes) -> str:
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"


def _decodes(encoding: str, pieces: Iterator[bytes] | list[bytes], *, whole: bool) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for piece in pieces:
            text = decoder.decode(piece)
            plain = piece if encoding == "utf-8" else text.encode("utf-8", "surrogatepass")
            if len(plain.translate(None, _BINARY)) != len(plain):
                return False
        decoder.decode(b"", whole)
    except UnicodeDecodeError:
        return False
    return True
