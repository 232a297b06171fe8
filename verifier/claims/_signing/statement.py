"""From a signature to what it claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from verifier.claims import OpenFile, Yield
from verifier.claims._signing import attested, coverage, flaw, hashing
from verifier.claims._signing.attestation import Attestation
from verifier.claims._signing.flaw import Flaw
from verifier.claims._signing.manifest import Manifest
from verifier.claims._signing.signature import Signature, read
from verifier.records import Claim, Evidence, Finding, Snapshot, Standing, Value, parameters
from verifier.records.trust import Trust


@dataclass(frozen=True, slots=True)
class Model:
    """What a signature is held against.

    Args:
        snapshot: the files.
        open_file: opens one.
        folder: what the signature's names are relative to: "" or a path ending in a slash.
        signatures: paths of all signatures, which no signature covers.
        name: the signature's own path.
    """

    snapshot: Snapshot
    open_file: OpenFile
    folder: str
    signatures: frozenset[str]
    name: str


def stated(raw: bytes, place: Evidence, model: Model, trust: Trust) -> Iterator[Yield]:
    """The claims a signature makes, and what is wrong with it.

    Args:
        raw: the signature.
        place: where it stands.
        model: what it speaks for.
        trust: what it is judged by.
    """
    try:
        signature = read(raw, model.snapshot.id, trust, model.name)
    except Flaw as error:
        yield _claim(place, "unknown signer", Standing.CONTRADICTED, reason=str(error))
        yield Finding(error.rule, (place,), f"The signature {place.artifact} is no good: {error}.")
        return
    signature, standing = signature.weighed(trust)
    if isinstance(signature.covers, Attestation):
        yield from attested.claims(signature, standing, place, model.snapshot, model.folder)
        return
    if signature.expired:
        yield Finding(flaw.EXPIRED, (place,), f"The signature {place.artifact} counts no more: {signature.expired}.")
    meant = [one.name for one in trust.signers if one.models != ("*",) and one.names(model.snapshot.id)]
    if meant and not signature.signers:
        message = f"The signature {place.artifact} is by {signature.who}, and not by {' or '.join(meant)}."
        yield Finding(flaw.OTHER_SIGNER, (place,), message)
    scope = coverage.Scope.of(signature.covers, model.snapshot, model.folder, model.signatures)
    yield _claim(place, signature.who, standing, **_described(signature), **_covered(signature.covers, scope))
    for path, parts in scope.covered.items():
        artifact = scope.files[path]
        for part in parts:
            value = (hashing.label(part, parts), part.digest)
            yield Claim("digest", value, signature.who, "signature", artifact.name, standing, place)
        yield from hashing.facts(artifact, parts, model.snapshot, model.open_file)
    if not signature.covers.lone or scope.missing:
        yield from scope.findings(place)


def _claim(place: Evidence, who: str, standing: Standing, **values: Value) -> Claim:
    return Claim("signature", parameters(**values), who, "signature", ".", standing, place)


def _described(signature: Signature) -> dict[str, Value]:
    described: dict[str, Value] = {
        "method": signature.method.value if signature.method else "",
        "fingerprint": signature.fingerprint,
        "chain": signature.chain,
        "names": signature.names,
        "reason": signature.doubt,
        "signers": tuple(signer.mark for signer in signature.signers),
    }
    return described


def _covered(manifest: Manifest, scope: coverage.Scope) -> dict[str, Value]:
    return {
        "covered": len(scope.covered),
        "missing": scope.missing,
        "uncovered": scope.uncovered,
        "content": scope.content,
        "ignored": scope.ignored,
        "hidden": scope.hidden,
        "excluded": scope.excluded,
        "root": manifest.root,
        "binding": manifest.binding,
    }
