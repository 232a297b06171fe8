"""`verify code`: the models that source code names, against the lock."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.cli import _terminal
from verifier.codebase import Judged, Kind, Standing, fix, judged, scan
from verifier.errors import UsageError
from verifier.records import Outcome, visible
from verifier.store import lock as store

FORMAT = "code-v1"

FORMATS = ("plain", "json", "github", "markdown", "sarif")

_COMMANDS = {Outcome.REJECTED: "error", Outcome.UNDECIDED: "warning"}
_ROWS = 200
"""Rows of a table in Markdown; a job summary may hold 1 MiB (GitHub, workflow commands)."""


@dataclass(frozen=True, slots=True)
class Request:
    """How source code is to be looked at.

    Args:
        fix: write locked commits where they are missing.
        allow_run_time: what cannot be told decides nothing.
        report: one of `FORMATS`.
        verbose: -1 for the last line only, 1 for everything.
        output: more reports, each as `FORMAT=FILE`.
    """

    fix: bool
    allow_run_time: bool
    report: str
    verbose: int
    output: Sequence[str] = ()


def run(paths: Sequence[Path], request: Request, file: Path | None) -> int:
    """Reports, and gives the exit code of the worst reference.

    Raises:
        UsageError: a path, the lock or the format is wrong.
    """
    files = [_target(text) for text in request.output]
    for name in (request.report, *(name for name, _ in files)):
        if name not in FORMATS:
            raise UsageError(f"There is no format {visible(name)}.", f"Write one of {', '.join(FORMATS)}.")
    lock = store.read(file or store.nearest(Path.cwd()))
    found = [judged(place, lock) for place in scan(paths)]
    if request.fix and (fixed := fix(found)):
        for changed, count in fixed.items():
            _terminal.note(f"{visible(str(changed), 500)}: pinned {count} references.")
        found = [judged(place, lock) for place in scan(paths)]
    outcome = worst(found, allow_run_time=request.allow_run_time)
    _terminal.write(_told(found, outcome, request.report, request.verbose))
    for name, file_name in files:
        _publish(file_name, _told(found, outcome, name, 1))
    return outcome.exit_code


def _target(text: str) -> tuple[str, Path]:
    from verifier.cli import model

    return model.destination(text)


def _publish(file: Path, text: str) -> None:
    from verifier.cli import model

    model.publish_report(file, text)


def worst(found: Sequence[Judged], *, allow_run_time: bool) -> Outcome:
    """The worst outcome; accepted where there is nothing."""
    outcomes = (one.standing.outcome for one in found)
    counted = (one for one in outcomes if not (allow_run_time and one is Outcome.UNDECIDED))
    return max(counted, key=lambda outcome: outcome.rank, default=Outcome.ACCEPTED)


def _told(found: Sequence[Judged], outcome: Outcome, report: str, verbose: int) -> str:
    match report:
        case "json":
            return _json(found, outcome)
        case "github":
            return "".join(_annotation(one) for one in found if one.standing.outcome in _COMMANDS)
        case "markdown":
            return _markdown(found, outcome)
        case "sarif":
            from verifier.cli import _code_sarif

            return _code_sarif.render(found, _what)
        case _:
            return plain(found, outcome, verbose)


def _annotation(one: Judged) -> str:
    """A workflow command by which GitHub marks the line (docs: "Workflow commands for GitHub Actions")."""
    file, title = (
        text.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
        for text in (visible(one.place.file.as_posix(), 500), f"{one.standing.value} model")
    )
    told = _what(one).replace("%", "%25")
    return f"::{_COMMANDS[one.standing.outcome]} file={file},line={one.place.mention.line},title={title}::{told}\n"


def _markdown(found: Sequence[Judged], outcome: Outcome) -> str:
    from verifier.reports.markdown import cell

    shown = [one for one in found if one.standing.outcome is not Outcome.ACCEPTED]
    lines = ["", f"**Code: {outcome.value}**, {summary(found)}", ""]
    lines += ["| Where | Standing | Model |", "| --- | --- | --- |"] if shown else []
    lines += [f"| {cell(_where(one))} | {one.standing.value} | {cell(_what(one))} |" for one in shown[:_ROWS]]
    lines += [f"\nand {len(shown) - _ROWS} more."] if len(shown) > _ROWS else []
    return "\n".join(lines) + "\n"


def plain(found: Sequence[Judged], outcome: Outcome, verbose: int) -> str:
    """A line for each reference that is not as it should be, and one that counts them all."""
    shown = [one for one in found if verbose > 0 or one.standing not in (Standing.LOCKED, Standing.UNSAFE)]
    rows = [(_where(one), one.standing.value, _what(one)) for one in (shown if verbose >= 0 else [])]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    lines = [f"{where:{widths[0]}}  {standing:{widths[1]}}  {what}" for where, standing, what in rows]
    return "".join(f"{line}\n" for line in [*lines, *([""] if lines else []), f"{outcome.value}: {summary(found)}"])


def summary(found: Sequence[Judged]) -> str:
    """How many references there are, and how they stand."""
    counts = Counter(one.standing for one in found)
    unsafe = counts.pop(Standing.UNSAFE, 0)
    total = sum(counts.values())
    text = f"{total} {'reference' if total == 1 else 'references'} to models"
    if counts:
        text += ": " + ", ".join(f"{counts[standing]} {standing.value}" for standing in Standing if counts[standing])
    return text + (f"; {unsafe} unsafe {'call' if unsafe == 1 else 'calls'} (-v shows them)" if unsafe else "")


def _where(one: Judged) -> str:
    return f"{visible(one.place.file.as_posix(), 500)}:{one.place.mention.line}"


def _what(one: Judged) -> str:
    mention = one.place.mention
    name = mention.name + (f"@{mention.revision}" if mention.revision else "")
    more = [part for part in (mention.why, one.next_step()) if part]
    by = f" ({mention.via})" if mention.via != mention.name else ""
    return visible(f"{name}{by}{': ' if more else ''}{'; '.join(more)}", 500)


def _json(found: Sequence[Judged], outcome: Outcome) -> str:
    document = {"format": FORMAT, "outcome": outcome.value, "references": list(_rows(found))}
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _rows(found: Sequence[Judged]) -> Iterator[dict[str, object]]:
    for one in found:
        mention = one.place.mention
        yield {
            "file": one.place.file.as_posix(),
            "line": mention.line,
            "kind": mention.kind.value,
            "via": mention.via,
            "name": mention.name,
            "revision": mention.revision,
            "standing": one.standing.value,
            "outcome": one.standing.outcome.value,
            "locked-commit": one.commit,
            "why": mention.why,
            "next": one.next_step(),
        }


def references(paths: Sequence[Path]) -> list[str]:
    """The models of the hub that code names, as references with the commits it pins them to, each once.

    Raises:
        UsageError: a path is wrong, or a model is named at two commits.
    """
    found: dict[str, set[str]] = {}
    for place in scan(paths):
        if place.mention.kind is Kind.HUB:
            found.setdefault(place.mention.name, set()).update(
                [place.mention.revision] if place.mention.revision else []
            )
    for name, revisions in found.items():
        if len(revisions) > 1:
            told = " and ".join(sorted(visible(one, 50) for one in revisions))
            raise UsageError(f"{visible(name)} is named at {told}.", "A lock holds one commit of a model: name one.")
    return [name + "".join(f"@{revision}" for revision in revisions) for name, revisions in sorted(found.items())]
