"""For people: the verdict first, then why, what was read, and what to do next.

Text that comes from a model is shown as one printable line each and never parsed as markup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING

from verifier import rules
from verifier.records import Claim, Coverage, Finding, Level, Outcome, Result, Stage, Standing, Verdict
from verifier.records.scan import HUB, ORGANIZATION, SCANS
from verifier.records.terms import Measured
from verifier.reports._behavior import BLIND, ONE_LOAD, levels, table
from verifier.reports._claims import tally
from verifier.reports._failure import Failure
from verifier.reports._view import GAPS, Item, bytes_read, closure, gaps, items, model, place, safe, size

if TYPE_CHECKING:
    from rich.console import Console

_PLACES = 3
"""Places of one rule shown unless verbose."""
_GROUPS = 6
"""Reasons shown unless verbose."""
_STAGE = {
    Stage.PRE_DOWNLOAD: "pre-download: digests are as the source claims them",
    Stage.CONFIRMED: "confirmed: digests were computed from the bytes",
}
_OUTCOME_STYLE = {
    Outcome.ACCEPTED: "bold green",
    Outcome.UNDECIDED: "bold yellow",
    Outcome.REJECTED: "bold red",
}
_RESULT_STYLE = {Result.CONSISTENT: "green", Result.CONTRADICTED: "red"}
_LEVEL_STYLE = {
    Level.DENY: "red",
    Level.UNDECIDED: "yellow",
    Level.NOTE: "cyan",
    Level.ALLOW: "green",
}


def render(
    verdicts: Sequence[Verdict],
    *,
    failures: Sequence[Failure] = (),
    color: bool = False,
    width: int = 100,
    verbose: int = 0,
) -> str:
    """One block a verdict; one line with `verbose` -1."""
    page = _Page(color, width, verbose)
    for number, verdict in enumerate(verdicts):
        page.verdict(verdict, first=number == 0)
    for failure in failures:
        page.failure(failure)
    return page.text()


class _Page:
    """Collects styled lines."""

    def __init__(self, color: bool, width: int, verbose: int) -> None:
        from rich.console import Console

        self._out = StringIO()
        self._verbose = verbose
        self._console: Console = Console(
            file=self._out,
            width=max(width, 20),
            force_terminal=color,
            color_system="standard" if color else None,
            no_color=not color,
            legacy_windows=False,
            highlight=False,
            _environ={},
        )

    def text(self) -> str:
        return "".join(line.rstrip(" ") + "\n" for line in self._out.getvalue().splitlines())

    def _line(self, indent: int, *parts: tuple[str, str]) -> None:
        from rich.padding import Padding
        from rich.text import Text

        self._console.print(Padding(Text.assemble(*parts, overflow="fold"), (0, 0, 0, indent), expand=False))

    def verdict(self, verdict: Verdict, *, first: bool) -> None:
        """The whole block of one verdict."""
        if self._verbose < 0:
            self._headline(verdict)
            return
        if not first:
            self._console.print()
        self._headline(verdict)
        self._line(2, (f"{_STAGE[verdict.stage]} · policy {safe(verdict.policy.name)}", "dim"))
        for claim in verdict.dossier.claims:
            if claim.kind == "commit" and (self._verbose or claim.standing is not Standing.UNVERIFIED):
                self._line(2, (f"commit {claim.standing} by git's own objects: {safe(claim.evidence.what)}", "dim"))
        if told := _hub(verdict.dossier.claims):
            self._line(2, (f"the hub's word, not checked: {', '.join(told)}", "dim"))
        self._why(verdict)
        self._behavior(verdict)
        self._read(verdict)
        self._loads(verdict)
        self._next(verdict)

    def failure(self, failure: Failure) -> None:
        """A reference without a verdict."""
        self._line(0, ("no verdict", "bold yellow"), (f"  {safe(failure.reference)}", "bold"))
        if self._verbose >= 0:
            self._line(2, (safe(f"{failure.message} {failure.next_step}".strip()), ""))

    def _headline(self, verdict: Verdict) -> None:
        word = (verdict.outcome.value, _OUTCOME_STYLE[verdict.outcome])
        self._line(0, word, (f"  {model(verdict.dossier.snapshot)}", "bold"))

    def _why(self, verdict: Verdict) -> None:
        shown = [item for item in items(verdict) if item.decision.level is not Level.ALLOW or self._verbose > 0]
        groups = [
            list(group)
            for _, group in groupby(shown, lambda item: (item.decision.level, item.decision.waiver, item.subject))
        ]
        self._section("Why")
        if not groups:
            self._line(2, ("nothing was found that the policy denies or leaves undecided", ""))
        limit = len(groups) if self._verbose > 0 else _GROUPS
        for group in groups[:limit]:
            self._group(group)
        if groups[limit:]:
            self._line(2, (f"and {len(groups[limit:])} more reasons (-v shows all)", "dim"))

    def _group(self, group: Sequence[Item]) -> None:
        first = group[0]
        level = first.decision.level
        waived = f"  waived by {safe(first.decision.waiver)}" if first.decision.waiver else ""
        clause = f"  by {safe(first.decision.clause)}" if first.decision.clause != first.subject else ""
        self._line(
            2, (level.value, _LEVEL_STYLE[level]), (f"  {safe(first.subject)}", "bold"), (clause + waived, "dim")
        )
        limit = len(group) if self._verbose > 0 else _PLACES
        message = ""
        for item in group[:limit]:
            self._item(item, known=item.message == message)
            message = item.message
        if group[limit:]:
            self._line(4, (f"and at {len(group[limit:])} more places (-v shows all)", "dim"))
        advice = _next_step(first.subject)
        if advice and level in (Level.DENY, Level.UNDECIDED) and not first.decision.waiver:
            self._line(4, (f"Next: {advice}", "italic"))

    def _item(self, item: Item, *, known: bool) -> None:
        if item.evidence is None:
            self._line(4, (item.message, ""))
        elif not isinstance(item.decision.cites, Finding):
            self._line(4, (place(item.evidence), "bold"), (f": {item.message}", ""))
        else:
            repeated = item.message.startswith(item.evidence.what.rstrip(".\u2026"))
            what = item.message if repeated and not known else item.evidence.what
            self._line(4, (place(item.evidence), "bold"), (f": {what}", ""))
            if not known and not repeated:
                self._line(4, (item.message, ""))

    def _behavior(self, verdict: Verdict) -> None:
        """What running it showed, and what that cannot show; nothing where it was not run."""
        measured = [one for one in verdict.dossier.comparisons if one.kind in tuple(Measured)]
        if not measured:
            return
        self._section("Behavior")
        unchecked = [one for one in measured if one.result is Result.NOT_CHECKABLE]
        hidden = [] if self._verbose > 0 else unchecked[_GROUPS:]
        for one in measured:
            if one not in hidden:
                style = _RESULT_STYLE.get(one.result, "yellow")
                self._line(2, (one.result.value, style), (f"  {safe(one.reason)}", ""))
                for fact in one.facts:
                    for row, expected in table(fact):
                        self._line(6, (safe(row), "dim" if expected else "red"))
        if hidden:
            self._line(2, (f"and {len(hidden)} more that are not checkable (-v shows all)", "dim"))
        for level in levels(measured, verdict.dossier.facts):
            self._line(2, (level, "dim"))
        consistent = {one.kind for one in measured if one.result is Result.CONSISTENT}
        if consistent - {Measured.LOAD}:
            self._line(2, (BLIND, ""))
        if Measured.LOAD in consistent:
            self._line(2, (ONE_LOAD, ""))

    def _read(self, verdict: Verdict) -> None:
        dossier = verdict.dossier
        total = sum(artifact.size for artifact in dossier.snapshot.artifacts)
        requests = sum(record.requests for record in dossier.reads)
        over = f", {_counted(requests, 'request')}" if requests else ""
        self._section("Read")
        files = _counted(len(dossier.snapshot.artifacts), "file")
        self._line(2, (f"{size(bytes_read(dossier))} of {size(total)} in {files}{over}", ""))
        counted = Counter(coverage.state.value for coverage in gaps(dossier))
        if counted:
            states = ", ".join(f"{count} {state}" for state, count in sorted(counted.items()))
            self._line(2, (f"not inspected: {states}", "yellow"))
        unchecked = sorted({name for coverage in dossier.coverage for name in coverage.unchecked})
        if unchecked:
            self._line(2, (f"only checked once downloaded: {', '.join(map(safe, unchecked))}", ""))
        if claims := tally(dossier):
            self._line(2, (f"claims: {safe(claims)}; `verify card` shows them", ""))
        if self._verbose > 0:
            self._files(dossier.coverage)

    def _files(self, coverage: Iterable[Coverage]) -> None:
        for one in coverage:
            end = "" if one.length is None else str(one.offset + one.length)
            span = f" {one.offset}-{end}" if one.offset or end else ""
            reason = f": {safe(one.reason)}" if one.reason else ""
            self._line(4, (f"{safe(one.artifact)}{span}  {one.state.value}{reason}", "dim"))

    def _loads(self, verdict: Verdict) -> None:
        others = list(closure(verdict))[1:]
        if others:
            self._section("Loads")
        for other in others:
            self._line(
                2, (other.outcome.value, _OUTCOME_STYLE[other.outcome]), (f"  {model(other.dossier.snapshot)}", "bold")
            )
            if other.outcome is not Outcome.ACCEPTED:
                for item in list(items(other))[:1]:
                    where = f"{place(item.evidence)}: " if item.evidence else ""
                    self._line(4, (f"{safe(item.subject)}: {where}{item.message}", ""))

    def _next(self, verdict: Verdict) -> None:
        commit = verdict.dossier.snapshot.commit
        if verdict.outcome is Outcome.ACCEPTED and verdict.stage is Stage.PRE_DOWNLOAD and commit:
            self._section("Next")
            self._line(2, (f'load exactly what was verified: revision="{commit}"', ""))
        elif verdict.outcome is Outcome.REJECTED:
            self._section("Next")
            self._line(2, ("do not download or load this model", ""))
        elif verdict.outcome is Outcome.UNDECIDED:
            self._section("Next")
            self._line(2, ("do not load it before the reasons above are settled", ""))

    def _section(self, title: str) -> None:
        self._line(0, (title, "bold underline" if self._console.is_terminal else ""))


def _hub(claims: Sequence[Claim]) -> list[str]:
    """What the hub says of scans and of the organization, in short; nothing where it says nothing of them."""
    said = {claim.kind: safe(str(claim.value)) for claim in claims if claim.channel == "hub-api"}
    files = Counter(str(one.value) for one in claims if (one.kind, one.who) == ("security-status", HUB))
    told = [f"scans {said[SCANS]}"] if SCANS in said else []
    told += [f"{_counted(count, 'file')} {safe(status)}" for status, count in sorted(files.items())]
    return told + [name for name in (ORGANIZATION,) if said.get(name) == "true"]


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _next_step(subject: str) -> str:
    """What to do about a reason; empty where the message says it all."""
    if subject in rules.rule_ids():
        rule = rules.rule(subject)
        advice = rule.sections["What to do"].split("\n\n")[0].replace("\n", " ")
        return f"{advice} (verify explain {rule.id})"
    return GAPS[subject][1] if subject in GAPS else ""
