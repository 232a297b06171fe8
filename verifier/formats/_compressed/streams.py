"""Files that are one compressed stream, or several in a row: what is inside is handed back to be recognized."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Member, Yield
from verifier.formats._codecs import BROKEN, Codec
from verifier.formats._compressed import BROKEN_STREAM, TRAILING
from verifier.formats._decoded import Decoded
from verifier.formats._readers import chunks
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Reader

_ENDINGS = {
    ".tgz": ".tar",
    ".tbz2": ".tar",
    ".txz": ".tar",
    ".gz": "",
    ".bz2": "",
    ".xz": "",
    ".lz4": "",
    ".lzma": "",
    ".z": "",
    ".zst": "",
}


def unwrap(artifact: Artifact, reader: Reader, context: Context, codec: Codec, how: str) -> Iterator[Yield]:
    """Decodes everything and hands back what was inside.

    Several streams behind each other are one content, as their programs read them; zeros behind the last are padding.

    Raises:
        BudgetExceeded: it decompresses to too much.
    """
    stream = Decoded(reader, codec, context.budget)
    produced, used = stream.finish()
    yield Member(artifact.member(inner_name(artifact), produced), stream)
    if stream.failure is not None:
        evidence = Evidence(artifact.name, stream.failure, how, used)
        yield Finding(BROKEN_STREAM, (evidence,), f"After {produced} bytes of content, {stream.failure}.")
        yield Coverage(artifact.name, CoverageState.PARTIAL, stream.failure, how)
        return
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", how)
    if any(any(piece) for piece in chunks(reader, used)):
        message = f"{reader.size - used} bytes follow the {codec.name} stream and belong to nothing."
        yield Finding(TRAILING, (Evidence(artifact.name, message, how, used),), message)
        reason = "bytes behind the compressed stream"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how, used, reader.size - used)


def inner_name(artifact: Artifact) -> str:
    """The file's name without the ending that says how it is compressed."""
    name = artifact.file_name
    for ending, plain in _ENDINGS.items():
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)] + plain
    return name


def decodes(head: bytes, size: int, codec: Codec) -> bool:
    """Whether the first bytes of a file of that size decode; for codecs whose streams have no telling magic."""
    decoder = codec.start()
    try:
        decoder.decompress(head, 1 << 16)
    except BROKEN:
        return False
    return decoder.eof or size > len(head) or not decoder.needs_input
