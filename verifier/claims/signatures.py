"""Signatures among a model's files (OpenSSF Model Signing v1.0): who made them, and the digests they promise.

A signature speaks for the files below its own folder. Each digest it promises is a claim, which is held against the
bytes where all digests are; digests of other kinds than the pipeline's are computed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from verifier.claims import OpenFile, Yield
from verifier.claims._signing import coverage, flaw, hashing
from verifier.claims._signing.bundle import FAMILY
from verifier.claims._signing.document import MAX_BYTES
from verifier.claims._signing.flaw import Flaw
from verifier.claims._signing.manifest import Manifest
from verifier.claims._signing.signature import Signature, read
from verifier.errors import SourceError
from verifier.records import (
    Artifact,
    Claim,
    Coverage,
    CoverageState,
    Evidence,
    Finding,
    Snapshot,
    Standing,
    Value,
    parameters,
)
from verifier.records.trust import Trust

RULES = (
    *(flaw.MALFORMED, flaw.AMBIGUOUS, flaw.UNSAFE_PATH, flaw.COVERS_NOTHING, flaw.INVALID, flaw.EXPIRED, flaw.UNFIT),
    *coverage.RULES,
)

HOW = "signatures/1"

NAMES = ("model.sig",)
"""Files that are a model's signature by their name alone (`model-signing`, option `--signature`)."""

SUFFIXES = (".sig", ".sigstore", ".sigstore.json")
"""Endings of files that are signatures if they hold a Sigstore bundle."""


def collect(snapshot: Snapshot, open_file: OpenFile, trust: Trust) -> Iterator[Yield]:
    """Yields a claim `signature` a signature, the digests it promises, and what it leaves out."""
    found = dict(trust.bundles)
    given = {*found}
    for artifact in snapshot.artifacts:
        if artifact.path.endswith(SUFFIXES):
            try:
                raw = open_file(artifact.path).read_at(0, MAX_BYTES + 1)
            except SourceError as error:
                reason = f"the signature could not be read: {error}"
                yield Coverage(artifact.name, CoverageState.NOT_FETCHED, reason, HOW)
                continue
            if FAMILY in raw or artifact.file_name in NAMES:
                found.setdefault(artifact.path, raw)
    for name in given or found:
        folder = "" if given else name[: name.rfind("/") + 1]
        yield from _signature(name, found[name], Model(snapshot, open_file, folder, frozenset(found)), trust)


@dataclass(frozen=True, slots=True)
class Model:
    """What a signature is held against.

    Args:
        snapshot: the files.
        open_file: opens one.
        folder: what the signature's names are relative to: "" or a path ending in a slash.
        signatures: paths of all signatures, which no signature covers.
    """

    snapshot: Snapshot
    open_file: OpenFile
    folder: str
    signatures: frozenset[str]


def _signature(name: str, raw: bytes, model: Model, trust: Trust) -> Iterator[Yield]:
    place = Evidence(Artifact(name, len(raw)).name, "a signature", HOW)
    try:
        signature = read(raw, model.snapshot.id, trust)
    except Flaw as error:
        yield _claim(place, "unknown signer", Standing.CONTRADICTED, reason=str(error))
        yield Finding(error.rule, (place,), f"The signature {place.artifact} is no good: {error}.")
        return
    standing = Standing.VERIFIED if signature.signer else Standing.UNVERIFIED
    if signature.expired:
        yield Finding(flaw.EXPIRED, (place,), f"The signature {place.artifact} counts no more: {signature.expired}.")
    if not isinstance(signature.covers, Manifest):
        yield _claim(place, signature.who, standing, predicate=signature.covers, **_described(signature))
        return
    scope = coverage.Scope.of(signature.covers, model.snapshot, model.folder, model.signatures)
    yield _claim(place, signature.who, standing, **_described(signature), **_covered(signature.covers, scope))
    for path, parts in scope.covered.items():
        artifact = scope.files[path]
        for part in parts:
            value = (hashing.label(part, parts), part.digest)
            yield Claim("digest", value, signature.who, "signature", artifact.name, standing, place)
        yield from hashing.facts(artifact, parts, model.snapshot, model.open_file)
    yield from scope.findings(place)


def _claim(place: Evidence, who: str, standing: Standing, **values: Value) -> Claim:
    return Claim("signature", parameters(**values), who, "signature", ".", standing, place)


def _described(signature: Signature) -> dict[str, Value]:
    described: dict[str, Value] = {
        "method": signature.method.value,
        "fingerprint": signature.fingerprint,
        "names": signature.names,
        "reason": signature.doubt,
    }
    return described


def _covered(manifest: Manifest, scope: coverage.Scope) -> dict[str, Value]:
    return {
        "covered": len(scope.covered),
        "missing": scope.missing,
        "uncovered": scope.uncovered,
        "ignored": scope.ignored,
        "hidden": scope.hidden,
        "excluded": scope.excluded,
        "root": manifest.root,
        "binding": manifest.binding,
    }
