"""Who signed a model, what their signatures do not cover, and what differs: one answer from claims and comparisons."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from verifier.errors import UsageError
from verifier.pipeline.authentication import authenticate
from verifier.pipeline.examination import Progress
from verifier.records import Claim, Dossier, Outcome, Result, Standing, Value
from verifier.records.trust import Method, Signer, Trust

MAX_FILE = 33 << 20
"""Bytes read of a key, a certificate or a bundle."""

_LINKS = ("signature-symlink", "symlink-leaves-model")


@dataclass(frozen=True, slots=True)
class Signed:
    """What one signature comes to.

    Args:
        bundle: where it stands.
        who: whoever made it.
        standing: VERIFIED where somebody trusted made it.
        method: how it was made, or "" where it cannot be read.
        fingerprint: SHA-256, hex, of the key's PEM text or of the certificate's DER.
        names: what the certificate calls its holder.
        reason: why it is not VERIFIED, or "".
        covered: how many of the model's files it covers.
        differs: names of files that are not as signed.
        claimed: names of files that were not read: what the hub or its cache lists for them is as signed.
        unread: names of files that could not be compared.
        missing: what is signed, and not there.
        uncovered: files it says nothing about, and nobody allowed.
        left_out: files its signer or the specification leaves out.
        root: the digest other documents know it by; names are not in it.
        binding: digest over names and digests.
    """

    bundle: str
    who: str
    standing: Standing
    method: str = ""
    fingerprint: str = ""
    names: tuple[str, ...] = ()
    reason: str = ""
    covered: int = 0
    differs: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    root: str = ""
    binding: str = ""

    @property
    def outcome(self) -> Outcome:
        """REJECTED where it is no good or the model is another; UNDECIDED where nobody trusted made it."""
        if self.standing is Standing.CONTRADICTED or self.differs or self.missing or self.uncovered:
            return Outcome.REJECTED
        known = self.standing is Standing.VERIFIED and self.covered and not self.unread
        return Outcome.ACCEPTED if known else Outcome.UNDECIDED


@dataclass(frozen=True, slots=True)
class Answer:
    """What all signatures of a model come to.

    Args:
        model: the snapshot's id.
        signatures: in order of their names.
        links: symbolic links no signature allows for, a sentence each.
        gaps: files that could not be looked at, a sentence each.
    """

    model: str
    signatures: tuple[Signed, ...]
    links: tuple[str, ...]
    gaps: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst of those that are rejected; else the best; UNDECIDED where there is none."""
        outcomes = {signed.outcome for signed in self.signatures}
        if Outcome.REJECTED in outcomes or self.links:
            return Outcome.REJECTED
        return Outcome.ACCEPTED if Outcome.ACCEPTED in outcomes and not self.gaps else Outcome.UNDECIDED


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a model's signatures.

    Args:
        signers: who is trusted.
        revoked: digests of keys, certificates and models that no longer count.
        bundles: files with the signatures to judge; none means those among the model's files.
        ignored: files and folders of the model that need not be signed, relative to it or not; "." is all.
        offline: use no network.
    """

    signers: tuple[Signer, ...] = ()
    revoked: tuple[str, ...] = ()
    bundles: tuple[Path, ...] = ()
    ignored: tuple[str, ...] = ()
    offline: bool = False


def ask(reference: str, question: Question, progress: Progress | None = None) -> Answer:
    """Judges a model's signatures.

    Raises:
        UsageError: the reference is not one, or a file cannot be read.
        SourceError: the model cannot be resolved.
    """
    root = Path(reference).resolve()
    bundles = tuple((inside(path, root), read_file(path, "signature")) for path in question.bundles)
    trust = Trust(now(), question.signers, question.revoked, bundles)
    dossier = authenticate(reference, trust, offline=question.offline, progress=progress)
    ignored = tuple(inside(Path(path), root) for path in question.ignored)
    signed = tuple(_signed(claim, dossier, ignored) for claim in dossier.claims if claim.kind == "signature")
    links = tuple(finding.message for finding in dossier.findings if finding.rule in _LINKS)
    gaps = tuple(f"{gap.artifact}: {gap.reason}" for gap in dossier.coverage)
    return Answer(dossier.snapshot.id, signed, links, gaps)


def signers(
    keys: Sequence[Path], roots: Sequence[Path], identity: str, clocks: Sequence[Path] = ()
) -> tuple[Signer, ...]:
    """Those who hold one of some keys, or certificates below one of some roots, for whom some may tell the time.

    Raises:
        UsageError: a file cannot be read, or holds neither key nor certificate.
    """
    from verifier.claims._signing import certificate
    from verifier.claims._signing import keys as public
    from verifier.claims._signing.flaw import Flaw

    def certificates(path: Path) -> str:
        return certificate.pem(certificate.anchors(read_file(path, "certificate").decode("ascii", "replace")))

    path, found = Path(), []
    try:
        for path in keys:
            pem = public.pem(public.load(read_file(path, "key"))).decode("ascii")
            found.append(Signer(path.name, Method.KEY, pem))
        told = ""
        for path in clocks:
            told += certificates(path)
        for path in roots:
            name, pem = identity or path.name, certificates(path)
            found.append(Signer(name, Method.CERTIFICATE, pem, identity=identity, clocks=told))
    except Flaw as error:
        raise UsageError(f"{path}: {error}.", "Give a PEM file.") from error
    return tuple(found)


def keyless(identity: str, issuer: str, trusted_root: Path | None) -> Signer:
    """Who has an identity with an issuer, below the public trusted root or a given one.

    Raises:
        UsageError: one of the two is missing, or the file cannot be read or is no trusted root.
    """
    from verifier.claims._signing import keyless

    if not identity or not issuer:
        raise UsageError("Keyless signers are an identity and its issuer.", "Give --identity and --issuer.")
    root = read_file(trusted_root, "trusted root").decode("utf-8", "replace") if trusted_root else ""
    if trusted_root and not (root and keyless.is_root(root)):
        raise UsageError(f"{trusted_root} is no trusted root.", "Give a trusted_root.json of Sigstore.")
    return Signer(identity, Method.SIGSTORE, root, identity=identity, issuer=issuer)


def now() -> datetime:
    """The one clock of a question."""
    return datetime.now(UTC)


def read_file(path: Path, what: str) -> bytes:
    """A small file somebody named.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE)
    except OSError as error:
        raise UsageError(f"The {what} {path} cannot be read: {error.strerror}.", "Check the path.") from error


