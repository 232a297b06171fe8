"""A first policy for a repository, written from the models it already uses and green on the first day."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from verifier import policy
from verifier.policy import Policy
from verifier.policy.sections.waive import waivable
from verifier.records import Decision, Finding, SourceKind, Verdict, visible
from verifier.rules import Severity, rule
from verifier.store import quoted
from verifier.workflows.waiving import Signature, blocking, entry, subject

WEIGHTS = frozenset(
    {
        *(".bin", ".ckpt", ".gguf", ".h5", ".joblib", ".keras", ".msgpack", ".npz", ".onnx"),
        *(".pickle", ".pkl", ".pt", ".pth", ".safetensors", ".tflite"),
    }
)
"""Suffixes by which a folder of models is noticed; what a file is its content decides."""

MAX_FOLDERS = 10_000
"""Folders looked into."""


@dataclass(frozen=True, slots=True)
class Start:
    """A first policy.

    Args:
        text: the file.
        verdicts: what it makes of the models.
        left: decisions that no waiver was written for: they are about harm, or cannot be waived.
    """

    text: str
    verdicts: tuple[Verdict, ...]
    left: tuple[tuple[str, Decision], ...]


def models_below(folder: Path) -> list[Path]:
    """Folders that hold files of models, outermost first; files that lie in `folder` itself stand alone."""
    found: list[Path] = []
    for number, (place, folders, files) in enumerate(os.walk(folder)):
        if number == MAX_FOLDERS:
            break
        here = Path(place)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not (here / name / "pyvenv.cfg").exists()
        )
        models = sorted(here / name for name in files if Path(name).suffix.lower() in WEIGHTS)
        if models and here == folder:
            found += models
        elif models:
            found.append(here)
            folders.clear()
    return found


def start(name: str, verdicts: Sequence[Verdict], signature: Signature, today: date) -> Start:
    """The first policy.

    Args:
        name: of the policy.
        verdicts: on the models, under the shipped default.
        signature: of the waivers that keep the policy green.
        today: the day it is written.
    """
    every = list(_closure(verdicts))
    left: list[tuple[str, Decision]] = []
    waivers: dict[str, None] = {}
    for verdict in every:
        for decision in blocking(verdict):
            if decision.clause == "dependencies":
                continue
            if _may_be_waived(decision):
                waivers[_waiver(verdict, decision, signature)] = None
            else:
                left.append((verdict.dossier.snapshot.id, decision))
    text = _header(name) + _sources(every) + _formats(every) + _card(every) + _waivers(waivers, signature)
    first = policy.parse(text.encode(), "verify.toml", today=today)
    return Start(text, tuple(_again(verdict, first, today) for verdict in verdicts), tuple(left))


def _closure(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    for verdict in verdicts:
        yield verdict
        yield from _closure(verdict.dependencies)


def _may_be_waived(decision: Decision) -> bool:
    """Whether a waiver may be written without anybody having looked: not where loading runs code."""
    harmful = isinstance(decision.cites, Finding) and rule(decision.cites.rule).severity is Severity.CRITICAL
    return not harmful and subject(decision) in waivable()


def _waiver(verdict: Verdict, decision: Decision, signature: Signature) -> str:
    snapshot = verdict.dossier.snapshot
    if snapshot.reference.kind in (SourceKind.HUB, SourceKind.CACHE):
        return entry(subject(decision), f"{snapshot.id}@{snapshot.commit}", "", signature)
    comment = f"\n# {visible(Path(snapshot.id).name)}"
    return comment + entry(subject(decision), "", verdict.snapshot_digest, signature)


def _again(verdict: Verdict, first: Policy, today: date) -> Verdict:
    dependencies = tuple(_again(one, first, today) for one in verdict.dependencies)
    return policy.decide(
        first, verdict.dossier, stage=verdict.stage, tool=verdict.tool, dependencies=dependencies, today=today
    )


def _header(name: str) -> str:
    return f"""\
# What is accepted here. Written by `verify policy init` from the models in use; every line may be changed.
# `verify policy show` prints all that is in force, with the keys this file leaves as they are.

version = 1
name = {quoted(name)}
extends = "default"   # refuses what runs code or was crafted; undecided about what could not be seen
"""


def _sources(verdicts: Iterable[Verdict]) -> str:
    named = (SourceKind.HUB, SourceKind.CACHE)
    names = {one.dossier.snapshot.id for one in verdicts if one.dossier.snapshot.reference.kind in named}
    if not names:
        return ""
    organizations = sorted({name.partition("/")[0] for name in names})
    return f"""
[sources]
names = {_list(organizations)}   # in use: what only resembles one of them is refused
# organizations = {_list(organizations)}   # take models of these only
# pinned = true   # take models at a named commit only
"""


def _formats(verdicts: Iterable[Verdict]) -> str:
    found = sorted(
        {name for one in verdicts for artifact in one.dossier.snapshot.artifacts for name in artifact.formats}
    )
    return f"""
[formats]
# allow = {_list(found)}   # in use: allow no others, in containers neither
"""


def _card(verdicts: Iterable[Verdict]) -> str:
    values = [
        claim.value
        for one in verdicts
        for claim in one.dossier.claims
        if claim.kind == "license" and claim.channel == "model-card" and claim.value is not None
    ]
    names = sorted({str(name) for value in values for name in (value if isinstance(value, tuple) else (value,))})
    return (
        f"""
[card]
# licenses = {_list(names)}   # in use: accept no others
"""
        if names
        else ""
    )


def _waivers(waivers: Iterable[str], signature: Signature) -> str:
    entries = "".join(waivers)
    return (
        f"\n# Set aside until {signature.expires}: look at each, then fix, renew or remove it.\n{entries}"
        if entries
        else ""
    )


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(map(quoted, words))}]"
