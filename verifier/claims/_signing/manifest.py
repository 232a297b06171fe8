"""What a signature covers: an in-toto statement as OpenSSF Model Signing v1.0 fills it, and as release 0.2 did.

Names are compared exactly as signed. A manifest that two machines could read as two different lists of files, or that
names anything outside the model, is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from verifier.claims._signing import attestation
from verifier.claims._signing.attestation import Attestation
from verifier.claims._signing.bundle import IN_TOTO, Blob, Envelope
from verifier.claims._signing.document import Json, Node, parse
from verifier.claims._signing.flaw import AMBIGUOUS, COVERS_NOTHING, MALFORMED, UNSAFE_PATH, Flaw
from verifier.records import visible
from verifier.records.canonical import binding_digest

STATEMENT = "https://in-toto.io/Statement/v1"
STATEMENT_0_1 = "https://in-toto.io/Statement/v0.1"
"""Of attestations before 2023, SLSA provenance v0.2 among them."""
PREDICATE = "https://model_signing/signature/v1.0"
PREDICATE_0_2 = "https://model_signing/Digests/v0.1"

HEX_DIGITS = {"sha256": 64, "blake2b": 128, "blake3": 64}
"""Digits of each hash type of the specification's algorithm registry."""

EXCLUDED = (".git", ".gitattributes", ".github", ".gitignore")
"""Top-level names the specification leaves out of every signature, beside the signature itself."""

_SHARD = re.compile(r"(?P<path>.+):(?P<start>0|[1-9]\d{0,18}):(?P<end>[1-9]\d{0,18})", re.DOTALL)
_DRIVE = re.compile(r"[A-Za-z]:/")


@dataclass(frozen=True, slots=True)
class Resource:
    """Signed bytes.

    Args:
        path: of the file, relative to the model; "." is the model where that is one file.
        algorithm: a key of HEX_DIGITS.
        digest: lower-case hex.
        start: first byte.
        end: byte after the last; None is the end of the file.
    """

    path: str
    algorithm: str
    digest: str
    start: int = 0
    end: int | None = None

    @property
    def name(self) -> str:
        """As the specification names it."""
        return self.path if self.end is None else f"{self.path}:{self.start}:{self.end}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is signed.

    Args:
        subject: the model's name as its signer saw it; informational.
        resources: in the order signed; at least one.
        root: SHA-256, hex, over the digests in that order; names are not in it.
        ignored: paths the signer left out on purpose.
        symlinks: links were followed when it was signed.
        shard_size: bytes of a shard; None where files are whole.
        lone: one file is signed as it is, and nothing is said of a model.
    """

    subject: str
    resources: tuple[Resource, ...]
    root: str
    ignored: tuple[str, ...] = ()
    symlinks: bool = False
    shard_size: int | None = None
    lone: bool = False

    @property
    def binding(self) -> str:
        """SHA-256, hex, over names and digests: unlike the root digest, renaming a file changes it."""
        return binding_digest((one.name, one.algorithm, one.digest) for one in self.resources)

    def ignores(self, path: str) -> bool:
        """Whether the signer left a path, or a folder above it, out."""
        return any(path == one or path.startswith(f"{one}/") for one in self.ignored)


def read(signed: Envelope | Blob) -> Manifest | Attestation:
    """What is signed: the manifest in an envelope, an attestation where its predicate is of another type, or a file.

    Raises:
        Flaw: it is not what the specification says.
    """
    if isinstance(signed, Blob):
        whole = (Resource(signed.file, "sha256", signed.digest.hex()),)
        return _checked(Manifest(signed.file, whole, root_digest(whole), lone=True))
    if signed.payload_type != IN_TOTO:
        raise Flaw(MALFORMED, f"the payload's type is {visible(signed.payload_type)!r}, not {IN_TOTO}")
    return stated(signed.payload)


def stated(payload: bytes) -> Manifest | Attestation:
    """What a statement says, signed or not; raises as `read` does."""
    statement = parse(payload, "statement")
    kind, predicate = statement.text("_type"), statement.text("predicateType")
    if kind != STATEMENT and (kind != STATEMENT_0_1 or predicate in (PREDICATE, PREDICATE_0_2)):
        raise Flaw(MALFORMED, f"the statement's type is {visible(kind)!r}, not {STATEMENT}")
    if predicate == PREDICATE:
        return _checked(_current(statement))
    return _checked(_of_0_2(statement)) if predicate == PREDICATE_0_2 else attestation.read(statement)


def _current(statement: Node) -> Manifest:
    subjects = statement.nodes("subject")
    if len(subjects) != 1:
        raise Flaw(MALFORMED, f"the statement has {len(subjects)} subjects, not one")
    predicate = statement.node("predicate")
    form = predicate.node("serialization")
    method, algorithm = form.text("method"), _algorithm(form.text("hash_type"))
    if method not in ("files", "shards"):
        raise Flaw(MALFORMED, f"the serialization method {visible(method)!r} is not known")
    size = form.number("shard_size") if method == "shards" else None
    named = {algorithm, "blake2" if algorithm == "blake2b" else algorithm}
    named |= {f"{one}-sharded-{size}" for one in named} if size else set()
    resources = tuple(_resource(node, algorithm, named, size) for node in predicate.nodes("resources"))
    manifest = Manifest(
        subject=subjects[0].text("name"),
        resources=resources,
        root=_hex(subjects[0].node("digest").text("sha256"), "sha256"),
        ignored=tuple(_ignored(form.texts("ignore_paths"))),
        symlinks=form.flag("allow_symlinks"),
        shard_size=size,
    )
    if manifest.root != root_digest(resources):
        raise Flaw(MALFORMED, "the subject's digest is not that of the resources")
    return manifest


def _of_0_2(statement: Node) -> Manifest:
    """Each file is a subject, and the predicate says nothing."""
    pairs = [(node.text("name"), node.node("digest").text("sha256")) for node in statement.nodes("subject")]
    resources = tuple(Resource(name, "sha256", _hex(digest, "sha256")) for name, digest in pairs)
    return Manifest("", resources, root_digest(resources))


def _resource(node: Node, algorithm: str, named: set[str], shard_size: int | None) -> Resource:
    name, digest = node.text("name"), _hex(node.text("digest"), algorithm)
    if (stated := node.text("algorithm")) not in named:
        raise Flaw(MALFORMED, f"{visible(name)} is hashed with {visible(stated)!r}, not with {algorithm}")
    if shard_size is None:
        return Resource(name, algorithm, digest)
    parts = _SHARD.fullmatch(name)
    if parts is None:
        raise Flaw(MALFORMED, f"{visible(name)} does not name a shard")
    return Resource(parts["path"], algorithm, digest, int(parts["start"]), int(parts["end"]))


def _algorithm(hash_type: str) -> str:
    algorithm = "blake2b" if hash_type == "blake2" else hash_type
    if algorithm not in HEX_DIGITS:
        raise Flaw(MALFORMED, f"the hash type {visible(hash_type)!r} is not known")
    return algorithm


def _hex(digest: str, algorithm: str) -> str:
    if not re.fullmatch(rf"[0-9a-fA-F]{{{HEX_DIGITS[algorithm]}}}", digest, re.ASCII):
        raise Flaw(MALFORMED, f"{visible(digest)!r} is no {algorithm} digest")
    return digest.lower()


def _ignored(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        cleaned = re.sub(r"^(\./)+", "", path).rstrip("/")
        if cleaned in ("", "."):
            raise Flaw(COVERS_NOTHING, "the signer left out the whole model")
        yield cleaned


def root_digest(resources: Iterable[Resource]) -> str:
    """SHA-256 over the digests' bytes, in order."""
    return hashlib.sha256(b"".join(bytes.fromhex(one.digest) for one in resources)).hexdigest()


