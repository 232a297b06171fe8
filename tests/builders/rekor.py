"""A transparency log of two entries, of which the second is the one asked for, in both versions of Rekor."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ec

from tests.builders import certificates
from tests.builders.signing import encoding, text

REKOR = certificates.key("p256", 13)


def sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    return key.sign(message, ec.ECDSA(hashes.SHA256()))


def spki(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(forms.Encoding.DER, forms.PublicFormat.SubjectPublicKeyInfo)


def log_id(key: ec.EllipticCurvePrivateKey) -> bytes:
    return hashlib.sha256(spki(key)).digest()


def entry(envelope: Mapping[str, Any], certificate: x509.Certificate, time: int) -> dict[str, Any]:
    """An entry of the first version (type dsse 0.0.1), with the log's promise of when it was made."""

    def digest(raw: bytes) -> dict[str, str]:
        return {"algorithm": "sha256", "value": hashlib.sha256(raw).hexdigest()}

    seal = {"signature": envelope["signatures"][0]["sig"], "verifier": text(certificates.pem(certificate))}
    payload = base64.b64decode(envelope["payload"])
    spec = {"envelopeHash": digest(b"any"), "payloadHash": digest(payload), "signatures": [seal]}
    body = _canonical({"apiVersion": "0.0.1", "kind": "dsse", "spec": spec})
    promised = {"body": text(body), "integratedTime": time, "logID": log_id(REKOR).hex(), "logIndex": 1}
    return {
        **_proved(body, "dsse", "0.0.1"),
        "integratedTime": str(time),
        "inclusionPromise": {"signedEntryTimestamp": text(sign(REKOR, _canonical(promised)))},
    }


def answer(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What the first version answers to whoever adds an entry."""

    def hexadecimal(encoded: str) -> str:
        return base64.b64decode(encoded).hex()

    proof = entry["inclusionProof"]
    shown = {
        "logIndex": int(proof["logIndex"]),
        "rootHash": hexadecimal(proof["rootHash"]),
        "treeSize": int(proof["treeSize"]),
        "hashes": [hexadecimal(one) for one in proof["hashes"]],
        "checkpoint": proof["checkpoint"]["envelope"],
    }
    return {
        "0" * 80: {
            "body": entry["canonicalizedBody"],
            "integratedTime": int(entry["integratedTime"]),
            "logID": hexadecimal(entry["logId"]["keyId"]),
            "logIndex": int(entry["logIndex"]),
            "verification": {
                "inclusionProof": shown,
                "signedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
            },
        }
    }


def entry_2(envelope: Mapping[str, Any], certificate: x509.Certificate) -> dict[str, Any]:
    """An entry of the second version, which says nothing of time."""
    signed = encoding(base64.b64decode(envelope["payload"]), envelope["payloadType"])
    verifier = {
        "x509Certificate": {"rawBytes": text(certificates.der(certificate))},
        "keyDetails": "PKIX_ECDSA_P256_SHA_256",
    }
    seal = {"content": envelope["signatures"][0]["sig"], "verifier": verifier}
    return hashed({"digest": text(hashlib.sha256(signed).digest()), "signature": seal})


def hashed(request: Mapping[str, Any]) -> dict[str, Any]:
    """The entry somebody asks the second version for (type hashedrekord 0.0.2)."""
    record = {"data": {"algorithm": "SHA2_256", "digest": request["digest"]}, "signature": request["signature"]}
    body = {"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": record}}
    return _proved(_canonical(body), "hashedrekord", "0.0.2")


def _proved(body: bytes, kind: str, version: str) -> dict[str, Any]:
    other = hashlib.sha256(b"\0first").digest()
    tree = hashlib.sha256(b"\1" + other + hashlib.sha256(b"\0" + body).digest()).digest()
    note = f"log.test\n2\n{text(tree)}\n"
    seal = text(log_id(REKOR)[:4] + sign(REKOR, note.encode()))
    return {
        "logIndex": "1",
        "logId": {"keyId": text(log_id(REKOR))},
        "kindVersion": {"kind": kind, "version": version},
        "inclusionProof": {
            "logIndex": "1",
            "rootHash": text(tree),
            "treeSize": "2",
            "hashes": [text(other)],
            "checkpoint": {"envelope": f"{note}\n\u2014 log.test {seal}\n"},
        },
        "canonicalizedBody": text(body),
    }


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
