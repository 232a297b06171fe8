"""Sigstore bundles v0.3 that hold a DSSE envelope (sigstore protobuf-specs, `sigstore_bundle.proto`), read and written.

The releases of `model-signing` before 1.1 leave out `tlogEntries` and give a key as `rawBytes` where later ones give
the `hint`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass

from verifier.claims._signing.document import Json, Node, parse
from verifier.claims._signing.flaw import MALFORMED, Flaw
from verifier.records.trust import Method

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
IN_TOTO = "application/vnd.in-toto+json"
"""Payload type of in-toto statements (in-toto attestation framework, "Envelope")."""

MAX_CERTIFICATES = 10
"""Certificates a chain may have."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A DSSE envelope with its one signature (DSSE v1.0.2).

    Args:
        payload: what is signed.
        payload_type: what it is.
        signature: over the payload's pre-authentication encoding; ECDSA, DER.
    """

    payload: bytes
    payload_type: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """A signature and what it is verified with.

    Args:
        method: how it was made.
        envelope: what was signed.
        hint: SHA-256, hex, of the public key's PEM text, or "".
        key: the public key as PEM, where the bundle gives it, or b"".
        certificates: DER, leaf first.
        stamps: what timestamp authorities say of the signature (RFC 3161), DER.
    """

    method: Method
    envelope: Envelope
    hint: str = ""
    key: bytes = b""
    certificates: tuple[bytes, ...] = ()
    stamps: tuple[bytes, ...] = ()


def read(raw: bytes) -> Bundle:
    """A bundle.

    Raises:
        Flaw: it is not one, or not one this project verifies.
    """
    document = parse(raw, "bundle")
    if (media_type := document.text("mediaType")) != MEDIA_TYPE:
        raise Flaw(MALFORMED, f"the bundle's mediaType is {media_type!r}, not {MEDIA_TYPE}")
    if "messageSignature" in document.values:
        raise Flaw(MALFORMED, "the bundle holds a messageSignature beside or instead of an envelope")
    envelope = envelope_of(document.node("dsseEnvelope"))
    material = document.node("verificationMaterial")
    given = {"publicKey", "x509CertificateChain", "certificate"} & material.values.keys()
    if len(given) != 1:
        raise Flaw(MALFORMED, "the bundle gives not exactly one of publicKey, x509CertificateChain and certificate")
    if "publicKey" in given:
        return _by_key(envelope, material.node("publicKey"))
    if "certificate" in given:
        return Bundle(Method.SIGSTORE, envelope, certificates=(material.node("certificate").raw("rawBytes"),))
    chain = tuple(node.raw("rawBytes") for node in material.node("x509CertificateChain").nodes("certificates"))
    if not 0 < len(chain) <= MAX_CERTIFICATES:
        raise Flaw(MALFORMED, f"the chain has {len(chain)} certificates")
    if material.values.get("tlogEntries"):
        return Bundle(Method.SIGSTORE, envelope, certificates=chain)
    return Bundle(Method.CERTIFICATE, envelope, certificates=chain, stamps=tuple(_stamps(material)))


def _stamps(material: Node) -> Iterator[bytes]:
    if material.values.get("timestampVerificationData") is not None:
        times = material.node("timestampVerificationData")
        for stamp in times.nodes("rfc3161Timestamps") if "rfc3161Timestamps" in times.values else []:
            yield stamp.raw("signedTimestamp")


def _by_key(envelope: Envelope, key: Node) -> Bundle:
    raw = key.raw("rawBytes") if key.values.get("rawBytes") else b""
    hint = key.text("hint") if key.values.get("hint") else ""
    if not raw and not hint:
        raise Flaw(MALFORMED, "the bundle names no key")
    return Bundle(Method.KEY, envelope, hint, raw)


def envelope_of(node: Node) -> Envelope:
    """A DSSE envelope.

    Raises:
        Flaw: it is none, or has not exactly one signature.
    """
    signatures = node.nodes("signatures")
    if len(signatures) != 1:
        raise Flaw(MALFORMED, f"the envelope has {len(signatures)} signatures, not one")
    if not isinstance(signatures[0].values.get("keyid", ""), str | None):
        raise Flaw(MALFORMED, "the signature's keyid is not a string")
    return Envelope(node.raw("payload"), node.text("payloadType"), signatures[0].raw("sig"))


def envelopes_of(node: Node) -> list[Envelope]:
    """A DSSE envelope as one for each of its signatures.

    Raises:
        Flaw: it is none, or has no signature or too many.
    """
    signatures = node.nodes("signatures")
    if not 0 < len(signatures) <= MAX_CERTIFICATES:
        raise Flaw(MALFORMED, f"the envelope has {len(signatures)} signatures")
    payload, kind = node.raw("payload"), node.text("payloadType")
    return [Envelope(payload, kind, one.raw("sig")) for one in signatures]


def write(bundle: Bundle) -> str:
    """The bundle as JSON text, as `read` and `model-signing` 1.1 read it."""
    material: dict[str, Json]
    if bundle.method is Method.KEY:
        material = {"publicKey": {"hint": bundle.hint}}
    else:
        chain: list[Json] = [{"rawBytes": _base64(certificate)} for certificate in bundle.certificates]
        material = {"x509CertificateChain": {"certificates": chain}}
    document: Json = {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {**material, "tlogEntries": []},
        "dsseEnvelope": envelope_json(bundle.envelope),
    }
    return json.dumps(document) + "\n"


def envelope_json(envelope: Envelope) -> dict[str, Json]:
    """The envelope as JSON."""
    return {
        "payload": _base64(envelope.payload),
        "payloadType": envelope.payload_type,
        "signatures": [{"sig": _base64(envelope.signature), "keyid": ""}],
    }


def encoding(envelope: Envelope) -> bytes:
    """What is signed: the pre-authentication encoding (DSSE v1.0.2, `protocol.md`)."""
    kind = envelope.payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(envelope.payload), envelope.payload)


def encoding_0_2(envelope: Envelope) -> bytes:
    """What `model-signing` 0.2 signed instead: the payload as Python shows bytes."""
    kind = envelope.payload_type
    return f"DSSEV1 {len(kind)} {kind} {len(envelope.payload)} {envelope.payload!r}".encode()


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
