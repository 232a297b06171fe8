"""Sigstore bundles of a DSSE envelope or a file (sigstore protobuf-specs, `sigstore_bundle.proto`), read and written.

The releases of `model-signing` before 1.1 leave out `tlogEntries` and give a key as `rawBytes` where later ones give
the `hint`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from verifier.claims._signing import SUFFIXES
from verifier.claims._signing.document import Json, Node, parse
from verifier.claims._signing.flaw import MALFORMED, Flaw
from verifier.records import visible
from verifier.records.trust import Method

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
MEDIA_TYPES = (MEDIA_TYPE, *(f"application/vnd.dev.sigstore.bundle+json;version=0.{one}" for one in (1, 2, 3)))
"""Of all versions: attestations and signatures over a file come in each, those over models in the first (OMS v1.0)."""
IN_TOTO = "application/vnd.in-toto+json"
"""Payload type of in-toto statements (in-toto attestation framework, "Envelope")."""

SHA256_BYTES = 32

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
class Blob:
    """One file's bytes, signed as they are (`cosign sign-blob`, `sigstore sign`); its name is not signed.

    Args:
        file: the file's name, as the signature's own tells it.
        digest: SHA-256 of its bytes.
        signature: over that digest; ECDSA, DER.
    """

    file: str
    digest: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """A signature and what it is verified with.

    Args:
        method: how it was made.
        signed: what was signed.
        hint: what names the public key (see `keys.hints`), or "".
        key: the public key as PEM, where the bundle gives it, or b"".
        certificates: DER, leaf first.
        stamps: what timestamp authorities say of the signature (RFC 3161), DER.
        current: it is of MEDIA_TYPE.
    """

    method: Method
    signed: Envelope | Blob
    hint: str = ""
    key: bytes = b""
    certificates: tuple[bytes, ...] = ()
    stamps: tuple[bytes, ...] = ()
    current: bool = True


def read(raw: bytes, name: str = "") -> Bundle:
    """A bundle.

    Args:
        raw: its JSON text.
        name: of the file it stands in, which tells what a signature over one file is of; "" allows none.

    Raises:
        Flaw: it is not one, or not one this project verifies.
    """
    document = parse(raw, "bundle")
    if (media_type := document.text("mediaType")) not in MEDIA_TYPES:
        raise Flaw(MALFORMED, f"the bundle's mediaType is {media_type!r}, not {MEDIA_TYPE}")
    signed = _signed(document, name)
    material = document.node("verificationMaterial")
    given = {"publicKey", "x509CertificateChain", "certificate"} & material.values.keys()
    if len(given) != 1:
        raise Flaw(MALFORMED, "the bundle gives not exactly one of publicKey, x509CertificateChain and certificate")
    if material.values.get("tlogEntries") is not None:
        material.nodes("tlogEntries")  # whatever is asked of them: anything but a list of objects is malformed
    current = media_type == MEDIA_TYPE
    if "publicKey" in given:
        return _by_key(signed, material.node("publicKey"), current)
    if "certificate" in given:
        leaf = material.node("certificate").raw("rawBytes")
        return Bundle(Method.SIGSTORE, signed, certificates=(leaf,), current=current)
    chain = tuple(node.raw("rawBytes") for node in material.node("x509CertificateChain").nodes("certificates"))
    if not 0 < len(chain) <= MAX_CERTIFICATES:
        raise Flaw(MALFORMED, f"the chain has {len(chain)} certificates")
    if material.values.get("tlogEntries"):
        return Bundle(Method.SIGSTORE, signed, certificates=chain, current=current)
    stamps = tuple(_stamps(material))
    return Bundle(Method.CERTIFICATE, signed, certificates=chain, stamps=stamps, current=current)


def _signed(document: Node, name: str) -> Envelope | Blob:
    if "messageSignature" not in document.values:
        return envelope_of(document.node("dsseEnvelope"))
    if "dsseEnvelope" in document.values:
        raise Flaw(MALFORMED, "the bundle holds a messageSignature beside an envelope")
    if not name:
        raise Flaw(MALFORMED, "the bundle signs the bytes of a file, and attests nothing")
    message = document.node("messageSignature")
    digest = message.node("messageDigest")
    if (algorithm := digest.text("algorithm")) != "SHA2_256" or len(digest.raw("digest")) != SHA256_BYTES:
        raise Flaw(MALFORMED, f"the file is hashed with {visible(algorithm)!r}, or the digest is none of SHA2_256")
    file = name[name.rfind("/") + 1 :]
    file = next((file.removesuffix(ending) for ending in SUFFIXES if file.endswith(ending)), file)
    return Blob(file, digest.raw("digest"), message.raw("signature"))


def _stamps(material: Node) -> Iterator[bytes]:
    if material.values.get("timestampVerificationData") is not None:
        times = material.node("timestampVerificationData")
        for stamp in times.nodes("rfc3161Timestamps") if "rfc3161Timestamps" in times.values else []:
            yield stamp.raw("signedTimestamp")


def _by_key(signed: Envelope | Blob, key: Node, current: bool) -> Bundle:
    raw = key.raw("rawBytes") if key.values.get("rawBytes") else b""
    hint = key.text("hint") if key.values.get("hint") else ""
    if not raw and not hint:
        raise Flaw(MALFORMED, "the bundle names no key")
    return Bundle(Method.KEY, signed, hint, raw, current=current)


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
    """A bundle of an envelope as JSON text, as `read` and `model-signing` 1.1 read it."""
    material: dict[str, Json]
    if bundle.method is Method.KEY:
        material = {"publicKey": {"hint": bundle.hint}}
    else:
        chain: list[Json] = [{"rawBytes": _base64(certificate)} for certificate in bundle.certificates]
        material = {"x509CertificateChain": {"certificates": chain}}
    document: Json = {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {**material, "tlogEntries": []},
        "dsseEnvelope": envelope_json(cast(Envelope, bundle.signed)),
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
