"""Declared metrics measured again with the model (level 3), on data that somebody here named.

It tells numbers that these bytes do not have. It does not tell anything of inputs that the data does not hold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from verifier.behavior import tensors
from verifier.behavior.plan import planned, without_answers
from verifier.behavior.recipes import Inputs, Table
from verifier.behavior.replay import Judgment, replay
from verifier.behavior.runner import Job, Model, Ran
from verifier.errors import NotRun, SourceError
from verifier.records import Claim, Comparison, Evidence, Fact, Result, Standing
from verifier.records.declaration import Declaration, Metric
from verifier.records.terms import Measured

if TYPE_CHECKING:
    from numpy import ndarray

KIND = Measured.METRIC.value
"""Of claims, facts and comparisons about metrics."""

HOW = "metric/1"

Run = Callable[[Model, Job], Ran]
"""Runs a model in a sandbox; raises what `runner.run` does."""


@dataclass
class _Runner:
    """Runs a model as one declaration says; what was run with the same inputs is not run again.

    Args:
        declared: says how.
        model: what is run.
        run: runs it.
        made: what came out, by what went in.
        ran: what came out last.
    """

    declared: Declaration
    model: Model
    run: Run
    made: dict[str, Ran]
    ran: Ran | None = None

    def compute(self, inputs: Inputs) -> ndarray:
        """The first output.

        Raises:
            NotRun: it did not run to its end.
        """
        way = planned(self.declared, self.model.files)
        tensors = {} if inputs.tensor is None else {"0": inputs.tensor}
        if way.entry.takes_texts == bool(tensors):
            raise NotRun(f"the recipe gives {'tensors' if tensors else 'texts'}, which {way.entry} does not take")
        job = replace(way, texts=inputs.texts, tensors=tensors)
        key = _key(job)
        self.ran = self.made[key] if key in self.made else self.made.setdefault(key, self.run(self.model, job))
        if "0" not in self.ran.outputs:
            raise NotRun("nothing came out")
        return self.ran.outputs["0"]


def _key(job: Job) -> str:
    arrays = [(array.shape, array.dtype.str) for array in job.tensors.values()]
    digest = sha256(repr((job.entry, job.runtime, job.file, job.texts, arrays)).encode())
    for array in job.tensors.values():
        digest.update(array.tobytes())
    return digest.hexdigest()


def measure(
    declarations: Sequence[Declaration],
    data: Mapping[str, Table],
    model: Model,
    run: Run,
    read: Callable[[str], bytes] | None = None,
) -> Iterator[Fact | Comparison]:
    """Yields, for each metric, a fact of what was measured, if it was, and a comparison with what is declared.

    Args:
        declarations: that hold metrics.
        data: by the name it is declared under, or by SHA-256.
        model: what is run.
        run: runs it; not called where no data is here for any metric.
        read: reads a file of the model, for declared predictions; None leaves them.

    Raises:
        UsageError: there is no sandbox or no runtime.
    """
    shown = without_answers(model, declarations)
    made: dict[str, Ran] = {}
    runners = [_Runner(declared, shown, run, made) for declared in declarations for _ in declared.metrics]
    metrics = [metric for declared in declarations for metric in declared.metrics]
    asked = [(metric, one.compute) for metric, one in zip(metrics, runners, strict=True)]
    judgments = replay(asked, data, committed=partial(_committed, read) if read else None)
    for one, judgment in zip(runners, judgments, strict=True):
        facts = tuple(_facts(one, judgment))
        yield from facts
        yield _comparison(one.declared, judgment.metric, judgment.result, judgment.reason, facts)


def _committed(read: Callable[[str], bytes], metric: Metric) -> ndarray:
    """The declared prediction for each item.

    Raises:
        Malformed, NotRun, BudgetExceeded: they cannot be read.
    """
    path = metric.per_item.file if metric.per_item else ""
    try:
        (found,) = tensors.arrays(path, read(path))
    except (SourceError, ValueError) as error:
        raise NotRun(f"the predictions of {path} cannot be read") from error
    return found


def left(declarations: Sequence[Declaration], reason: str) -> Iterator[Comparison]:
    """Yields, for each metric, that it was not measured and why."""
    for declared in declarations:
        for metric in declared.metrics:
            yield _comparison(declared, metric, Result.NOT_CHECKABLE, reason)


def _facts(runner: _Runner, judgment: Judgment) -> Iterator[Fact]:
    """What was measured, on which data, with which seed, where and by what."""
    ran, declared = runner.ran, runner.declared
    if judgment.measured is None or ran is None:
        return
    interval = judgment.interval if all(map(math.isfinite, judgment.interval or ())) else None
    lots = (interval, judgment.p_value, judgment.seed)
    value = (judgment.metric.id, judgment.measured, judgment.n, *lots, judgment.data, ran.mode.value, ran.computed_by)
    yield Fact(KIND, value, Evidence(declared.source, judgment.reason, HOW, pointer=judgment.metric.where or None))


def _comparison(
    declared: Declaration, metric: Metric, result: Result, reason: str, facts: tuple[Fact, ...] = ()
) -> Comparison:
    evidence = Evidence(
        declared.source, f"metric: {metric.metric} {metric.value:.6g}", HOW, pointer=metric.where or None
    )
    value = (metric.id, metric.metric, metric.value, metric.data.name, metric.data.split)
    claim = Claim(KIND, value, "publisher", declared.dialect.value, ".", Standing.UNVERIFIED, evidence)
    return Comparison(KIND, claim, facts, result, f"{metric.id}: {metric.metric}: {reason}")
