"""What an accepted model's metrics are on data that lies here, as its declaration would say it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from verifier.behavior import metrics, recipes
from verifier.behavior.plan import guessed, planned
from verifier.behavior.recipes import Score, Table
from verifier.behavior.runner import Entry, Model
from verifier.errors import NotRun, RefusedError, UsageError
from verifier.pipeline import load_policy
from verifier.records import Comparison, Fact, Result, visible
from verifier.records.canonical import Plain
from verifier.records.declaration import Data, Declaration, Metric, Recipe, Regime
from verifier.records.terms import Name, allowed
from verifier.workflows.measuring import Measurement, judged, may_run, runs
from verifier.workflows.refusal import NotAcceptedError
from verifier.workflows.vectors import FILE


def evaluate(
    folder: Path, named: str | Sequence[str], how: Measurement, *, entry: str = "", recipe: str = ""
) -> dict[str, Plain]:
    """Runs an accepted model on each data set of `how`.

    Args:
        folder: the model's.
        named: policies that must accept it.
        how: to run it, and on what.
        entry: the built-in way to run it; "" is what its files say.
        recipe: name of the built-in recipe; "" is the one that the columns of the data are those of.

    Returns:
        `regime` and `metrics` of a declaration; the split is named for the file that holds it.

    Raises:
        NotAcceptedError: the policies do not accept it.
        RefusedError: it did not run on all data, or no metric is defined there.
        UsageError, PolicyError, SourceError: as `measuring.measure` does; or entry or recipe are none.
    """
    source, verdict = judged(str(folder.absolute()), load_policy(named), how, None)
    if not may_run(verdict):
        raise NotAcceptedError(verdict)
    model = Model(source.folder, tuple(artifact.path for artifact in source.snapshot.artifacts))
    declared = Declaration(regime=Regime(entry=entry or guessed(model.files)), source=FILE)
    tables = {name: recipes.load(path) for name, path in how.data.items()}
    try:
        job = planned(declared, model.files)
        asked = replace(
            declared,
            metrics=tuple(
                one
                for name, path in how.data.items()
                for one in _metrics(name, path, tables[name], recipe or _fitting(tables[name], job.entry))
            ),
        )
    except NotRun as error:
        raise UsageError(f"{visible(str(folder))} cannot be run: {error}.", "Say how: --entry.") from error
    found = list(metrics.measure([asked], tables, model, runs(how)))
    source.check_unchanged()
    values = {
        fact.value[0]: fact.value[1] for fact in found if isinstance(fact, Fact) and isinstance(fact.value, tuple)
    }
    failed = [one.reason for one in found if isinstance(one, Comparison) and one.result is Result.NOT_CHECKABLE]
    if failed or not values:
        why = next(iter(failed), "no metric is defined on these items")
        raise RefusedError(f"Not everything was measured: {why.rstrip('.')}.", "Nothing was declared.", 3)
    return {
        "regime": {"runtime": [job.runtime.value], "entry": job.entry.value},
        "metrics": [_told(one, values[one.id]) for one in asked.metrics if one.id in values],
    }


def _fitting(table: Table, entry: Entry) -> str:
    """The name of the recipe whose columns a data set has; whole labels are taken for classes."""
    if entry.takes_texts:
        named = {"sts": "score", "next-token": "next"}
        return next((recipe for recipe, column in named.items() if column in table.columns), "classification")
    if not all(float(one).is_integer() for one in table.numbers("y")):
        return "regression"
    return "image-classification" if getattr(table.columns.get("x"), "ndim", 0) > 2 else "tabular-classification"


def _metrics(name: str, path: Path, table: Table, recipe: str) -> Iterator[Metric]:
    """Yields what a recipe measures, each once, with a value that is to come."""
    harness = f"builtin/{recipe}@1"
    found = recipes.find(harness)
    if found is None:
        raise UsageError(f"There is no recipe {visible(recipe)}.", f"There are {', '.join(recipes.RECIPES)}.")
    data = Data(name, split=path.stem, sha256=table.sha256, n=table.n)
    known: set[Score] = set()
    for metric, score in found.metrics.items():
        if score not in known:
            known.add(score)
            yield Metric(_id(name, metric), data, metric, 0.0, Recipe(harness))


def _id(name: str, metric: str) -> str:
    if not allowed(Name, found := f"{name}-{metric}"):
        raise UsageError(f"--data {visible(name)}=... is no plain name.", "Take letters, digits and any of _.@/ -.")
    return found


def _told(metric: Metric, value: object) -> Plain:
    data = metric.data
    return {
        "id": metric.id,
        "data": {"name": data.name, "split": data.split, "sha256": data.sha256, "n": data.n},
        "recipe": {"harness": metric.recipe.harness if metric.recipe else ""},
        "metric": metric.metric,
        "value": round(float(str(value)), 6),
    }
