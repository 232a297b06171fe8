"""Signatures written piece by piece, so that every piece can be wrong: payload, envelope, bundle, chain."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.builders import certificates
from tests.builders.dossiers import BytesReader, artifact, snapshot
from verifier.claims import Yield, signatures
from verifier.errors import NotFoundError
from verifier.records import Claim, Finding, Reader, Snapshot, Value
from verifier.records.trust import Method, Signer, Trust

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
IN_TOTO = "application/vnd.in-toto+json"
FILES: Mapping[str, bytes] = {"README.md": b"# A model\n", "model.safetensors": b"weights"}
FORMATS = {"md": "text", "txt": "text", "py": "python", "safetensors": "safetensors"}
_HASHES = {"secp256r1": hashes.SHA256(), "secp384r1": hashes.SHA384(), "secp521r1": hashes.SHA512()}


def resources(files: Mapping[str, bytes] = FILES) -> list[dict[str, str]]:
    """Whole files by SHA-256, in order of their names."""
    return [
        {"name": name, "algorithm": "sha256", "digest": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(files.items())
    ]


def statement(listed: Sequence[Mapping[str, str]] | None = None, **form: Any) -> dict[str, Any]:
    """The statement over some resources; `form` replaces entries of its serialization."""
    listed = resources() if listed is None else listed
    root = hashlib.sha256(b"".join(bytes.fromhex(one["digest"]) for one in listed)).hexdigest()
    described = {"method": "files", "hash_type": "sha256", "allow_symlinks": False, **form}
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "model", "digest": {"sha256": root}}],
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": {"serialization": described, "resources": listed},
    }


def envelope(payload: Any, key: ec.EllipticCurvePrivateKey | None = None, kind: str = IN_TOTO) -> dict[str, Any]:
    """A signed envelope; bytes are signed as they are, anything else as JSON."""
    key = key or certificates.key()
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signature = key.sign(encoding(raw, kind), ec.ECDSA(_HASHES.get(key.curve.name, hashes.SHA256())))
    return {"payload": text(raw), "payloadType": kind, "signatures": [{"sig": text(signature), "keyid": ""}]}


def encoding(raw: bytes, kind: str = IN_TOTO) -> bytes:
    """What of a payload is signed."""
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(raw), raw)


def signature(envelope: Mapping[str, Any]) -> bytes:
    """An envelope's."""
    return base64.b64decode(envelope["signatures"][0]["sig"])


def bundle(payload: Any = None, key: ec.EllipticCurvePrivateKey | None = None, **changes: Any) -> dict[str, Any]:
    """A bundle by the key method; `changes` replaces its parts."""
    key = key or certificates.key()
    hint = hashlib.sha256(certificates.public(key).encode()).hexdigest()
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": hint}, "tlogEntries": []},
        "dsseEnvelope": envelope(statement() if payload is None else payload, key),
        **changes,
    }


def blob(content: bytes, key: ec.EllipticCurvePrivateKey | None = None, **material: Any) -> dict[str, Any]:
    """A bundle over one file's bytes, as `cosign sign-blob` writes it; `material` replaces what it is verified with."""
    key = key or certificates.key()
    hint = text(hashlib.sha256(der(key)).digest())
    signature = key.sign(content, ec.ECDSA(hashes.SHA256()))
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": material or {"publicKey": {"hint": hint}},
        "messageSignature": {
            "messageDigest": {"algorithm": "SHA2_256", "digest": text(hashlib.sha256(content).digest())},
            "signature": text(signature),
        },
    }


def der(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def chained(*chain: bytes, payload: Any = None, key: ec.EllipticCurvePrivateKey | None = None) -> dict[str, Any]:
    """A bundle by the certificate method, certificates as DER, leaf first."""
    encoded = [{"rawBytes": text(one)} for one in chain]
    return bundle(payload, key, verificationMaterial={"x509CertificateChain": {"certificates": encoded}})


def text(raw: bytes) -> str:
    """Base64."""
    return base64.b64encode(raw).decode()


def holder(key: ec.EllipticCurvePrivateKey | None = None, **more: Any) -> Signer:
    """Somebody trusted for a key."""
    return Signer("ana", Method.KEY, certificates.public(key or certificates.key()), **more)


def model(files: Mapping[str, bytes]) -> tuple[Snapshot, Callable[[str], Reader]]:
    """A snapshot of some files, formats told by their names, and what opens them."""
    listed = (artifact(path, len(content), _format(path)) for path, content in files.items())

    def open_file(path: str) -> Reader:
        if path not in files:
            raise NotFoundError(f"there is no {path}")
        return BytesReader(files[path])

    return snapshot(*listed), open_file


def _format(path: str) -> str:
    return FORMATS.get(path.rpartition(".")[2], "json")


def collect(
    signature: Any, files: Mapping[str, bytes] = FILES, *signers: Signer, name: str = "model.sig"
) -> list[Yield]:
    """What is claimed of a model with a signature among its files, for somebody who trusts some signers."""
    raw = signature if isinstance(signature, bytes) else json.dumps(signature).encode()
    return list(signatures.collect(*model({**files, name: raw}), Trust(NOW, signers or (holder(),))))


def claim(found: Sequence[Yield]) -> Claim:
    """The one signature."""
    (one,) = (record for record in found if isinstance(record, Claim) and record.kind == "signature")
    return one


def details(found: Sequence[Yield]) -> dict[str, Value]:
    """What is told of the one signature."""
    return dict(cast(tuple[tuple[str, Value], ...], claim(found).value))


def rules(found: Sequence[Yield]) -> list[str]:
    """Ids of the rules found."""
    return [record.rule for record in found if isinstance(record, Finding)]
