"""Pictures, sounds, videos and PDFs beside a model: no model loader reads them."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import HEAD, Context, Member, Probe, Yield, candidates
from verifier.records import Artifact, Coverage, CoverageState, Format, Reader

_MAGIC = (
    (0, b"\x89PNG\r\n\x1a\n"),
    (0, b"\xff\xd8\xff"),
    (0, b"GIF87a"),
    (0, b"GIF89a"),
    (8, b"WEBP"),
    (8, b"WAVE"),
    (4, b"ftyp"),
    (0, b"\x1aE\xdf\xa3"),
    (0, b"fLaC"),
    (0, b"OggS"),
    (0, b"ID3"),
    *((0, b"\xff" + layer) for layer in (b"\xf2", b"\xf3", b"\xfa", b"\xfb")),
    (0, b"%PDF-"),
)
"""PNG, JPEG, GIF, WebP, WAVE, MPEG-4 and its like, Matroska, FLAC, Ogg, MP3, PDF."""

_READ = 64 << 10
"""Bytes of a file that are read over the network to find its end; of larger ones, once they are downloaded."""

_ENDINGS = (
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".heic", ".pdf"),
    *(".mp4", ".mov", ".webm", ".mkv", ".m4a", ".wav", ".flac", ".ogg", ".opus", ".mp3"),
)

FORMAT = Format("media", 1, "picture, sound, video or document", magic=_MAGIC)
RULES: tuple[str, ...] = ()


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Accepts what is and is named as one of these; published pictures often have the ending of another kind.

    A picture in the place of a model is not understood. What stands behind one in a format that is known is handed
    back; cameras and editors leave bytes of their own there.
    """
    context.budget.spend_steps(1)
    head = reader.read_at(0, 16)
    name = artifact.own_path.lower()
    if name.endswith(_ENDINGS) and any(head[at:].startswith(mark) for at, mark in _MAGIC):
        reason = "a picture, sound, video or document, which no model loader reads"
        far = context.remote and reader.size > _READ
        yield Coverage(artifact.name, CoverageState.DATA, reason, FORMAT.how, unchecked=("media-end",) if far else ())
        if not far:
            yield from _behind(artifact, reader, context)
    else:
        reason = "it begins like a picture, sound, video or document, but is not named as one"
        yield Coverage(artifact.name, CoverageState.UNKNOWN, reason, FORMAT.how)


def _behind(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Member]:
    from verifier.formats._media import end_of
    from verifier.formats._readers import rest

    end = end_of(reader, context.budget)
    end += next((at for at, byte in enumerate(reader.read_at(end, HEAD)) if byte), 0)
    member = rest(artifact, reader, end)
    head = member.reader.read_at(0, HEAD)
    found = candidates(Probe("", member.reader.size, head, member.reader)) if head else ()
    if any(module.FORMAT.id != FORMAT.id for module in found):
        yield member