def _checked(manifest: Manifest) -> Manifest:
    """The manifest, once its names mean one list of files inside the model on every machine."""
    if not manifest.resources:
        raise Flaw(COVERS_NOTHING, "the signature covers no file")
    files: dict[str, list[Resource]] = {}
    for one in manifest.resources:
        files.setdefault(one.path, []).append(one)
    for path in files:
        if path != "." and not is_safe(path):
            raise Flaw(UNSAFE_PATH, f"the signature names {visible(path)!r}, which is no path inside the model")
    for path, parts in files.items():
        _contiguous(path, parts, manifest.shard_size)
    _unambiguous(tuple(files))
    return manifest


def is_safe(path: str) -> bool:
    """Whether a path is relative, POSIX, and stays inside the model on every system."""
    segments = path.split("/")
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return not ({"", ".", ".."} & {*segments} or "\\" in path or "\0" in path or _DRIVE.match(path))


def _contiguous(path: str, parts: Sequence[Resource], shard_size: int | None) -> None:
    if shard_size is None:
        if len(parts) > 1:
            raise Flaw(AMBIGUOUS, f"the signature names {visible(path)} {len(parts)} times")
        return
    reached = 0
    ordered = sorted(parts, key=lambda part: part.start)
    for part in ordered:
        end = part.end or 0
        full = end - part.start == shard_size or (part is ordered[-1] and 0 < end - part.start < shard_size)
        if part.start != reached or not full:
            raise Flaw(AMBIGUOUS, f"the shards of {visible(path)} do not follow one another")
        reached = end


def _unambiguous(paths: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for path in paths:
        same = seen.setdefault(unicodedata.normalize("NFC", path).casefold(), path)
        if same != path:
            raise Flaw(AMBIGUOUS, f"{visible(same)} and {visible(path)} are one file on some machines")
    known = set(paths)
    for path in paths:
        while "/" in path:
            path = path.rpartition("/")[0]  # noqa: PLW2901 - every folder above
            if path in known:
                raise Flaw(AMBIGUOUS, f"{visible(path)} is both a file and a folder")


def statement(manifest: Manifest) -> bytes:
    """The statement a signer signs; the manifest holds whole files only."""
    resources: list[Json] = [
        {"name": one.name, "algorithm": one.algorithm, "digest": one.digest} for one in manifest.resources
    ]
    form: dict[str, Json] = {
        "method": "files",
        "hash_type": "sha256",
        "allow_symlinks": manifest.symlinks,
        "ignore_paths": list(manifest.ignored),
    }
    return json.dumps(
        {
            "_type": STATEMENT,
            "subject": [{"name": manifest.subject, "digest": {"sha256": manifest.root}}],
            "predicateType": PREDICATE,
            "predicate": {"serialization": form, "resources": resources},
        },
        indent=2,
    ).encode("ascii")
