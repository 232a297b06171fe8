"""Declarations in others' conventions: what they say, and that they never say more."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.declarations import DIGEST, only
from tests.builders.dossiers import BytesReader, artifact, snapshot
from verifier.claims._declaration import foreign
from verifier.claims._declaration.collection import declarations
from verifier.claims._tree import Tree
from verifier.errors import Malformed
from verifier.records import Finding
from verifier.records.declaration import Tolerance
from verifier.records.terms import Dialect


def found(*, local: bool = True, **files: str) -> list[object]:
    """Of files by path, `__` standing for a dot and `___` for a slash."""
    contents = {name.replace("___", "/").replace("__", "."): content.encode() for name, content in files.items()}
    artifacts = [artifact(path, len(content), "yaml") for path, content in contents.items()]
    return list(declarations(snapshot(*artifacts, local=local), lambda path: BytesReader(contents[path])))


CARD = """\
---
model-index:
- name: all-MiniLM-L6-v2
  results:
  - task: {type: STS}
    dataset: {type: mteb/sts16-sts, name: MTEB STS16, config: default, split: test, revision: 4d8694f}
    metrics:
    - {type: cosine_spearman, value: 78.98}
    - {type: cosine_spearman, value: "0.79"}
    - {type: loss, value: n/a}
    - {value: 1}
  - dataset: {name: own data}
    metrics: [{type: accuracy, value: 0.9}]
---
"""


def test_model_index() -> None:
    declared = only(found(README__md=CARD))
    assert declared.dialect is Dialect.MODEL_INDEX
    assert [(one.id, one.value) for one in declared.metrics] == [
        ("mteb/sts16-sts cosine_spearman", 78.98),
        ("mteb/sts16-sts cosine_spearman #2", 0.79),
        ("own data accuracy", 0.9),
    ]
    first, _, last = declared.metrics
    assert (first.data.split, first.data.revision, first.gaps()) == ("test", "4d8694f", ("the recipe",))
    assert first.where == "/model-index/0/results/0/metrics/0"
    assert last.gaps() == ("the split", "the data's digest or revision", "the recipe")


@pytest.mark.parametrize("matter", ["model-index: &a [*a]", "model-index: [", "model-index: 1", "model-index:"])
def test_a_model_index_that_is_none_is_left_to_the_cards_own_module(matter: str) -> None:
    assert not any(isinstance(one, Finding) for one in found(README__md=f"---\n{matter}\n---\n"))


def test_eval_results() -> None:
    text = "- dataset: {id: cais/hle, task_id: hle, revision: abc}\n  value: 20.9\n- {}\n"
    declared = only(found(__eval_results___hle__yaml=text))
    assert declared.source == ".eval_results/hle.yaml"
    (metric,) = declared.metrics
    assert (metric.data.name, metric.data.config, metric.metric, metric.value) == ("cais/hle", "hle", "hle", 20.9)
    assert metric.gaps() == ("the split", "the recipe")
    (finding,) = found(__eval_results___hle__yaml="[")
    assert isinstance(finding, Finding)


OLD = {
    "mteb_version": "1",
    "mteb_dataset_name": "STS16",
    "dataset_revision": "4d",
    "test": {"cos_sim": {"pearson": 0.8}},
}
RUN = {"cosine_spearman": 0.789895, "main_score": 0.789895, "hf_subset": "default", "languages": ["eng"]}
NEW = {"mteb_version": "1.12", "task_name": "STS16", "dataset_revision": "4d", "scores": {"test": [RUN]}}


@pytest.mark.parametrize(("document", "metric"), [(OLD, "cos_sim_pearson"), (NEW, "cosine_spearman")])
def test_mteb(document: object, metric: str) -> None:
    declared = only(found(mteb_results___STS16__json=json.dumps(document)))
    (one,) = declared.metrics
    assert (declared.dialect, one.metric, one.data.split, one.data.revision) == (Dialect.MTEB, metric, "test", "4d")
    assert one.gaps() == ("the recipe",)


@pytest.mark.parametrize("text", ["{}", "[", "[]", '{"mteb_version": "1"}', "[" * 100_000])
def test_results_of_others_are_none_of_ours(text: str) -> None:
    assert found(results___x__json=text) == []


def test_results_are_not_fetched_one_by_one() -> None:
    assert found(results___x__json=json.dumps(NEW), local=False) == []
    assert found(other___x__json=json.dumps(NEW)) == []


RDF = f"""\
inputs: [{{test_tensor: {{source: ./test_input.npy, sha256: {DIGEST}}}}}]
outputs: [{{test_tensor: {{source: test_output.npy, sha256: nonsense}}}}]
"""
TOLERANCE = """\
config:
  bioimageio:
    reproducibility_tolerance: [{absolute_tolerance: 0.01, mismatched_elements_per_million: %s}]
"""


def test_bioimageio() -> None:
    (golden,) = only(found(rdf__yaml=RDF)).golden
    assert [(one.file, one.sha256) for one in (*golden.inputs, *golden.outputs)] == [
        ("test_input.npy", DIGEST),
        ("test_output.npy", ""),
    ]
    assert golden.tolerance == foreign.BIOIMAGEIO_TOLERANCE
    (golden,) = only(found(rdf__yaml=RDF + TOLERANCE % 500)).golden
    assert golden.tolerance == Tolerance(0.01, 1e-3, 500)
    (golden,) = only(found(rdf__yaml=RDF + TOLERANCE % -1)).golden
    assert golden.tolerance == foreign.BIOIMAGEIO_TOLERANCE
    (golden,) = only(found(bioimageio__yaml="test_inputs: [a.npy]\ntest_outputs: [b.npy]")).golden
    assert golden.inputs[0].file == "a.npy"


@pytest.mark.parametrize("source", ["https://example.org/a.npy", "../a.npy", "a.tif", "/a.npy"])
def test_tensors_elsewhere_are_not_fetched(source: str) -> None:
    assert only(found(rdf__yaml=RDF.replace("./test_input.npy", source))).golden == ()


KEYS = st.sampled_from(
    [
        *("results", "dataset", "metrics", "type", "name", "value", "id", "task_id", "scores", "test", "mteb_version"),
        *(
            "task_name",
            "inputs",
            "outputs",
            "test_tensor",
            "source",
            "config",
            "bioimageio",
            "reproducibility_tolerance",
        ),
    ]
)
TREES: st.SearchStrategy[Tree] = st.recursive(
    st.none() | st.sampled_from(["a.npy", "x", "1e5", "nan", 1, 0.5, True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@given(TREES)
def test_anything_is_read_or_refused(document: Tree) -> None:
    foreign.model_index(document, "README.md")
    foreign.eval_results(document, "x.yaml")
    foreign.bioimageio(document, "rdf.yaml")
    with suppress(Malformed):
        foreign.mteb(document, "x.json")
