"""One signature judged: is it what it says, who made it, is that somebody trusted, and what does it cover."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from verifier.claims._signing import bundle, certificate, keyless, keys, manifest, signers, timestamp
from verifier.claims._signing.attestation import Attestation
from verifier.claims._signing.bundle import Bundle, Envelope
from verifier.claims._signing.certificate import Chain
from verifier.claims._signing.document import parse
from verifier.claims._signing.flaw import AMBIGUOUS, MALFORMED, Flaw
from verifier.claims._signing.manifest import Manifest
from verifier.records import Standing
from verifier.records.trust import Method, Signer, Trust


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that is what its specification says.

    Args:
        method: how it was made; None where nobody signed it.
        covers: the model's files, or what it attests.
        fingerprint: SHA-256, hex, of the key's PEM text or of the leaf certificate's DER.
        names: what the leaf certificate calls its holder.
        signers: entries of those trusted whom it is by.
        doubt: why nobody trusted stands behind it, as a clause; "" where somebody does.
        expired: which certificate is not valid when it is judged, as a clause, or "".
        chain: fingerprints of the certificates above the leaf that came with it.
    """

    method: Method | None
    covers: Manifest | Attestation
    fingerprint: str
    names: tuple[str, ...]
    signers: tuple[Signer, ...]
    doubt: str
    expired: str = ""
    chain: tuple[str, ...] = ()

    @property
    def digests(self) -> frozenset[str]:
        """What it can be revoked by."""
        covers = {self.covers.root, self.covers.binding} if isinstance(self.covers, Manifest) else set()
        return frozenset({self.fingerprint, *self.chain, *covers})

    def weighed(self, trust: Trust) -> tuple[Signature, Standing]:
        """It with its standing, once what is revoked is taken away."""
        if self.digests.intersection(trust.revoked):
            return replace(self, signers=(), doubt="it is revoked"), Standing.CONTRADICTED
        return self, Standing.VERIFIED if self.signers else Standing.UNVERIFIED

    @property
    def who(self) -> str:
        """Whoever made it, as a claimant is named."""
        if self.signers:
            return f"signer {self.signers[0].name}"
        return f"unknown signer {self.names[0] if self.names else self.fingerprint[:16]}".rstrip()


def read(raw: bytes, model: str, trust: Trust, name: str = "") -> Signature:
    """Judges a signature.

    Args:
        raw: the bundle.
        model: the snapshot's id, which signers may be limited by.
        trust: whom to trust, and the time.
        name: see `bundle.read`.

    Raises:
        Flaw: it is not what its specification says, or was not made by the key it names.
    """
    given = bundle.read(raw, name)
    if given.method is Method.KEY:
        judged = _by_key(given, model, trust)
    elif given.method is Method.CERTIFICATE:
        judged = _by_certificate(given, model, trust)
    else:
        judged = _keyless(raw, given, model, trust)
    if isinstance(judged.covers, Manifest) and not (given.current or judged.covers.lone):
        raise Flaw(MALFORMED, f"the bundle's mediaType is not {bundle.MEDIA_TYPE}, as signatures over models have it")
    return judged


def of_attestation(raw: bytes, model: str, trust: Trust) -> Signature:
    """Judges an attestation: a bundle, an envelope, which names neither key nor certificate, or a statement alone.

    Args:
        raw: its JSON text.
        model: see `read`.
        trust: see `read`.

    Raises:
        Flaw: see `read`.
    """
    document = parse(raw, "attestation")
    if "mediaType" in document.values:
        return read(raw, model, trust)
    if "payload" not in document.values:
        return Signature(None, manifest.stated(raw), "", (), (), "nobody signed it")
    envelopes = bundle.envelopes_of(document)
    doubt, found, name = "no key that is trusted made it", [], ""
    for signer in trust.signers:
        if signer.method is not Method.KEY or not _made(signer, envelopes):
            continue
        doubt, name = "its key is not trusted for this model and day", keys.fingerprint(keys.load(signer.pem.encode()))
        found += [signer] if signer.may_sign(model, trust.now.date()) else []
    return Signature(Method.KEY, manifest.read(envelopes[0]), name, (), tuple(found), "" if found else doubt)


