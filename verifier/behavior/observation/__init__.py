"""Loading a model where it can do nothing, and seeing what it tries (`verify observe`).

What flows in: a file of a model, what loads it, and what its own bytes foretell. What flows out: a Fact of what was
seen, a Comparison with what loads of its kind do, and a Finding for each kind of act that is not among that. A load
that does not come to its end shows nothing good: it is `not-checkable`, beside what it was seen doing until then.

One load is one load: what waits for a date, a network or a later use of the model is not seen.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from verifier.behavior.observation.comparison import HOW, RULES, Row, Subject, findings, rows
from verifier.behavior.sandbox import Bounds, Mode, Trace, interpreter, run
from verifier.data.symbols import package, standard_modules
from verifier.errors import NotRun
from verifier.records import Comparison, Evidence, Fact, Finding, Result, visible
from verifier.records.terms import Measured

__all__ = ["RULES", "Place", "Subject", "left", "observe"]

KIND: Final = Measured.LOAD.value


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model lies and how it is loaded.

    Args:
        folder: of the model.
        files: paths in it that may be read.
        mode: the confinement, see `sandbox.mode_observed`.
        bounds: of each load.
    """

    folder: Path
    files: Sequence[str]
    mode: Mode
    bounds: Bounds


def observe(subject: Subject, place: Place) -> Iterator[Fact | Finding | Comparison]:
    """Yields what loading one file shows: a Comparison in any case, Findings where it is contradicted."""
    try:
        versions = _versions(subject.load.package)
        trace, failure = _loaded(subject, place)
    except NotRun as error:
        yield left(subject.path, str(error))
        return
    found = rows(trace.seen, subject, [*map(str, interpreter()), *(str(place.folder / path) for path in place.files)])
    fact = _fact(subject, found, (place.mode.value, versions))
    yield fact
    yield from findings(found, subject, place.mode.value)
    others = sum(len(row.others) for row in found)
    if others:
        reason = f"loading it did {_things(others)} that loading such a file does not"
        yield Comparison(KIND, None, (fact,), Result.CONTRADICTED, f"{subject.path}: {reason}")
    elif failure:
        yield left(subject.path, failure)
    else:
        reason = "loading it did what loading such a file does, and nothing else"
        yield Comparison(KIND, None, (fact,), Result.CONSISTENT, f"{subject.path}: {reason}")


def left(path: str, reason: str) -> Comparison:
    """A file whose load was not seen to its end, and why."""
    return Comparison(KIND, None, (), Result.NOT_CHECKABLE, f"{path} was not loaded to its end: {reason}")


def _loaded(subject: Subject, place: Place) -> tuple[Trace, str]:
    """What was seen, and why no way of loading came to its end; empty where one did.

    Raises:
        NotRun: nothing can be said of what it does.
    """
    trace = Trace((*subject.load.prepare, *_modules(subject.symbols)))
    request = json.dumps({"loader": subject.load.loader, "file": str(place.folder / subject.path)}).encode()
    readable = [place.folder / path for path in place.files]
    try:
        answer = run(PROGRAM, request, mode=place.mode, readable=readable, bounds=place.bounds, trace=trace)
        return trace, _failure(answer)
    except NotRun as error:
        if not trace.begun:
            raise
        return trace, str(error)


PROGRAM: Final = "verifier.behavior.observation.child:answer"


def _failure(answer: bytes) -> str:
    try:
        steps = json.loads(answer)
    except (ValueError, RecursionError):
        steps = None
    if not isinstance(steps, dict) or not steps or not all(isinstance(one, str) for one in steps.values()):
        return "its answer says nothing of how it was loaded"
    return "" if "" in steps.values() else visible("; ".join(f"{way}: {why}" for way, why in steps.items()), 500)


def _modules(symbols: frozenset[str]) -> list[str]:
    """Modules of frameworks that a file names: they are not the model's, and are imported before it is touched."""
    found = {symbol.rpartition(".")[0] for symbol in symbols}
    tops = {module: module.partition(".")[0] for module in found}
    known = {top: package(top) for top in tops.values() if top not in standard_modules()}
    return sorted(module for module, top in tops.items() if (of := known.get(top)) is not None and of.reviewed)


def _versions(distribution: str) -> str:
    """What loads it.

    Raises:
        NotRun: it is not installed.
    """
    if not distribution:
        return f"Python {platform.python_version()}"
    try:
        return f"{distribution} {version(distribution)}"
    except PackageNotFoundError:
        raise NotRun(f"{distribution} is not installed, which loads it (pip install {distribution})") from None


def _fact(subject: Subject, found: Sequence[Row], confinement: tuple[str, str]) -> Fact:
    """The rows, each of act, number expected and what was not; then confinement and versions, as with any run."""
    table = tuple((row.act.value, row.expected, row.others) for row in found)
    seen = sum(row.expected + len(row.others) for row in found)
    evidence = Evidence(subject.path, f"{_things(seen)} seen", HOW)
    return Fact(KIND, (subject.load.loader, table, *confinement), evidence)


def _things(count: int) -> str:
    return f"{count} thing" if count == 1 else f"{count} things"
