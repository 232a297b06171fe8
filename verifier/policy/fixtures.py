"""Tests of policies: models told by facts, and what a policy must make of them.

    [[case]]
    name = "a pickle is refused"
    outcome = "rejected"
    decisions = ["deny formats.allow"]
    files = [{path = "model.bin", formats = ["pickle"]}]

The names are those of the fact document. What a case does not say is unremarkable: a model of the hub at a named
commit, of one safetensors file, and every file inspected.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from verifier.policy import _keys
from verifier.policy._case import Case
from verifier.policy._document import read
from verifier.policy._keys import choice, flag, number, text, words
from verifier.policy._table import Table, near
from verifier.policy.facts import STATES
from verifier.records import (
    Artifact,
    Asserter,
    Claim,
    Coverage,
    CoverageState,
    Digest,
    Dossier,
    Edge,
    EdgeKind,
    Evidence,
    Fact,
    Finding,
    Outcome,
    Reference,
    Snapshot,
    SourceKind,
    Stage,
    Standing,
)
from verifier.records.card import CardField
from verifier.rules import rule_ids

HOW = "policy-test/1"
COMMIT = "0" * 40

WORDS = ("deny", "undecided", "note", "allow", "waived")
"""What an expected decision begins with: its level, or that a waiver covers it."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A case of a file of tests.

    Args:
        name: what it is about.
        place: file and line.
        case: what is known of the model.
        outcome: what the verdict must be.
        decisions: word and clause of decisions that must be among those made.
    """

    name: str
    place: str
    case: Case
    outcome: Outcome
    decisions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Model:
    """`[case.model]`."""

    id: str = text("hub id, absolute path or URL")
    kind: SourceKind = choice("kind of place", SourceKind, SourceKind.HUB)
    hub: str = text("address of the hub")
    commit: str = text("40 hexadecimal digits")
    pinned: bool = flag("the commit was asked for", default=True)


@dataclass(frozen=True, slots=True)
class _File:
    """`[[case.files]]`."""

    path: str = text("relative, with `/`", required=True)
    size: int = number("bytes", 1000, 0, 1 << 62)
    sha256: str = text("64 hexadecimal digits")
    formats: tuple[str, ...] = words("ids")


@dataclass(frozen=True, slots=True)
class _Found:
    """`[[case.findings]]`."""

    rule: str = text("id of a rule", required=True)
    file: str = text("where")
    message: str = text("what was seen")


@dataclass(frozen=True, slots=True)
class _Observed:
    """`[[case.facts]]`."""

    kind: str = text("slug", required=True)
    value: str = text("as text", required=True)
    file: str = text("where")


@dataclass(frozen=True, slots=True)
class _Gap:
    """`[[case.gaps]]`."""

    file: str = text("whose bytes", required=True)
    state: CoverageState = choice("how far it was inspected", STATES, CoverageState.ERROR)
    reason: str = text("why")


@dataclass(frozen=True, slots=True)
class _Link:
    """`[[case.links]]`."""

    target: str = text("hub id", required=True)
    kind: EdgeKind = choice("what it does", EdgeKind, EdgeKind.DERIVED_FROM)
    license: str = text("of a base model, as its card says")


def expectations(content: bytes, file: str, today: date) -> Iterator[Expectation]:
    """The cases of a file of tests.

    Args:
        content: its bytes.
        file: its name, for messages.
        today: the day of cases that name none.

    Raises:
        PolicyError: it is malformed.
    """
    table = Table(read(content, file), today)
    for case in table.tables("case"):
        yield _expectation(case, today)
    table.close()


def _expectation(table: Table, today: date) -> Expectation:
    place = table.document.place((*table.path, "name"))
    name = table.text("name") or f"case {place}"
    outcome = table.choice("outcome", Outcome, Outcome.ACCEPTED)
    if "outcome" not in table.all_keys():
        table.fail("outcome", "is missing", f"It takes: {', '.join(Outcome)}.")
    decisions = tuple(_decision(table, one) for one in table.words("decisions"))
    stage = table.choice("stage", Stage, Stage.CONFIRMED)
    day = table.day("today") or today
    dossier = _dossier(table)
    table.close()
    return Expectation(name, place, Case(dossier, (), stage, day), outcome, decisions)


def _decision(table: Table, told: str) -> tuple[str, str]:
    word, _, clause = told.partition(" ")
    if word not in WORDS or not clause:
        table.fail("decisions", f"does not take {told!r}", f"Write a word and a clause; {near(word, WORDS)}")
    return word, clause


def _dossier(table: Table) -> Dossier:
    links = [_keys.read(_Link, one) for one in table.tables("links")]
    files = [_keys.read(_File, one) for one in table.tables("files")]
    if twice := [one.path for number, one in enumerate(files) if one.path in {two.path for two in files[:number]}]:
        table.fail("files", f"names {twice[0]!r} twice", "Remove one.")
    gaps = [_keys.read(_Gap, one) for one in table.tables("gaps")]
    snapshot = _snapshot(_keys.read(_Model, table.table("model")), files or [_File("model.safetensors", 1000, "", ())])
    broken = {gap.file for gap in gaps}
    inspected = [_inspected(artifact) for artifact in snapshot.artifacts if artifact.name not in broken]
    missing = [_gap(gap) for gap in gaps]
    return Dossier(
        snapshot,
        findings=tuple(_finding(one) for one in table.tables("findings")),
        facts=tuple(_fact(_keys.read(_Observed, one)) for one in table.tables("facts")),
        claims=(*_card(table.table("card")), *(_license(link) for link in links if link.license)),
        coverage=(*inspected, *missing),
        edges=tuple(Edge(link.kind, link.target, None, _place(".", link.target)) for link in links),
    )


def _snapshot(model: _Model, files: Collection[_File]) -> Snapshot:
    identity = model.id or "org/name"
    commit = model.commit or COMMIT if model.kind in (SourceKind.HUB, SourceKind.CACHE) else None
    artifacts = sorted((_artifact(file) for file in files), key=lambda artifact: artifact.path)
    return Snapshot(
        Reference(identity, model.kind, identity, commit if model.pinned else None),
        identity,
        commit,
        tuple(artifacts),
        local=model.kind not in (SourceKind.HUB, SourceKind.URL),
        metadata=(("endpoint", model.hub or "https://huggingface.co"),) if model.kind is SourceKind.HUB else (),
    )


def _artifact(file: _File) -> Artifact:
    digests = (Digest("sha256", file.sha256, Asserter.COMPUTED),) if file.sha256 else ()
    formats = file.formats or (("safetensors",) if file.path.endswith(".safetensors") else ())
    return Artifact(file.path, file.size, digests, formats=formats)


def _inspected(artifact: Artifact) -> Coverage:
    return Coverage(artifact.name, CoverageState.INSPECTED, "", f"{(*artifact.formats, 'text')[0]}/1")


def _gap(gap: _Gap) -> Coverage:
    return Coverage(gap.file, gap.state, gap.reason or "told by the case", HOW)


def _finding(table: Table) -> Finding:
    found = _keys.read(_Found, table)
    if found.rule not in rule_ids():
        table.fail("rule", f"does not take {found.rule!r}", near(found.rule, rule_ids()))
    return Finding(found.rule, (_place(found.file or ".", found.rule),), found.message or f"{found.rule} was found")


def _fact(fact: _Observed) -> Fact:
    value: str | int = int(fact.value) if re.fullmatch(r"\d{1,18}", fact.value) else fact.value
    return Fact(fact.kind, value, _place(fact.file or ".", fact.value))


def _card(table: Table) -> Iterator[Claim]:
    table.close(tuple(CardField))
    for key in table.all_keys():
        value = table.line(key)
        yield Claim(
            key, value, "publisher", "model-card", ".", Standing.UNVERIFIED, _place("README.md", f"{key}: {value}")
        )


def _license(link: _Link) -> Claim:
    place = _place(".", f"{link.target}: {link.license}")
    return Claim(CardField.LICENSE, link.license, "publisher", "model-card", link.target, Standing.UNVERIFIED, place)


def _place(artifact: str, what: str) -> Evidence:
    return Evidence(artifact, what, HOW)