def inside(path: Path, root: Path) -> str:
    """A path as the model names it, if it leads into it."""
    absolute = path.resolve()
    if absolute.is_relative_to(root):
        return absolute.relative_to(root).as_posix()
    return str(path) if path.is_absolute() else path.as_posix()


def _signed(claim: Claim, dossier: Dossier, ignored: Collection[str]) -> Signed:
    details = dict(cast(tuple[tuple[str, Value], ...], claim.value))

    def paths(name: str) -> tuple[str, ...]:
        return cast(tuple[str, ...], details.get(name, ()))

    def of(result: Result, *, read: bool) -> tuple[str, ...]:
        about = (one for one in dossier.comparisons if one.result is result and (read or not one.facts))
        return tuple(dict.fromkeys(one.claim.subject for one in about if one.claim and _same(one.claim, claim)))

    def needed(path: str) -> bool:
        return not any(one in (".", path) or path.startswith(f"{one}/") for one in ignored)

    uncovered = tuple(path for path in paths("uncovered") if needed(path))
    hidden = tuple(path for path in paths("hidden") if needed(path))
    return Signed(
        bundle=claim.evidence.artifact,
        who=claim.who,
        standing=claim.standing,
        method=str(details.get("method", "")),
        fingerprint=str(details.get("fingerprint", "")),
        names=paths("names"),
        reason=str(details.get("reason", "")),
        covered=cast(int, details.get("covered", 0)),
        differs=of(Result.CONTRADICTED, read=True),
        claimed=of(Result.CONSISTENT, read=False),
        unread=of(Result.INCONCLUSIVE, read=False),
        missing=paths("missing"),
        uncovered=(*uncovered, *hidden),
        left_out=tuple(path for path in (*paths("ignored"), *paths("excluded")) if path not in hidden),
        root=str(details.get("root", "")),
        binding=str(details.get("binding", "")),
    )


def _same(promised: Claim, claim: Claim) -> bool:
    return promised.channel == "signature" and promised.evidence == claim.evidence
