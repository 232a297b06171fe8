"""Golden vectors, through the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.builders import onnxs, tiny_models
from verifier.behavior import golden, plan, runner
from verifier.behavior.runner import Entry, Job, Model, Ran
from verifier.behavior.sandbox import Bounds, Mode, mode
from verifier.errors import NotRun
from verifier.records import Comparison, Fact, Result
from verifier.records.declaration import DataFile, Declaration, Golden, Regime
from verifier.records.terms import Dtype, Kind, Runtime

KEPT: dict[tuple[str, int], np.ndarray] = {}


def bench(folder: Path) -> golden.Bench:
    files = tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()))

    def keep(name: str, place: int, array: np.ndarray) -> None:
        KEPT[name, place] = array

    return golden.Bench(Model(folder, files), lambda path: (folder / path).read_bytes(), mode(), Bounds(), keep)


def declared(entry: str = "tensor", kind: Kind = Kind.TENSOR, dtype: Dtype = Dtype.F32) -> Declaration:
    files = (DataFile("in.npy", ""),), (DataFile("out.npy", ""),)
    return Declaration(
        regime=Regime(dtype, (), entry), golden=(Golden("g1", *files, kind=kind),), source="behavior.yaml"
    )


def measured(folder: Path, *declarations: Declaration) -> list[Fact | Comparison]:
    return list(golden.measure(declarations, bench(folder)))


def comparison(records: list[Fact | Comparison]) -> Comparison:
    (found,) = (one for one in records if isinstance(one, Comparison))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    given = np.arange(4, dtype=np.float32)
    tiny_models.doubling(tmp_path / "model.onnx")
    np.save(tmp_path / "in.npy", given)
    np.save(tmp_path / "out.npy", given * 2)
    return tmp_path


def test_the_same_model_gives_what_is_declared(folder: Path) -> None:
    fact, compared = measured(folder, declared(""))
    assert isinstance(compared, Comparison)
    assert compared.result is Result.CONSISTENT
    assert compared.facts == (fact,)
    assert np.array_equal(KEPT["g1", 0], np.load(folder / "out.npy"))


def test_another_model_does_not_and_the_worst_number_is_named(folder: Path) -> None:
    tiny_models.doubling(folder / "model.onnx", 2.01)
    compared = comparison(measured(folder, declared()))
    assert compared.result is Result.CONTRADICTED
    assert compared.reason.startswith("g1: worst at [3]: 6.03, and 6 is declared")
    assert comparison(measured(folder, declared(dtype=Dtype.INT8))).result is Result.CONSISTENT


def test_what_is_declared_cannot_be_seen_by_the_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Model] = []

    def run(model: Model, _job: Job, *, mode: Mode, bounds: Bounds) -> Ran:
        seen.append(model)
        raise NotRun("enough")

    monkeypatch.setattr(golden, "run", run)
    assert comparison(measured(folder, declared())).reason == "g1 did not run: enough"
    assert seen == [Model(folder, ("in.npy", "model.onnx"))]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("code", "there is no built-in entry 'code'"),
        ("mlp-relu", "it has 0 files .safetensors, and one is run"),
        ("sentence-embedding", "in.npy is not made of lines"),
    ],
)
def test_what_does_not_run_is_no_difference(entry: str, why: str, folder: Path) -> None:
    compared = comparison(measured(folder, declared(entry)))
    assert compared.result is Result.NOT_CHECKABLE
    assert why in compared.reason


def test_outputs_must_be_as_many_as_declared(folder: Path) -> None:
    files = (DataFile("in.npy", ""),), (DataFile("out.npy", ""), DataFile("out.npy", ""))
    two = Declaration(golden=(Golden("g1", *files),), source="behavior.yaml")
    assert "1 outputs came out, and 2 are declared" in comparison(measured(folder, two)).reason


def test_another_shape_is_a_difference_that_reports_can_tell(folder: Path) -> None:
    np.save(folder / "out.npy", np.zeros(3, np.float32))
    fact, compared = measured(folder, declared())
    assert isinstance(fact, Fact)
    assert isinstance(fact.value, tuple)
    assert (comparison([compared]).result, fact.value[2]) == (Result.CONTRADICTED, None)


def test_files_that_are_not_the_declared_ones_are_not_used(folder: Path) -> None:
    files = (DataFile("in.npy", "0" * 64),), (DataFile("out.npy", ""),)
    other = Declaration(regime=Regime(entry="tensor"), golden=(Golden("g1", *files),), source="behavior.yaml")
    assert "in.npy is not the file that is declared" in comparison(measured(folder, other)).reason


def test_nothing_says_how_to_run_it(tmp_path: Path) -> None:
    assert "nothing says how" in comparison(measured(tmp_path, declared(""))).reason


def test_test_sets_of_onnx(folder: Path) -> None:
    place = folder / "test_data_set_0"
    place.mkdir()
    (place / "input_0.pb").write_bytes(onnxs.tensor([4], onnxs.raw(1, 2, 3, 4)))
    (place / "output_0.pb").write_bytes(onnxs.tensor([4], onnxs.raw(2, 4, 6, 8)))
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    sets = list(golden.test_sets(names))
    assert [one.source for one in sets] == ["model.onnx"]
    assert comparison(measured(folder, *sets)).result is Result.CONSISTENT
    assert not list(golden.test_sets([*names, "other.onnx"]))


def test_what_may_not_run_is_told(folder: Path) -> None:
    (compared,) = golden.left([declared()], "the model is rejected")
    assert compared.result is Result.NOT_CHECKABLE
    assert compared.reason == "g1 did not run: the model is rejected"


def test_labels_are_compared_exactly(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logits = np.array([[0.1, 0.9], [0.8, 0.2]], np.float32)
    ran = Ran({"0": logits}, {"torch": "2"}, Mode.SELF, 0.1)
    monkeypatch.setattr(golden, "run", lambda *_, **__: ran)
    for labels, result in (([1, 0], Result.CONSISTENT), ([1, 1], Result.CONTRADICTED)):
        np.save(folder / "out.npy", np.array(labels))
        assert comparison(measured(folder, declared(kind=Kind.LABELS))).result is result


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    yield
    KEPT.clear()


def test_weights_of_text_models_are_found() -> None:
    texts = declared(Entry.NEXT_TOKEN)
    assert plan.planned(texts, ["model.gguf"]).file == "model.gguf"
    assert plan.planned(texts, ["model.gguf", "model.safetensors"]).file == ""
    assert plan.guessed(["modules.json"]) == runner.Entry.SENTENCE_EMBEDDING
    assert Runtime.ONNX in runner.EXTRAS
