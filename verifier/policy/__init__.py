"""Policies: typed TOML with a closed vocabulary, and the pure function from everything known to a verdict.

A section of the file is a class: `read` takes it from TOML, `decide` judges by it. A new section is a class and a field
of `Policy`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from verifier.errors import PolicyError
from verifier.policy._case import Case, Section
from verifier.policy._claims import Card, Integrity
from verifier.policy._coverage import Gaps
from verifier.policy._dependencies import Dependencies
from verifier.policy._findings import Findings
from verifier.policy._formats import Formats
from verifier.policy._sources import Sources
from verifier.policy._symbols import REVIEWABLE
from verifier.policy._table import Table, near
from verifier.records import (
    Decision,
    Dossier,
    Finding,
    Level,
    Outcome,
    PolicyIdentity,
    Stage,
    ToolIdentity,
    Verdict,
)
from verifier.records.canonical import canonical_bytes, digest_of, snapshot_digest, to_plain

__all__ = ["REVIEWABLE", "Policy", "decide", "load", "parse", "presets"]

MAX_BYTES = 1 << 20
"""Size above which a file is no policy."""

LATER = frozenset({"attestations", "behavior", "code", "extends", "rule", "signatures", "signers", "waive"})
"""Sections of later versions: refused, so that nobody relies on a clause nothing enforces."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an organization accepts.

    Args:
        name: as written in the file.
        description: one sentence for people.
        findings: and all fields after it: the sections, each in its class.
    """

    name: str
    description: str
    sources: Sources
    formats: Formats
    integrity: Integrity
    card: Card
    gaps: Gaps
    findings: Findings

    @property
    def identity(self) -> PolicyIdentity:
        """Name and digest, as a verdict carries them."""
        return PolicyIdentity(self.name, digest_of(to_plain(self)))

    def sections(self) -> Iterator[Section]:
        """What decides, what no file can change included."""
        for field in fields(self)[2:]:
            yield getattr(self, field.name)
        yield Dependencies()


@cache
def presets() -> tuple[str, ...]:
    """Names of the shipped policies, sorted."""
    return tuple(
        sorted(file.name.removesuffix(".toml") for file in _shipped().iterdir() if file.name.endswith(".toml"))
    )


def _shipped() -> Traversable:
    """The folder of shipped policies: inside the package when installed, `policies/` at the top of a checkout."""
    inside = files(__name__) / "presets"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "policies"


def load(name_or_path: str, *, formats: Collection[str] | None = None) -> Policy:
    """The policy of that name, or in that file; a shipped name goes before a file of the same name.

    Args:
        name_or_path: one of `presets()`, or the path of a TOML file.
        formats: ids of the formats there are, to tell slips of the pen in `[formats]`; None leaves them unchecked.

    Raises:
        PolicyError: there is none, or it is malformed; the message names file, key and cause.
    """
    if name_or_path in presets():
        return parse((_shipped() / f"{name_or_path}.toml").read_bytes(), name_or_path, formats=formats)
    path = Path(name_or_path)
    if not path.exists() and path.suffix != ".toml":
        raise PolicyError(f"There is no policy named {name_or_path!r}.", near(name_or_path, presets()))
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PolicyError(f"The policy {path} cannot be read: {error.strerror}.", "Check the path.") from error
    return parse(content, str(path), formats=formats)


def parse(content: bytes, file: str, *, formats: Collection[str] | None = None) -> Policy:
    """Reads a policy.

    Args:
        content: the file's bytes.
        file: its name, for messages.
        formats: as for `load`.

    Raises:
        PolicyError: it is malformed.
    """
    if len(content) > MAX_BYTES:
        raise PolicyError(f"{file} is larger than {MAX_BYTES} bytes.", "Is it a policy?")
    try:
        table = Table(tomllib.loads(content.decode()), file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PolicyError(f"{file} is not TOML: {error}.", "Correct it there.") from error
    if table.number("version", 0) != 1:
        table.fail("version", "must be 1", "Write version = 1 at the top of the file.")
    policy = Policy(
        name=table.text("name", Path(file).stem),
        description=table.text("description"),
        sources=Sources.read(table),
        formats=Formats.read(table, formats),
        integrity=Integrity.read(table),
        card=Card.read(table),
        gaps=Gaps.read(table),
        findings=Findings.read(table),
    )
    for key in table.unasked():
        if key in LATER:
            table.fail(key, "is not supported by this version", "Remove it, or use a version that enforces it.")
    table.close()
    return policy


def decide(
    policy: Policy,
    dossier: Dossier,
    *,
    stage: Stage,
    tool: ToolIdentity,
    dependencies: tuple[Verdict, ...],
    today: date,
) -> Verdict:
    """The verdict: a pure function of its arguments.

    Args:
        policy: what is accepted.
        dossier: what is known of the snapshot.
        stage: what its digests are.
        tool: which build asks.
        dependencies: verdicts of the repositories the snapshot loads.
        today: the one clock.
    """
    case = Case(dossier, dependencies, today)
    decisions = tuple(sorted({made for section in policy.sections() for made in section.decide(case)}, key=_order))
    return Verdict(
        outcome=max(
            (_OUTCOMES[decision.level] for decision in decisions),
            key=lambda outcome: outcome.rank,
            default=Outcome.ACCEPTED,
        ),
        stage=stage,
        dossier=dossier,
        decisions=decisions,
        policy=policy.identity,
        tool=tool,
        snapshot_digest=snapshot_digest(dossier.snapshot),
        dependencies=dependencies,
    )


_OUTCOMES = {
    Level.DENY: Outcome.REJECTED,
    Level.UNDECIDED: Outcome.UNDECIDED,
    Level.NOTE: Outcome.ACCEPTED,
    Level.ALLOW: Outcome.ACCEPTED,
}


def _order(decision: Decision) -> tuple[int, str, str, bytes]:
    """Worst first, then by artifact, clause and everything else."""
    return tuple(Level).index(decision.level), _place(decision), decision.clause, canonical_bytes(to_plain(decision))


def _place(decision: Decision) -> str:
    cited = decision.cites
    if isinstance(cited, Finding):
        return cited.evidence[0].artifact
    return getattr(cited, "artifact", "")
