"""What others' conventions declare, in the same records: nothing is added to what they say.

Their metrics seldom say how they were made, and so remain what `Metric.gaps` names; their golden vectors can be run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from verifier.claims._declaration.typed import MAX_ITEMS, number
from verifier.claims._tree import Tree
from verifier.errors import Malformed
from verifier.records import visible
from verifier.records.declaration import Data, DataFile, Declaration, Golden, Metric, Tolerance
from verifier.records.terms import DataPath, Dialect, Sha256, allowed

Table: TypeAlias = Mapping[str, Tree]

BIOIMAGEIO_TOLERANCE = Tolerance(abs=1e-3, rel=1e-3, mismatch_ppm=100)
"""Where the description gives none (bioimageio.spec, `ReproducibilityTolerance`)."""


def model_index(document: Tree, path: str) -> Declaration:
    """`model-index` of a model card (hub documentation, "Model Cards")."""

    def found() -> Iterator[Metric]:
        for i, entry in enumerate(_list(document)):
            for j, result in enumerate(_list(_table(entry).get("results"))):
                data = _table(_table(result).get("dataset"))
                about = _data(data.get("type") or data.get("name"), data)
                for k, metric in enumerate(_list(_table(result).get("metrics"))):
                    where = f"/model-index/{i}/results/{j}/metrics/{k}"
                    yield from _metric(about, _table(metric).get("type"), _table(metric).get("value"), where)

    return Declaration(metrics=_distinct(found()), source=path, dialect=Dialect.MODEL_INDEX)


def eval_results(document: Tree, path: str) -> Declaration:
    """A file of `.eval_results/`: a benchmark's task and a value (hub documentation, "Evaluation Results")."""

    def found() -> Iterator[Metric]:
        for index, entry in enumerate(_list(document)):
            data = _table(_table(entry).get("dataset"))
            about = _data(data.get("id"), {**data, "config": data.get("task_id")})
            yield from _metric(about, data.get("task_id"), _table(entry).get("value"), f"/{index}")

    return Declaration(metrics=_distinct(found()), source=path, dialect=Dialect.EVAL_RESULTS)


def mteb(document: Tree, path: str) -> Declaration:
    """A result file of MTEB, which names its task and the revision of its data (mteb, `TaskResult`).

    Raises:
        Malformed: it is another kind of file.
    """
    table = _table(document)
    task = table.get("task_name") or table.get("mteb_dataset_name")
    if not isinstance(task, str) or "mteb_version" not in table:
        raise Malformed("it is no result file of MTEB")
    found = [metric for where, split, scores in _splits(table) for metric in _scores(table, task, split, scores, where)]
    return Declaration(metrics=_distinct(found), source=path, dialect=Dialect.MTEB)


def _splits(table: Table) -> Iterator[tuple[str, str, Table]]:
    for split, runs in _table(table.get("scores")).items():
        for index, run in enumerate(_list(runs)):
            yield f"/scores/{split}/{index}", split, _table(run)
    if "scores" not in table:  # before version 1.11
        for split, run in table.items():
            for name, scores in _table(run).items():
                named = scores if isinstance(scores, dict) else {}
                yield f"/{split}/{name}", split, {f"{name}_{key}": value for key, value in named.items()}


def _scores(table: Table, task: str, split: str, scores: Table, where: str) -> Iterator[Metric]:
    config = scores.get("hf_subset")
    about = _data(task, {"revision": table.get("dataset_revision"), "split": split, "config": config})
    for name, value in scores.items():
        if name != "main_score" and isinstance(value, int | float) and not isinstance(value, bool):
            yield from _metric(about, name, value, f"{where}/{name}")


def bioimageio(document: Tree, path: str) -> Declaration:
    """Test tensors of a `rdf.yaml` or `bioimageio.yaml`, of version 0.4 or 0.5 (bioimageio.spec)."""
    table = _table(document)
    inputs = _tensors(table.get("inputs")) or _tensors(table.get("test_inputs"))
    outputs = _tensors(table.get("outputs")) or _tensors(table.get("test_outputs"))
    golden = (Golden("test-tensors", inputs, outputs, tolerance=_tolerance(table)),) if inputs and outputs else ()
    return Declaration(golden=golden, source=path, dialect=Dialect.BIOIMAGEIO)


def _tensors(value: Tree) -> tuple[DataFile, ...]:
    """Files in the model; none where one of them is elsewhere."""
    found = []
    for item in _list(value):
        tensor = _table(item).get("test_tensor") if isinstance(item, dict) else item
        told = {"source": tensor} if isinstance(tensor, str) else _table(tensor)
        path = str(told.get("source") or "").removeprefix("./")
        digest = told.get("sha256")
        if not allowed(DataPath, path):
            return ()
        found.append(DataFile(path, digest if isinstance(digest, str) and allowed(Sha256, digest) else ""))
    return tuple(found)


def _tolerance(table: Table) -> Tolerance:
    config = _table(_table(table.get("config")).get("bioimageio"))
    told = [_table(one) for one in _list(config.get("reproducibility_tolerance"))][:1]
    base = BIOIMAGEIO_TOLERANCE
    if not told:
        return base
    absolute, relative = number(told[0].get("absolute_tolerance")), number(told[0].get("relative_tolerance"))
    millionth = number(told[0].get("mismatched_elements_per_million"))
    try:
        return Tolerance(
            base.abs if absolute is None else absolute,
            base.rel if relative is None else relative,
            base.mismatch_ppm if millionth is None else int(millionth),
        )
    except ValueError:
        return base


def _data(name: Tree, told: Table) -> Data:
    config, split, revision = (
        visible(value) if isinstance(value := told.get(key), str) else "" for key in ("config", "split", "revision")
    )
    return Data(visible(name) if isinstance(name, str) else "", config, split, revision)


def _metric(data: Data, name: Tree, value: Tree, where: str) -> Iterator[Metric]:
    """Nothing where it has no name or no number."""
    declared = number(value)
    if isinstance(name, str) and declared is not None:
        yield Metric(visible(f"{data.name} {name}"), data, visible(name), declared, where=where)


def _distinct(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    """At most `MAX_ITEMS`, an id that stands twice numbered."""
    from dataclasses import replace
    from itertools import islice

    seen: Counter[str] = Counter()
    told = []
    for metric in islice(metrics, MAX_ITEMS):
        seen[metric.id] += 1
        told.append(metric if seen[metric.id] == 1 else replace(metric, id=f"{metric.id} #{seen[metric.id]}"))
    return tuple(told)


def _table(value: Tree) -> Table:
    return value if isinstance(value, dict) else {}


def _list(value: Tree) -> list[Tree]:
    return value if isinstance(value, list) else []
