"""Git LFS pointers: a few lines of text where the file itself should be."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Yield
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader

MAGIC = (b"version https://git-lfs", b"version https://hawser.github.com", b"version http://git-media.io")
"""Beginnings of pointers; git-lfs still replaces those with the names it once had."""

FORMAT = Format("lfs", 1, "Git LFS pointer", magic=tuple((0, magic) for magic in MAGIC), refines=("text",))
POINTER = "lfs-pointer"
RULES: tuple[str, ...] = (POINTER,)

MAX_POINTER = 1024
"""Bytes a pointer may have (git-lfs specification)."""


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Names the file that is missing."""
    if reader.size >= MAX_POINTER:
        yield Coverage(
            artifact.name, CoverageState.PARTIAL, "it begins as a Git LFS pointer but is too long", FORMAT.how
        )
        return
    context.budget.spend_steps(1)
    lines = reader.read_at(0, MAX_POINTER).decode("utf-8", "replace").splitlines()
    oid = next((line for line in lines if line.startswith("oid ")), "no oid")
    message = "This is a Git LFS pointer; the file it stands for was not fetched and cannot be inspected."
    yield Finding(POINTER, (Evidence(artifact.name, oid, FORMAT.how, 0, reader.size),), message)
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)
