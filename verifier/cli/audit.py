"""`verify audit`: what a source tree names and holds of models, in one table."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.cli import _terminal
from verifier.cli.model import Request
from verifier.codebase import PASSED_OVER, Judged, Kind, Standing, judged, scan
from verifier.errors import SourceError, UsageError
from verifier.records import Outcome, Verdict, visible
from verifier.store import lock as store

FORMAT = "audit-v1"

MODEL_FILE = re.compile(
    r"(?i).*\.(bin|ckpt|dill|gguf|h5|jl|joblib|keras|mar|model|nemo|npy|npz|onnx|p|pb|pck|pickle|pkl|pt|pt2|pte|pth|ptl"
    r"|safetensors|sav|skops|t7|tflite)(\.(bz2|gz|lz4|xz|z|zst))?"
)
"""Names of files that hold models, as the pre-commit hook takes them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A place in a source tree.

    Args:
        where: file and line, or file.
        what: the model named, or empty.
        pinned: `yes`, `no`, or empty for a file.
        locked: `yes`, `no`, or empty for a file.
        verdict: on the file, or on the model as the hub's cache has it; None where there is none to be had here.
        why: one clause; may be empty.
        next_step: may be empty.
        outcome: what it amounts to.
    """

    where: str
    what: str
    pinned: str
    locked: str
    verdict: Outcome | None
    why: str
    next_step: str
    outcome: Outcome


def run(paths: Sequence[Path], request: Request, file: Path | None, text_or_json: str, *, allow_run_time: bool) -> int:
    """Reports, and gives the exit code of the worst row.

    Raises:
        UsageError, PolicyError: a path, the lock, the policy or the format is wrong.
    """
    if text_or_json not in ("plain", "json"):
        raise UsageError(f"There is no format {visible(text_or_json)}.", "Write plain or json.")
    lock = store.read(file or store.nearest(Path.cwd()))
    found = [judged(place, lock) for place in scan(paths)]
    cached = _Cached(request)
    rows = [_named(one, cached, lenient=allow_run_time) for one in found if one.standing is not Standing.UNSAFE]
    rows += [_held(path, request) for path in _model_files(paths)]
    worst = max((row.outcome for row in rows), key=lambda outcome: outcome.rank, default=Outcome.ACCEPTED)
    _terminal.write(_json(rows, worst) if text_or_json == "json" else _plain(rows, worst, quiet=request.quiet))
    return worst.exit_code


class _Cached:
    """Verdicts on models as the hub's cache has them, each reached once."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._known: dict[tuple[str, str | None], Verdict | None] = {}

    def verdict(self, name: str, revision: str | None) -> Verdict | None:
        """None where the cache does not have the model at that revision."""
        key = (name, revision)
        if key not in self._known:
            self._known[key] = self._reached(name, revision)
        return self._known[key]

    def _reached(self, name: str, revision: str | None) -> Verdict | None:
        from verifier.sources import hub

        repository = hub.cached(name)
        commit = repository.commit(revision)
        if commit is None or not repository.holds(commit):
            return None
        try:
            return self._request.verdict(f"hf://{name}@{commit}")
        except SourceError:
            return None


def _named(one: Judged, cached: _Cached, *, lenient: bool) -> Row:
    mention, standing = one.place.mention, one.standing
    where = f"{one.place.file.as_posix()}:{mention.line}"
    outcome = standing.outcome
    if lenient and outcome is Outcome.UNDECIDED:
        outcome = Outcome.ACCEPTED
    if mention.kind is not Kind.HUB:
        return Row(where, mention.name, "", "", None, mention.why, one.next_step(), outcome)
    verdict = cached.verdict(mention.name, mention.revision)
    bad = verdict is not None and verdict.outcome is not Outcome.ACCEPTED
    return Row(
        where=where,
        what=mention.name + (f"@{mention.revision}" if mention.revision else ""),
        pinned="no" if standing is Standing.UNPINNED else "yes",
        locked="yes" if standing is Standing.LOCKED else "no" if one.commit is None else "other commit",
        verdict=verdict.outcome if verdict else None,
        why=_reason(verdict) if verdict is not None and bad else "",
        next_step=f"verify hf://{mention.name}" if bad else one.next_step(),
        outcome=max([outcome, *([verdict.outcome] if verdict else [])], key=lambda each: each.rank),
    )


def _model_files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_file():
            yield from [path] if MODEL_FILE.fullmatch(path.name) else []
            continue
        for place, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if name not in PASSED_OVER)
            yield from (Path(place, name) for name in sorted(files) if MODEL_FILE.fullmatch(name))


def _held(path: Path, request: Request) -> Row:
    shown = path.as_posix()
    command = f"verify {shown if path.is_absolute() else f'./{shown}'}"
    try:
        verdict = request.verdict(str(path.absolute()))
    except SourceError as error:
        return Row(shown, "", "", "", None, error.message, command, Outcome.UNDECIDED)
    accepted = verdict.outcome is Outcome.ACCEPTED
    why, step = ("", "") if accepted else (_reason(verdict), command)
    return Row(shown, "", "", "", verdict.outcome, why, step, verdict.outcome)


def _reason(verdict: Verdict) -> str:
    return next((decision.reason for decision in verdict.decisions[:1]), "")


_HEAD = ("where", "model", "pinned", "locked", "verdict", "next")


def _plain(rows: Sequence[Row], worst: Outcome, *, quiet: bool) -> str:
    cells = [
        (row.where, row.what, row.pinned, row.locked, row.verdict.value if row.verdict else "-", row.next_step)
        for row in rows
    ]
    shown = [tuple(visible(cell, 200) for cell in line) for line in [_HEAD, *cells]]
    widths = [max(len(line[column]) for line in shown) for column in range(len(_HEAD))]
    lines = []
    for number, line in enumerate(shown if rows and not quiet else []):
        padded = zip(line, widths, strict=True)
        lines.append("  ".join(f"{cell:{width}}" for cell, width in padded).rstrip())
        if number and (why := rows[number - 1].why):
            lines.append(f"    {visible(why, 300)}")
    counts = (
        f"{sum(bool(row.what) for row in rows)} references to models, {sum(not row.what for row in rows)} model files"
    )
    end = f"{worst.value}: {counts}" + ("" if rows else "; `verify --help` tells what else there is")
    return "".join(f"{line}\n" for line in [*lines, *([""] if lines else []), end])


def _json(rows: Sequence[Row], worst: Outcome) -> str:
    told = [
        {
            "where": row.where,
            "model": row.what,
            "pinned": row.pinned,
            "locked": row.locked,
            "verdict": row.verdict.value if row.verdict else None,
            "why": row.why,
            "next": row.next_step,
            "outcome": row.outcome.value,
        }
        for row in rows
    ]
    return json.dumps({"format": FORMAT, "outcome": worst.value, "rows": told}, indent=2) + "\n"
