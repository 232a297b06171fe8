"""What an attestation says (in-toto attestation framework, "Statement"): bytes by digest, and what is said of them.

Of SLSA provenance v1 (https://slsa.dev/spec/v1.0/provenance) the build is read: who built, how, and from what.
"""

from __future__ import annotations

from dataclasses import dataclass

from verifier.claims._signing.document import Json, Node
from verifier.claims._signing.flaw import MALFORMED, Flaw

PROVENANCE = "https://slsa.dev/provenance/v1"

MAX_SOURCES = 20
"""Dependencies of a build that are told."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """A statement.

    Args:
        predicate: type of what is said, a URI.
        subjects: name and SHA-256, lower-case hex, of what it is said of; other digests are "".
        builder: URI of who built it, or "".
        build: URI of how, or "".
        sources: URIs of what it was built from.
    """

    predicate: str
    subjects: tuple[tuple[str, str], ...]
    builder: str = ""
    build: str = ""
    sources: tuple[str, ...] = ()


def read(statement: Node) -> Attestation:
    """The attestation a statement is.

    Raises:
        Flaw: it has no subject or no digest of one, or is no provenance although it says so.
    """
    predicate = statement.text("predicateType")
    subjects = tuple(_subject(node) for node in statement.nodes("subject"))
    if not subjects:
        raise Flaw(MALFORMED, "the statement has no subject")
    if predicate != PROVENANCE:
        return Attestation(predicate, subjects)
    said = statement.node("predicate")
    definition = said.node("buildDefinition")
    definition.node("externalParameters")
    sources = definition.nodes("resolvedDependencies") if "resolvedDependencies" in definition.values else []
    builder = said.node("runDetails").node("builder").text("id")
    told = tuple(uri for node in sources[:MAX_SOURCES] if isinstance(uri := node.values.get("uri"), str))
    return Attestation(predicate, subjects, builder, definition.text("buildType"), told)


def _subject(node: Node) -> tuple[str, str]:
    name, digests = node.values.get("name", ""), node.node("digest").values
    if not isinstance(name, str) or not digests or not all(_is_digest(one) for one in digests.values()):
        raise Flaw(MALFORMED, f"{node.path} has no name or no digest")
    return name, str(digests.get("sha256", "")).lower()


def _is_digest(value: Json) -> bool:
    return isinstance(value, str) and value != "" and value.isascii() and value.isprintable()
