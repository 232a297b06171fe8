"""What scikit-learn and joblib really write is accepted, without a word."""

from __future__ import annotations

import pickle
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import joblib  # type: ignore[import-untyped]
import numpy as np
import pytest
from scipy import special, stats  # type: ignore[import-untyped]
from sklearn import ensemble, linear_model, metrics, neighbors  # type: ignore[import-untyped]
from sklearn.datasets import load_iris  # type: ignore[import-untyped]
from sklearn.gaussian_process import GaussianProcessRegressor, kernels  # type: ignore[import-untyped]
from sklearn.model_selection import RandomizedSearchCV, StratifiedKFold  # type: ignore[import-untyped]
from sklearn.neighbors._kd_tree import KDTree32  # type: ignore[import-untyped]
from sklearn.pipeline import make_pipeline, make_union  # type: ignore[import-untyped]
from sklearn.preprocessing import FunctionTransformer  # type: ignore[import-untyped]
from sklearn.tree import DecisionTreeClassifier  # type: ignore[import-untyped]

from tests.builders.estimators import DATA, LABELS, fitted, names
from tests.builders.genuine import accepted
from verifier import verify_model

pytestmark = pytest.mark.filterwarnings("ignore::Warning:sklearn", "ignore::Warning:scipy")


def losses() -> dict[str, Any]:
    binary = LABELS > 1
    sgd = ("hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron", "huber", "epsilon_insensitive")
    boosted = ("squared_error", "absolute_error", "huber", "quantile")
    return {
        **{f"sgd-{loss}": linear_model.SGDClassifier(loss=loss).fit(DATA, LABELS) for loss in sgd},
        **{
            f"gb-{loss}": ensemble.GradientBoostingRegressor(loss=loss, n_estimators=2).fit(DATA, LABELS)
            for loss in boosted
        },
        "gb-exponential": ensemble.GradientBoostingClassifier(loss="exponential", n_estimators=2).fit(DATA, binary),
        "hgb-binary": ensemble.HistGradientBoostingClassifier(max_iter=2).fit(DATA, binary),
        **{
            f"hgb-{loss}": ensemble.HistGradientBoostingRegressor(loss=loss, max_iter=2, quantile=0.5).fit(DATA, LABELS)
            for loss in ("absolute_error", "gamma", "poisson", "quantile")
        },
    }


def distances() -> dict[str, Any]:
    plain = (
        "euclidean",
        "manhattan",
        "chebyshev",
        "hamming",
        "canberra",
        "braycurtis",
        "jaccard",
        "dice",
        "sokalsneath",
    )
    made = {name: neighbors.BallTree(DATA > 0.5, metric=name) for name in plain}
    made["minkowski"] = neighbors.KDTree(DATA, metric="minkowski", p=3)
    made["haversine"] = neighbors.BallTree(DATA[:, :2], metric="haversine")
    made["mahalanobis"] = neighbors.BallTree(DATA, metric="mahalanobis", V=np.eye(DATA.shape[1]))
    made["seuclidean"] = neighbors.BallTree(DATA, metric="seuclidean", V=np.ones(DATA.shape[1]))
    made["function"] = neighbors.BallTree(DATA, metric=np.dot)
    made["single"] = KDTree32(DATA.astype("f4"))
    return made


def kernel() -> Any:
    scaled = kernels.ConstantKernel() * kernels.RBF() + kernels.WhiteKernel() + kernels.Matern() ** 2
    return (
        scaled * kernels.RationalQuadratic()
        + kernels.ExpSineSquared()
        + kernels.DotProduct()
        + kernels.PairwiseKernel()
    )


def search() -> Any:
    tree = make_pipeline(FunctionTransformer(special.expit), DecisionTreeClassifier())
    ranges = {
        "decisiontreeclassifier__max_depth": stats.randint(1, 5),
        "decisiontreeclassifier__ccp_alpha": stats.loguniform(1e-4, 1e-1),
        "decisiontreeclassifier__min_impurity_decrease": stats.uniform(0, 0.1),
    }
    scoring = {"f1": metrics.make_scorer(metrics.f1_score, average="macro"), "accuracy": "accuracy"}
    found = RandomizedSearchCV(
        tree, ranges, n_iter=2, cv=StratifiedKFold(2, shuffle=True, random_state=0), scoring=scoring, refit="f1"
    )
    return found.fit(DATA, LABELS)


OTHERS = {
    "bunch": load_iris,
    "distances": distances,
    "functions": lambda: [partial(metrics.fbeta_score, beta=2), metrics.pairwise.cosine_similarity, special.logit],
    "kernels": lambda: GaussianProcessRegressor(kernel(), optimizer=None).fit(DATA, LABELS),
    "losses": losses,
    "scorers": lambda: {name: metrics.get_scorer(name) for name in metrics.get_scorer_names()},
    "search": search,
    "union": lambda: make_union(FunctionTransformer(np.log1p), FunctionTransformer(np.sqrt, np.square)).fit(DATA),
}


@pytest.mark.parametrize("name", names())
def test_every_estimator(name: str, tmp_path: Path) -> None:
    accepted(fitted(name), tmp_path)


@pytest.mark.parametrize("name", OTHERS)
def test_what_estimators_are_made_of(name: str, tmp_path: Path) -> None:
    accepted(OTHERS[name](), tmp_path)


@pytest.mark.parametrize("suffix", [".joblib", ".gz", ".bz2", ".xz", ".lzma", ".z"])
def test_every_compression(suffix: str, tmp_path: Path) -> None:
    joblib.dump(fitted("RandomForestClassifier"), tmp_path / f"model{suffix}")
    verdict = verify_model(tmp_path)
    assert (verdict.outcome, verdict.dossier.findings) == ("accepted", ())


def test_a_cache_of_functions_is_none_of_them(tmp_path: Path) -> None:
    """A Memory reads pickles from the directory it names, whenever what holds it is fitted again."""
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(joblib.Memory(str(tmp_path / "cache"), verbose=0)))
    assert verify_model(tmp_path / "model.pkl").outcome == "rejected"
    accepted(joblib.Memory(None), tmp_path / "none")


WRITTEN_BY_DILL = """
import sys, dill, numpy, pandas
from sklearn.ensemble import RandomForestClassifier
forest = RandomForestClassifier(2).fit([[0], [1], [2]], [0, 1, 1])
frame = pandas.DataFrame({"a": [1, 2], "b": ["x", None], "c": pandas.Categorical(["u", "v"])})
things = [forest, frame, numpy.arange(6.0).reshape(2, 3), numpy.iinfo("i4"), bytearray(b"x"), {int: 1j}]
for protocol in range(6):
    with open(f"{sys.argv[1]}/{protocol}.pkl", "wb") as file:
        dill.dump(things, file, protocol)
"""
"""In a process of its own, as the import of dill alone changes what joblib writes."""


def test_what_dill_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", WRITTEN_BY_DILL, str(tmp_path)], check=True)
    verdict = verify_model(tmp_path)
    assert (verdict.outcome, verdict.dossier.findings) == ("accepted", ())
    assert len(list(tmp_path.iterdir())) == 6


def test_arrays_of_early_numpy(tmp_path: Path) -> None:
    """NumPy below 1.0 names its function by another module, which later versions keep."""
    saved = pickle.dumps(np.arange(3), 2)
    early = saved.replace(b"numpy._core.multiarray\n", b"numpy.core._internal\n", 1)
    assert early != saved
    (tmp_path / "array.pkl").write_bytes(early)
    assert verify_model(tmp_path).outcome == "accepted"
