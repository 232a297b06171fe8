"""Golden vectors: declared inputs run through the model, and what comes out held against what is declared (level 2).

It tells weights that were exchanged, repacked, requantized or damaged from those the author ran. It does not tell
anything of inputs that are not among the vectors, nor of an author who means ill.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from verifier.behavior import tensors
from verifier.behavior.difference import Difference, difference
from verifier.behavior.plan import planned, without_answers
from verifier.behavior.runner import Entry, Job, Model, Ran, run
from verifier.behavior.sandbox import Bounds, Mode
from verifier.errors import InspectionError, NotFoundError, NotRun
from verifier.records import Claim, Comparison, Evidence, Fact, Result, Standing
from verifier.records.declaration import DataFile, Declaration, Golden, Regime, Tolerance
from verifier.records.terms import Dialect, Kind, Measured, Runtime

if TYPE_CHECKING:
    from numpy import ndarray

KIND = Measured.GOLDEN.value
"""Of claims, facts and comparisons about golden vectors."""

HOW = "golden/1"

ONNX_TOLERANCE = Tolerance(abs=1e-7, rel=1e-3)
"""What the runner of ONNX's own test sets allows (`onnx/backend/test/runner`)."""

_SET = re.compile(r"((?:.*/)?)(test_data_set_\d{1,4})/(input|output)_(\d{1,3})\.pb")

Read = Callable[[str], bytes]
"""The bytes of a file of the model, by its path."""

Keep = Callable[[str, int, "ndarray"], None]
"""Is given what came out: the vectors' id, the place of the output, the array."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What golden vectors are measured with.

    Args:
        model: folder and files of the model; those that hold declared outputs are kept from it.
        read: reads a file of the model here.
        mode: the confinement.
        bounds: of each run.
        keep: takes what came out.
        who: declares the vectors.
    """

    model: Model
    read: Read
    mode: Mode
    bounds: Bounds
    keep: Keep
    who: str = "publisher"


def test_sets(paths: Sequence[str]) -> Iterator[Declaration]:
    """Yields a declaration for each ONNX model with test sets beside it (`test_data_set_0/input_0.pb`)."""
    found: dict[tuple[str, str], dict[str, dict[int, str]]] = {}
    for path in paths:
        if named := _SET.fullmatch(path):
            sides = found.setdefault((named[1], named[2]), {"input": {}, "output": {}})
            sides[named[3]][int(named[4])] = path
    for (folder, name), sides in sorted(found.items()):
        inputs, outputs = (tuple(DataFile(side[place], "") for place in sorted(side)) for side in sides.values())
        graphs = [path for path in paths if path.endswith(".onnx") and path.rpartition("/")[0] == folder.rstrip("/")]
        if len(graphs) == 1 and outputs and inputs:
            golden = Golden(f"{folder}{name}"[-100:], inputs, outputs, Kind.TENSOR, ONNX_TOLERANCE)
            regime = Regime(runtime=(Runtime.ONNX,), entry=Entry.TENSOR)
            yield Declaration(regime=regime, golden=(golden,), source=graphs[0], dialect=Dialect.ONNX)


def measure(declarations: Sequence[Declaration], bench: Bench) -> Iterator[Fact | Comparison]:
    """Yields, for each golden vector, a fact of what came out and a comparison with what is declared.

    A run that did not end well is `not-checkable`, and says why: that is no difference.
    """
    model = without_answers(bench.model, declarations)
    for declared in declarations:
        for place, golden in enumerate(declared.golden):
            claim = _claim(declared, golden, place, bench.who)
            try:
                ran = run(model, job(declared, golden, bench), mode=bench.mode, bounds=bench.bounds)
                facts, found = _held(golden, declared.regime, ran, bench)
            except (InspectionError, NotFoundError) as error:
                reason = f"{golden.id} did not run: {error}"
                yield Comparison(KIND, claim, (), Result.NOT_CHECKABLE, reason)
                continue
            yield from facts
            result = Result.CONSISTENT if all(one.holds for one in found) else Result.CONTRADICTED
            shown = max(found, key=lambda one: (not one.holds, one.worst))
            yield Comparison(KIND, claim, facts, result, f"{golden.id}: {shown.told}")


def left(declarations: Sequence[Declaration], reason: str) -> Iterator[Comparison]:
    """Yields, for each golden vector, that it was not run and why."""
    for declared in declarations:
        for place, golden in enumerate(declared.golden):
            claim = _claim(declared, golden, place)
            yield Comparison(KIND, claim, (), Result.NOT_CHECKABLE, f"{golden.id} did not run: {reason}")


def _claim(declared: Declaration, golden: Golden, place: int, who: str = "publisher") -> Claim:
    pointer = None if declared.dialect is Dialect.ONNX else f"/golden/{place}"
    evidence = Evidence(declared.source, f"golden: {golden.id} {golden.kind}", HOW, pointer=pointer)
    value = (golden.id, golden.kind.value)
    return Claim(KIND, value, who, declared.dialect.value, ".", Standing.UNVERIFIED, evidence)


def job(declared: Declaration, golden: Golden, bench: Bench) -> Job:
    """What has to be computed.

    Raises:
        NotRun: neither declaration nor files say how.
        Malformed: inputs cannot be read.
    """
    way = planned(declared, bench.model.files)
    if way.entry.takes_texts:
        found = [text for one in golden.inputs for text in tensors.texts(one.file, _content(one, bench))]
        return replace(way, texts=tuple(found))
    given = [array for one in golden.inputs for array in tensors.arrays(one.file, _content(one, bench))]
    return replace(way, tensors={str(place): array for place, array in enumerate(given)})


def _content(file: DataFile, bench: Bench) -> bytes:
    """The bytes of a declared file.

    Raises:
        NotRun: they are others than declared.
    """
    content = bench.read(file.file)
    if file.sha256 and sha256(content).hexdigest() != file.sha256:
        raise NotRun(f"{file.file} is not the file that is declared, by its digest")
    return content


def _held(golden: Golden, regime: Regime, ran: Ran, bench: Bench) -> tuple[tuple[Fact, ...], list[Difference]]:
    """Outputs against what is declared of them, in order."""
    declared = [array for one in golden.outputs for array in tensors.arrays(one.file, _content(one, bench))]
    if len(declared) != len(ran.outputs):
        raise NotRun(f"{len(ran.outputs)} outputs came out, and {len(declared)} are declared")
    facts, found = [], []
    for place, array in enumerate(declared):
        made = ran.outputs[str(place)]
        bench.keep(golden.id, place, made)
        exact = golden.kind in (Kind.LABELS, Kind.TOKENS)
        if exact and made.ndim == array.ndim + 1:
            made = made.argmax(-1)
        one = difference(array, made, Tolerance() if exact else golden.allowed(regime.dtype))
        found.append(one)
        evidence = Evidence(golden.outputs[min(place, len(golden.outputs) - 1)].file, one.told, HOW)
        worst = one.worst if math.isfinite(one.worst) else None
        facts.append(Fact(KIND, (golden.id, place, worst, ran.mode.value, ran.computed_by), evidence))
    return tuple(facts), found
