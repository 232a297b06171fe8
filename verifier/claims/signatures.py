"""Signatures among a model's files (OpenSSF Model Signing v1.0): who made them, and the digests they promise.

A signature speaks for the files below its own folder, or for the one file beside it whose name begins its own. Each
digest it promises is a claim, which is held against the bytes where all digests are; digests of other kinds than the
pipeline's are computed here.
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.claims import OpenFile, Yield
from verifier.claims._signing import FAMILY, HOW, MAX_BYTES, SCOPE_RULES, SUFFIXES, flaw
from verifier.errors import SourceError
from verifier.records import (
    Artifact,
    Coverage,
    CoverageState,
    Evidence,
    Reader,
    Snapshot,
)
from verifier.records.trust import Trust

RULES = (
    *(flaw.MALFORMED, flaw.AMBIGUOUS, flaw.UNSAFE_PATH, flaw.COVERS_NOTHING, flaw.INVALID, flaw.EXPIRED, flaw.UNFIT),
    flaw.OTHER_SIGNER,
    *SCOPE_RULES,
)

NAMES = ("model.sig",)
"""Files that are a model's signature by their name alone (`model-signing`, option `--signature`)."""

HEAD = 64
"""Bytes that show whether a file may be JSON."""

MAX_TOTAL = 64 << 20
"""Bytes read of all signatures of a model: ten thousand of the usual size."""


def collect(snapshot: Snapshot, open_file: OpenFile, trust: Trust) -> Iterator[Yield]:
    """Yields a claim `signature` a signature, the digests it promises, and what it leaves out."""
    found = dict(trust.bundles)
    given = {*found}
    left = MAX_TOTAL
    for artifact in snapshot.artifacts:
        if not artifact.path.endswith(SUFFIXES):
            continue
        try:
            raw = _read(artifact, open_file(artifact.path), left)
        except SourceError as error:
            reason = f"the signature could not be read: {error}"
            yield Coverage(artifact.name, CoverageState.NOT_FETCHED, reason, HOW)
            continue
        left -= len(raw)
        if left < 0:
            reason = "the model holds more bytes of signatures than are read"
            yield Coverage(artifact.name, CoverageState.LIMIT, reason, HOW)
            break
        if FAMILY in raw or artifact.file_name in NAMES:
            found.setdefault(artifact.path, raw)
    for name in given or found:
        folder = "" if given else name[: name.rfind("/") + 1]
        from verifier.claims._signing.statement import Model, stated

        place = Evidence(Artifact(name, len(found[name])).name, "a signature", HOW)
        yield from stated(found[name], place, Model(snapshot, open_file, folder, frozenset(found), name), trust)


def _read(artifact: Artifact, reader: Reader, most: int) -> bytes:
    """A file that may be a signature: whole, or one byte more than may be read; only its head where it is no JSON."""
    head = reader.read_at(0, HEAD)
    if head.lstrip()[:1] != b"{" and artifact.file_name not in NAMES:
        return head
    return reader.read_at(0, min(most, MAX_BYTES) + 1)
