"""Digests a signature promises that the pipeline does not compute: of other hash types, and of parts of files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Protocol

from verifier.claims import OpenFile
from verifier.claims._signing import HOW
from verifier.claims._signing.manifest import Resource
from verifier.records import Artifact, Evidence, Fact, Reader, Snapshot

CHUNK = 1 << 20
"""Bytes read at a time."""


class _Hash(Protocol):
    def update(self, data: bytes, /) -> object: ...

    def hexdigest(self) -> str: ...


def label(part: Resource, parts: Sequence[Resource]) -> str:
    """The algorithm as claims and facts name it: `sha256`, and `sha256[0:300]` for one of several parts of a file."""
    return part.algorithm if len(parts) == 1 else f"{part.algorithm}[{part.start}:{part.end}]"


def facts(artifact: Artifact, parts: Sequence[Resource], snapshot: Snapshot, open_file: OpenFile) -> Iterator[Fact]:
    """Yields a fact `digest` for each part whose digest is not known yet and can be computed.

    Bytes are read only where they lie on this machine. The last part ends where the file does, so that bytes added at
    its end change the digest.
    """
    if not snapshot.local or (len(parts) == 1 and parts[0].algorithm == "sha256"):
        return
    reader = open_file(artifact.path)
    last = max(parts, key=lambda part: part.start)
    for part in parts:
        state = _new(part.algorithm)
        if state is None:
            return
        end = reader.size if part is last or part.end is None else part.end
        _update(state, reader, part.start, end)
        value = state.hexdigest()
        yield Fact("digest", (label(part, parts), value), Evidence(artifact.name, value, HOW))


def _update(state: _Hash, reader: Reader, start: int, end: int) -> None:
    for position in range(start, end, CHUNK):
        state.update(reader.read_at(position, min(CHUNK, end - position)))


def _new(algorithm: str) -> _Hash | None:
    """A state of the hash; None for BLAKE3 where its package is not installed."""
    if algorithm != "blake3":
        return hashlib.new(algorithm)
    try:
        from blake3 import blake3
    except ModuleNotFoundError:
        return None
    state: _Hash = blake3()
    return state
