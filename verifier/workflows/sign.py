"""Signing a model on this machine: digests become a manifest, a statement, an envelope and a bundle (OMS v1.0)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from verifier import sources
from verifier.claims._signing import FAMILY, MAX_BYTES, bundle, certificate, keyless, keys, manifest
from verifier.claims._signing.bundle import IN_TOTO, Bundle, Envelope
from verifier.claims._signing.flaw import Flaw
from verifier.claims._signing.manifest import EXCLUDED, Manifest, Resource
from verifier.errors import SourceError, UsageError
from verifier.formats import Limits
from verifier.pipeline.examination import Examiner, Progress
from verifier.records import Artifact, SourceKind, visible
from verifier.records.trust import Method
from verifier.store import publish
from verifier.workflows.signature import inside, now, read_file

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey


class Signing(Protocol):
    """What signs."""

    def signed(self, payload: bytes) -> str:
        """The payload, an in-toto statement, in its signed bundle, as JSON text."""


@dataclass(frozen=True, slots=True)
class Hand:
    """A key, with or without certificates.

    Args:
        key: the private key.
        chain: its certificate and those above it, as DER; empty signs by the key alone.
    """

    key: EllipticCurvePrivateKey
    chain: tuple[bytes, ...] = ()

    def seal(self, payload: bytes) -> Envelope:
        """The payload, an in-toto statement, in its signed envelope."""
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

        message = bundle.encoding(Envelope(payload, IN_TOTO, b""))
        algorithm = keys.hash_of(self.key.public_key())
        return Envelope(payload, IN_TOTO, self.key.sign(message, ECDSA(algorithm)))

    def signed(self, payload: bytes) -> str:
        """The payload in its signed bundle, as JSON text."""
        if self.chain:
            return bundle.write(Bundle(Method.CERTIFICATE, self.seal(payload), certificates=self.chain))
        hint = keys.fingerprint(self.key.public_key())
        return bundle.write(Bundle(Method.KEY, self.seal(payload), hint=hint))


@dataclass(frozen=True, slots=True)
class Made:
    """A signature that was written.

    Args:
        path: where.
        covers: the files.
        identity: in whose name, of one without a key.
        issuer: who vouches for the identity.
    """

    path: Path
    covers: Manifest
    identity: str = ""
    issuer: str = ""


def hand(key: Path, certificates: Sequence[Path] = ()) -> Hand:
    """What signs, from PEM files.

    Args:
        key: the private key, without a password.
        certificates: the signer's own first; those above it, up to the root or not.

    Raises:
        UsageError: a file cannot be read, or they do not go together.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

    try:
        private = load_pem_private_key(read_file(key, "key"), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(f"{key} is no private key without a password.", "Give it as PEM, decrypted.") from error
    try:
        keys.checked(private.public_key())
        pem = b"".join(read_file(path, "certificate") for path in certificates).decode("ascii", "replace")
        chain = tuple(one.public_bytes(Encoding.DER) for one in certificate.anchors(pem)) if certificates else ()
        if chain:
            _check_chain(certificate.read(chain), private.public_key())
    except Flaw as error:
        raise UsageError(f"Nothing can be signed so: {error}.", "Give another key or certificate.") from error
    if not isinstance(private, EllipticCurvePrivateKey):  # pragma: no cover - keys.checked says so too
        raise TypeError
    return Hand(private, chain)


def _check_chain(chain: certificate.Chain, key: object) -> None:
    if chain.key != key:
        raise UsageError("The certificate is for another key.", "Give the signer's own certificate first.")
    if expired := chain.expired(now()):
        raise UsageError(f"Nothing can be signed so: {expired}.", "Give a certificate that is valid now.")


def sign(
    reference: str,
    by: Signing,
    output: Path | None = None,
    ignored: Iterable[str] = (),
    progress: Progress | None = None,
) -> Made:
    """Signs a model's files.

    Args:
        reference: a folder, or a file.
        by: what signs.
        output: where the signature goes; None is `model.sig` in the folder, or the file's name and `.sig`.
        ignored: files and folders of the model to leave out, relative to it or not.
        progress: told how far hashing is.

    Raises:
        UsageError: it is not on this machine, holds nothing to sign, or what no verifier would accept.
        SourceError: a file cannot be read, or what signs is not at hand.
    """
    here = Path(reference).is_dir()  # only what is here can be signed, whatever the hub calls by this name
    asked = sources.parse(str(Path(reference).absolute()) if here else reference)
    if asked.kind not in (SourceKind.FOLDER, SourceKind.FILE):
        raise UsageError(f"{visible(reference)} is not a folder or file here.", "Download the model to sign it.")
    root = Path(asked.location)
    target = output or (root / "model.sig" if asked.kind is SourceKind.FOLDER else Path(f"{root}.sig"))
    source = sources.resolve(asked, everything=True)
    left_out = {inside(target, root), *(inside(Path(path), root) for path in ignored), *EXCLUDED}
    left_out |= set(_signatures(source))
    kept = Manifest("", (), "", ignored=tuple(sorted(path for path in left_out if not Path(path).is_absolute())))
    resources = tuple(_resources(source, kept, progress))
    made = Manifest(root.resolve().name, resources, manifest.root_digest(resources), kept.ignored)
    payload = manifest.statement(made)
    try:
        manifest.stated(payload)
    except Flaw as error:
        raise UsageError(f"{visible(reference)} cannot be signed: {error}.", "Nothing was written.") from error
    signed = by.signed(payload)
    try:
        publish(target, signed)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.", "Name another file.") from error
    return Made(target, made, *_name(signed))


def _name(signed: str) -> tuple[str, ...]:
    """Identity and issuer of a signature without a key."""
    given = bundle.read(signed.encode())
    if given.method is not Method.SIGSTORE:
        return ()
    chain = certificate.read(given.certificates)
    return chain.names[0], keyless.issuer(chain)


def _signatures(source: sources.Source) -> Iterator[str]:
    """Signatures that are there: none covers another."""
    for artifact in source.snapshot.artifacts:
        if artifact.path.endswith(".sig"):
            with source.open(artifact.path) as reader:
                if FAMILY in reader.read_at(0, MAX_BYTES):
                    yield artifact.path


def _resources(source: sources.Source, kept: Manifest, progress: Progress | None) -> Iterator[Resource]:
    links = dict(source.snapshot.metadata).get("links")
    if links or source.coverage:
        reason = (
            f"it holds symbolic links: {links}"
            if links
            else f"{source.coverage[0].artifact}: {source.coverage[0].reason}"
        )
        raise UsageError(f"The model cannot be signed as it is: {reason}.", "Put files in their places.")
    examiner = Examiner(source, Limits(), progress)
    artifacts = [artifact for artifact in source.snapshot.artifacts if not kept.ignores(artifact.path)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for artifact, result in zip(artifacts, pool.map(examiner.identify, artifacts), strict=True):
            yield Resource(artifact.path, "sha256", _sha256(result.artifact))


def _sha256(artifact: Artifact) -> str:
    for digest in artifact.digests:
        if digest.algorithm == "sha256" and digest.by == "computed":
            return digest.value
    raise SourceError(f"{artifact.name} could not be read.", "Check its permissions, and that nothing writes to it.")
