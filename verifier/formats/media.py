"""Pictures, sounds, videos and PDFs beside a model: no model loader reads them."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Yield
from verifier.records import Artifact, Coverage, CoverageState, Format, Reader

_KINDS: tuple[tuple[int, bytes, tuple[str, ...]], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", (".png",)),
    (0, b"\xff\xd8\xff", (".jpg", ".jpeg")),
    (0, b"GIF87a", (".gif",)),
    (0, b"GIF89a", (".gif",)),
    (8, b"WEBP", (".webp",)),
    (8, b"WAVE", (".wav",)),
    (4, b"ftyp", (".mp4", ".m4a", ".mov", ".avif", ".heic")),
    (0, b"\x1aE\xdf\xa3", (".webm", ".mkv")),
    (0, b"fLaC", (".flac",)),
    (0, b"OggS", (".ogg", ".opus")),
    (0, b"ID3", (".mp3",)),
    (0, b"\xff\xfb", (".mp3",)),
    (0, b"%PDF-", (".pdf",)),
)
"""Offset and bytes that tell a kind, and the endings such files have."""

FORMAT = Format("media", 1, "picture, sound, video or document", magic=tuple((at, mark) for at, mark, _ in _KINDS))
RULES: tuple[str, ...] = ()


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Accepts what is named as what it is; a picture in the place of a model is not understood."""
    context.budget.spend_steps(1)
    head = reader.read_at(0, 16)
    endings = tuple(end for at, mark, ends in _KINDS for end in ends if head[at:].startswith(mark))
    name = (artifact.members or (artifact.path,))[-1].lower()
    if name.endswith(endings):
        reason = "a picture, sound, video or document, which no model loader reads"
        yield Coverage(artifact.name, CoverageState.DATA, reason, FORMAT.how)
    else:
        reason = "it begins like a picture, sound, video or document, but is not named as one"
        yield Coverage(artifact.name, CoverageState.UNKNOWN, reason, FORMAT.how)
