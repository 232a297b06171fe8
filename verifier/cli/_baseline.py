"""`--baseline`: an earlier `json-v1` report tells what is known; what is new is shown, and makes the exit code.

A reason is known if the earlier report gives the same one, at the same level, on the same bytes: a file that changed
makes what stands in it new. Verdicts themselves do not change: reports that record them are written whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from verifier.errors import UsageError
from verifier.records import Decision, Level, Outcome, Verdict, visible
from verifier.records.canonical import digest_of
from verifier.reports.json import FORMAT, verdict_plain

RECORDS = frozenset({"attestation", "cyclonedx", "cyclonedx17", "json", "svr"})
"""Formats that record verdicts and are written whole."""

_LIMIT = 1 << 28
"""Bytes that are read of a report; a longer one is none."""

_DECIDING = {Level.DENY: Outcome.REJECTED, Level.UNDECIDED: Outcome.UNDECIDED}

_Verdict = Mapping[str, Any]
"""A verdict as `json-v1` has it."""

_Files = Mapping[str, frozenset[str]]
"""Digests of each file."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What an earlier report tells.

    Args:
        name: of its file.
        known: each reason by its digest, with the digests its files had, one mapping a verdict it stands in.
    """

    name: str
    known: Mapping[str, tuple[_Files, ...]]

    def outcome(self, verdict: Verdict) -> Outcome:
        """What the new reasons amount to; the verdict's own outcome where no known reason decides."""
        deciding = list(self._deciding(verdict))
        if not any(known for _, known in deciding):
            return verdict.outcome
        new = (_DECIDING[one.level] for one, known in deciding if not known)
        return min(max(new, key=_rank, default=Outcome.ACCEPTED), verdict.outcome, key=_rank)

    def shown(self, verdict: Verdict) -> Verdict:
        """The verdict with its new reasons only, and a note that counts the others."""
        marked = self._marked(verdict)
        new = [decision for decision, known in marked if not known]
        if count := len(marked) - len(new):
            reason = f"known from {visible(self.name)} and not shown: {count}"
            new.append(Decision("baseline", Level.NOTE, "", reason))
        dependencies = tuple(self.shown(dependency) for dependency in verdict.dependencies)
        return replace(verdict, decisions=tuple(new), dependencies=dependencies)

    def _deciding(self, verdict: Verdict) -> Iterator[tuple[Decision, bool]]:
        """Reasons that decide, here and in what the model loads, and whether each is known."""
        for decision, known in self._marked(verdict):
            if decision.level in _DECIDING and decision.waiver is None:
                yield decision, known
        for dependency in verdict.dependencies:
            yield from self._deciding(dependency)

    def _marked(self, verdict: Verdict) -> list[tuple[Decision, bool]]:
        plain = cast(_Verdict, verdict_plain(verdict))
        reasons = _reasons(plain)
        return [(decision, self._knows(*reason)) for decision, reason in zip(verdict.decisions, reasons, strict=True)]

    def _knows(self, reason: str, files: _Files) -> bool:
        return any(
            before.keys() == files.keys() and all(before[name] & digests for name, digests in files.items())
            for before in self.known.get(reason, ())
        )


def read(file: Path) -> Baseline:
    """The baseline that a report is.

    Raises:
        UsageError: it cannot be read, or is no `json-v1` report.
    """
    known: dict[str, list[_Files]] = {}
    try:
        with file.open("rb") as stream:
            report = json.loads(stream.read(_LIMIT))
        for verdict in {FORMAT: report["verdicts"]}[report["format"]]:
            for reason, files in _all(verdict):
                known.setdefault(reason, []).append(files)
    except OSError as error:
        told = f"The baseline {file} cannot be read: {error.strerror}."
        raise UsageError(told, "Name a report of -o json=FILE.") from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"The baseline {file} is no {FORMAT} report.", "Write one with -o json=FILE.") from error
    return Baseline(str(file), {reason: tuple(files) for reason, files in known.items()})


def _all(verdict: _Verdict) -> Iterator[tuple[str, _Files]]:
    yield from _reasons(verdict)
    for dependency in verdict["dependencies"]:
        yield from _all(dependency)


def _reasons(verdict: _Verdict) -> Iterator[tuple[str, _Files]]:
    """Each decision of a verdict as a digest, and the digests of the files it is about."""
    snapshot = verdict["dossier"]["snapshot"]
    digests = {
        artifact["path"]: frozenset(f"{each['algorithm']}:{each['value']}" for each in artifact["digests"])
        for artifact in snapshot["artifacts"]
    }
    for decision in verdict["decisions"]:
        about = {name.partition("!")[0] for name in _named(decision["cites"])}
        yield digest_of([snapshot["id"], decision]), {name: digests[name] for name in sorted(about & digests.keys())}


def _named(cites: object) -> Iterator[str]:
    """Names of artifacts, wherever a record has them."""
    if isinstance(cites, list):
        for each in cites:
            yield from _named(each)
    elif isinstance(cites, dict):
        for key, value in cites.items():
            if key in ("artifact", "subject", "name") and isinstance(value, str):
                yield value
            else:
                yield from _named(value)


def _rank(outcome: Outcome) -> int:
    return outcome.rank
