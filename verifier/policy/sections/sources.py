"""`[sources]`: where a model may come from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from verifier.policy._case import Case
from verifier.policy._keys import flag, number, words
from verifier.policy._names import resembles
from verifier.policy._section import Section
from verifier.records import Decision, Level, Reference, SourceKind


@dataclass(frozen=True, slots=True)
class Sources(Section):
    """Where a model may come from, and how it must be named."""

    NAME: ClassVar[str] = "sources"
    WAIVABLE: ClassVar[tuple[str, ...]] = ("hubs", "kinds", "names", "organizations", "pinned")

    kinds: tuple[str, ...] = words("kinds of place allowed; empty allows all", lambda: tuple(SourceKind))
    hubs: tuple[str, ...] = words('hubs allowed, as "https://huggingface.co"; empty allows all')
    organizations: tuple[str, ...] = words("organizations of the hub allowed; empty allows all")
    pinned: bool = flag("a hub reference must name its commit, and a URL its SHA-256")
    names: tuple[str, ...] = words("organizations and models you use: what only resembles one of them is denied")
    distance: int = number("slips of the pen up to which a name resembles another", 2, 1, 4)

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for a place that is not allowed, and for a name that means, or can mean, something else."""
        reference = case.dossier.snapshot.reference
        if self.kinds and reference.kind not in self.kinds:
            reason = f"the policy takes models from {', '.join(self.kinds)}, not from {reference.kind}"
            yield Decision("sources.kinds", Level.DENY, reference.text, reason)
        if self.pinned and (missing := _unpinned(reference)):
            yield Decision("sources.pinned", Level.DENY, reference.text, f"the policy wants {missing}")
        yield from self._hub(case)
        if reference.kind in _NAMED:
            yield from self._organization(case)
            yield from self._lookalike(case)
        elif self.organizations:
            reason = f"the policy takes models of {', '.join(self.organizations)}; a {reference.kind} is of nobody"
            yield Decision("sources.organizations", Level.UNDECIDED, reference.text, reason)

    def _hub(self, case: Case) -> Iterator[Decision]:
        if not self.hubs or case.dossier.snapshot.reference.kind not in _NAMED:
            return
        hub = dict(case.dossier.snapshot.metadata).get("endpoint")
        if hub is None:
            reason = f"the policy takes models from {', '.join(self.hubs)}; a cache does not say where it is from"
            yield Decision("sources.hubs", Level.UNDECIDED, case.model, reason)
        elif hub.rstrip("/") not in {allowed.rstrip("/") for allowed in self.hubs}:
            reason = f"the policy takes models from {', '.join(self.hubs)}, not from {hub}"
            yield Decision("sources.hubs", Level.DENY, case.model, reason)

    def _organization(self, case: Case) -> Iterator[Decision]:
        if not self.organizations:
            return
        organization, slash, _ = case.model.partition("/")
        if not slash or organization not in self.organizations:
            reason = f"the policy takes models of {', '.join(self.organizations)}, not {case.model}"
            yield Decision("sources.organizations", Level.DENY, case.model, reason)
        else:
            yield Decision(
                "sources.organizations", Level.ALLOW, case.model, f"{organization} is an organization it takes"
            )

    def _lookalike(self, case: Case) -> Iterator[Decision]:
        namespace = case.model.partition("/")[0]
        for name in self.names:
            known = name.partition("/")[0]
            if resembles(namespace, known, self.distance):
                reason = f"{case.model} resembles {name}, which the policy names, and is not of {known}"
                yield Decision("sources.names", Level.DENY, case.model, reason)


_NAMED = frozenset({SourceKind.HUB, SourceKind.CACHE})


def _unpinned(reference: Reference) -> str:
    if reference.kind is SourceKind.HUB and not re.fullmatch(r"[0-9a-f]{40}", reference.revision or ""):
        return "the commit named: add @ and its 40 hexadecimal digits"
    if reference.kind is SourceKind.URL and reference.sha256 is None:
        return "the file's digest named: add #sha256= and its 64 hexadecimal digits"
    return ""


SECTION = Sources