def _made(signer: Signer, envelopes: Iterable[Envelope]) -> bool:
    """Whether one of the signatures is by somebody's key."""
    for envelope in envelopes:
        with suppress(Flaw):
            keys.verify(keys.load(signer.pem.encode()), envelope)
            return True
    return False


def _by_key(given: Bundle, model: str, trust: Trust) -> Signature:
    key = keys.load(given.key) if given.key else None
    hints = keys.hints(key) if key else frozenset({given.hint})
    if given.hint and given.hint not in hints:
        raise Flaw(AMBIGUOUS, "the bundle names another key than it gives")
    doubt, found = "its key is not one of those trusted", []
    for signer in trust.signers:
        if signer.method is Method.KEY and hints & keys.hints(trusted := keys.load(signer.pem.encode())):
            key, doubt = trusted, "its key is not trusted for this model and day"
            found += [signer] if signer.may_sign(model, trust.now.date()) else []
    if key is not None:
        keys.verify(key, given.signed)
    name = keys.fingerprint(key) if key else given.hint
    covers = manifest.read(given.signed)
    return Signature(given.method, covers, name, (), tuple(found), "" if found else doubt)


def _by_certificate(given: Bundle, model: str, trust: Trust) -> Signature:
    chain = certificate.read(given.certificates)
    keys.verify(chain.key, given.signed)
    expired = chain.expired(trust.now)
    doubt, found = expired or "its certificate does not lead to one of those trusted", []
    for signer in trust.signers:
        if signer.method is not Method.CERTIFICATE:
            continue
        moment, late = _moment(chain, given, signer, trust)
        if not chain.leads_to(signers.anchors(signer.pem, trust.revoked), moment):
            doubt = late or doubt
        elif not chain.matches(signer.identity):
            doubt = f"its certificate is not in the name of {signer.identity}"
        elif not signer.may_sign(model, trust.now.date()):
            doubt = "its certificate is not trusted for this model and day"
        else:
            found.append(signer)
    covers = manifest.read(given.signed)
    doubt, expired = ("", "") if found else (doubt, expired)
    above = tuple(map(certificate.fingerprint, chain.certificates[1:]))
    return Signature(given.method, covers, chain.fingerprint, chain.names, tuple(found), doubt, expired, above)


def _moment(chain: Chain, given: Bundle, signer: Signer, trust: Trust) -> tuple[datetime, str]:
    """When a chain is judged: now, or when somebody saw the signature; and why it is too late, as a clause."""
    now, expired = trust.now, chain.expired(trust.now)
    if not expired or not given.stamps:
        return now, expired
    if not signer.clocks:
        return now, f"{expired}, and nobody is trusted to say when it signed (--timestamp-authority)"
    if not timestamp.available():
        return now, f"{expired}, and {timestamp.MISSING}"
    clocks = signers.anchors(signer.clocks, trust.revoked)
    for moment in timestamp.moments(given.stamps, given.signed.signature, clocks):
        if moment <= now and not chain.expired(moment):
            return moment, ""
    return now, f"{expired}, and nobody trusted says that it signed before"


def _keyless(raw: bytes, given: Bundle, model: str, trust: Trust) -> Signature:
    chain = certificate.read(given.certificates)
    keys.verify(chain.key, given.signed)
    doubt, found = keyless.MISSING if not keyless.available() else "nobody is trusted to sign without a key", []
    for signer in trust.signers:
        if signer.method is not Method.SIGSTORE or not keyless.available() or _is_revoked(signer, trust):
            continue
        if failure := keyless.failure(raw, given, signer.pem):
            doubt = failure
        elif differs := keyless.differs(chain, signer):
            doubt = differs
        elif not signer.may_sign(model, trust.now.date()):
            doubt = "its identity is not trusted for this model and day"
        else:
            found.append(signer)
    covers, doubt = manifest.read(given.signed), "" if found else doubt
    return Signature(given.method, covers, chain.fingerprint, chain.names, tuple(found), doubt)


def _is_revoked(signer: Signer, trust: Trust) -> bool:
    return not {*trust.revoked}.isdisjoint(signers.fingerprints(signer))
