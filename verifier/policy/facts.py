"""The fact document: what rules of one's own see of a model, typed, and the vocabulary of policy tests.

Each class here is a type of the document and each field a name in it; the docstrings are its documentation
(`verify policy facts` prints them). Everything is text unless a type says otherwise; what is not known is "".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from types import MappingProxyType

from verifier.policy._case import Case, sha256
from verifier.records import CoverageState, Standing, Verdict
from verifier.records.evidence import Value
from verifier.rules import rule


@dataclass(frozen=True, slots=True)
class Model:
    """The model under test.

    Args:
        id: hub id, absolute path or URL.
        organization: what stands before the slash of a hub id.
        name: what stands after it.
        kind: hub, cache, folder, file or url.
        hub: address of the hub it comes from, as https://huggingface.co.
        revision: branch, tag or commit that was asked for.
        commit: 40 hexadecimal digits.
        pinned: whether the commit was asked for.
    """

    id: str
    organization: str
    name: str
    kind: str
    hub: str
    revision: str
    commit: str
    pinned: bool


@dataclass(frozen=True, slots=True)
class File:
    """A file of the model, or a member of a container in it.

    Args:
        path: members follow their container after `!`.
        size: bytes; 0 of a member.
        sha256: as computed, else as claimed; of a member "".
        formats: ids of all formats it was recognized as.
    """

    path: str
    size: int
    sha256: str
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding: a rule that matched (`verify rules` lists them).

    Args:
        rule: id of the rule.
        severity: critical, high, medium, low or info.
        file: where; "." for the model as a whole.
        message: what was seen.
    """

    rule: str
    severity: str
    file: str
    message: str


@dataclass(frozen=True, slots=True)
class Observed:
    """A fact: something the bytes show.

    Args:
        kind: as parameter-count.
        file: where.
        value: as text; lists are joined by ", ".
    """

    kind: str
    file: str
    value: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim: what somebody says.

    Args:
        kind: as license.
        value: as text; lists are joined by ", ".
        who: publisher, hub, a signer.
        channel: model-card, hub-api.
        standing: verified, unverified, contradicted or absent.
        subject: a file; "." for the model as a whole; id of a base model.
    """

    kind: str
    value: str
    who: str
    channel: str
    standing: str
    subject: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes that were not inspected.

    Args:
        file: whose.
        state: partial, unknown-format, not-fetched, limit-hit or error.
        reason: why.
    """

    file: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another repository.

    Args:
        kind: loads-code, loads-weights, tokenizer or derived-from.
        target: its hub id.
        revision: what the model pins.
    """

    kind: str
    target: str
    revision: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The document.

    Args:
        model: the model under test.
        files: its files and members.
        findings: rules that matched.
        facts: what the bytes show.
        claims: what somebody says.
        card: fields of the model card, each a list of text: `card["license"]`; absent fields are absent.
        gaps: bytes that were not inspected.
        links: other repositories.
        stage: pre-download or confirmed.
        today: as 2027-01-31.
    """

    model: Model
    files: tuple[File, ...]
    findings: tuple[Found, ...]
    facts: tuple[Observed, ...]
    claims: tuple[Claimed, ...]
    card: Mapping[str, tuple[str, ...]]
    gaps: tuple[Gap, ...]
    links: tuple[Link, ...]
    stage: str
    today: str


LISTS: Mapping[str, type] = MappingProxyType(
    {"files": File, "findings": Found, "facts": Observed, "claims": Claimed, "gaps": Gap, "links": Link}
)
"""The lists of the document and what they hold."""


def facts(case: Case) -> Facts:
    """The document about a case."""
    dossier = case.dossier
    card = {
        claim.kind: _words(claim.value)
        for claim in dossier.claims
        if claim.channel == "model-card" and claim.subject == "." and claim.standing is not Standing.ABSENT
    }
    return Facts(
        model=_model(case),
        files=tuple(_files(case)),
        findings=tuple(
            Found(one.rule, rule(one.rule).severity, one.evidence[0].artifact, one.message) for one in dossier.findings
        ),
        facts=tuple(Observed(one.kind, one.evidence.artifact, _text(one.value)) for one in dossier.facts),
        claims=tuple(
            Claimed(one.kind, _text(one.value), one.who, one.channel, one.standing, one.subject)
            for one in dossier.claims
        ),
        card=card,
        gaps=tuple(
            Gap(one.artifact, one.state, one.reason)
            for records in case.coverage.values()
            for one in records
            if not one.state.clean
        ),
        links=tuple(Link(one.kind, one.target, one.revision or "") for one in dossier.edges),
        stage=case.stage,
        today=case.today.isoformat(),
    )


def facts_of(verdict: Verdict, today: date) -> Facts:
    """The document that rules of one's own saw, for other engines."""
    return facts(Case(verdict.dossier, verdict.dependencies, verdict.stage, today))


def _model(case: Case) -> Model:
    snapshot = case.dossier.snapshot
    reference = snapshot.reference
    named = reference.kind in ("hub", "cache")
    organization, slash, name = snapshot.id.rpartition("/") if named else ("", "", snapshot.id)
    return Model(
        id=snapshot.id,
        organization=organization if slash else "",
        name=name,
        kind=reference.kind,
        hub=dict(snapshot.metadata).get("endpoint", ""),
        revision=reference.revision or "",
        commit=snapshot.commit or "",
        pinned=snapshot.commit is not None and reference.revision == snapshot.commit,
    )


def _files(case: Case) -> Iterator[File]:
    own = {artifact.name: artifact for artifact in case.dossier.snapshot.artifacts}
    for name, formats in case.formats.items():
        size, digests = (own[name].size, own[name].digests) if name in own else (0, ())
        yield File(name, size, min(sha256(digests), default=""), tuple(sorted(formats)))


def _words(value: Value) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)


def _text(value: Value) -> str:
    return "" if value is None else ", ".join(_words(value))


def documentation() -> str:
    """The document's types, names and meanings, for people."""
    lines: list[str] = []
    for kind in (Facts, Model, *LISTS.values()):
        told = _told(kind)
        lines += ["", f"{kind.__name__}: {(kind.__doc__ or '').splitlines()[0]}"]
        lines += [f"  {item.name:<13} {_spelled(str(item.type)):<22} {told[item.name]}" for item in fields(kind)]
    return "\n".join(lines[1:]) + "\n"


def _told(kind: type) -> Mapping[str, str]:
    body = (kind.__doc__ or "").partition("Args:")[2]
    pairs = (line.strip().partition(": ") for line in body.splitlines() if ": " in line)
    return {name: meaning for name, _, meaning in pairs}


_SPELLED = MappingProxyType(
    {
        "str": "string",
        "int": "int",
        "bool": "bool",
        "tuple[str, ...]": "list(string)",
        "Mapping[str, tuple[str, ...]]": "map(string, list(string))",
    }
)


def _spelled(hint: str) -> str:
    """A Python type as CEL calls it."""
    plain = _SPELLED.get(hint)
    inner = hint.removeprefix("tuple[").removesuffix(", ...]")
    return plain or (f"list({inner})" if inner != hint else hint)


STATES = tuple(state for state in CoverageState if not state.clean)
"""What a gap's state may be."""
