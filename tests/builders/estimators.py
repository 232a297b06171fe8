"""Every estimator of scikit-learn, fitted on next to nothing."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
from sklearn.base import clone  # type: ignore[import-untyped]
from sklearn.feature_selection import chi2  # type: ignore[import-untyped]
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge  # type: ignore[import-untyped]
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler  # type: ignore[import-untyped]
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor  # type: ignore[import-untyped]
from sklearn.utils import all_estimators  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

ROWS, COLUMNS, CLASSES = 36, 5, 3
TEXTS = ["so much depends", "upon a red wheel", "barrow glazed with", "rain water beside"] * (ROWS // 4)

_PAIR = [("one", StandardScaler()), ("two", MinMaxScaler())]
_TREE = DecisionTreeClassifier(max_depth=2)
_VOTERS = [("one", LogisticRegression()), ("two", _TREE)]
_GUESSERS = [("one", Ridge()), ("two", DecisionTreeRegressor(max_depth=2))]
_GRID = {"estimator": _TREE, "cv": 2}

PARAMETERS: dict[str, dict[str, Any]] = {
    "ColumnTransformer": {"transformers": [("one", StandardScaler(), [0, 1]), ("two", "passthrough", slice(2, 4))]},
    "FeatureUnion": {"transformer_list": _PAIR},
    "FrozenEstimator": {"estimator": clone(_TREE).fit([[0], [1]], [0, 1])},
    "FunctionTransformer": {"func": np.log1p, "inverse_func": np.expm1},
    "GridSearchCV": {
        **_GRID,
        "param_grid": {"max_depth": [1, 2]},
        "scoring": ["accuracy", "f1_macro"],
        "refit": "accuracy",
    },
    "HalvingGridSearchCV": {**_GRID, "param_grid": {"max_depth": [1, 2]}, "min_resources": 12},
    "HalvingRandomSearchCV": {**_GRID, "param_distributions": {"max_depth": [1, 2]}, "min_resources": 12},
    "Pipeline": {"steps": [*_PAIR, ("three", FunctionTransformer()), ("four", LogisticRegression())]},
    "RandomizedSearchCV": {
        **_GRID,
        "param_distributions": {"max_depth": [1, 2, 3]},
        "n_iter": 2,
        "scoring": "roc_auc_ovr",
    },
    "RANSACRegressor": {"estimator": LinearRegression()},
    "SelectKBest": {"score_func": chi2, "k": 2},
    "SparseCoder": {"dictionary": np.eye(COLUMNS)},
    "SpectralBiclustering": {"n_components": 3},
    "StackingClassifier": {"estimators": _VOTERS, "cv": 2},
    "StackingRegressor": {"estimators": _GUESSERS, "cv": 2},
    "TSNE": {"perplexity": 5, "max_iter": 250},
    "VotingClassifier": {"estimators": _VOTERS},
    "VotingRegressor": {"estimators": _GUESSERS},
}
"""What estimators need that are made of others; the rest take what their names say, see `_made`."""

SMALL = {"n_estimators": 3, "max_iter": 20, "n_components": 2, "cv": 2, "max_trials": 5, "Cs": 2, "n_alphas": 3}
"""Values of parameters under which fitting is quick."""

DATA = np.random.RandomState(0).uniform(0.1, 1, (ROWS, COLUMNS))
LABELS = 1 + np.arange(ROWS) % CLASSES


def names() -> list[str]:
    """Names of the public estimators."""
    return [name for name, _ in all_estimators()]


@cache
def fitted(name: str) -> Any:
    """The estimator of that name after it has seen data of a kind that it takes.

    Raises:
        TypeError, ValueError: there is none.
    """
    np.random.seed(0)  # what estimators draw from: the same bytes in every run
    estimator = _made(name, dict(all_estimators())[name])
    *kinds, last = _KINDS
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        for data in kinds:
            with suppress(TypeError, ValueError, AttributeError, IndexError):
                return estimator.fit(*data())
        return estimator.fit(*last())


def _made(name: str, cls: Any) -> Any:
    accepted = cls._get_param_names()
    small = {key: value for key, value in SMALL.items() if key in accepted and name != "LinearDiscriminantAnalysis"}
    made = {**small, **PARAMETERS.get(name, {})}
    if "estimator" in accepted and "estimator" not in made:
        made["estimator"] = Ridge() if "Regress" in name else _TREE
    return cls(**made)


_KINDS: tuple[Callable[[], tuple[Any, ...]], ...] = (
    lambda: (DATA, LABELS),
    lambda: (DATA, LABELS > 1),
    lambda: (DATA, np.stack([LABELS > 1, LABELS > 2], axis=1).astype(int)),
    lambda: (DATA, DATA[:, :2]),
    lambda: (DATA[:, 0], LABELS),
    lambda: (DATA[:, :1], LABELS),
    lambda: (DATA @ DATA.T, LABELS),
    lambda: (LABELS,),
    lambda: ([[label] for label in LABELS],),
    lambda: (TEXTS,),
    lambda: ([{"a": 1, "b": text} for text in TEXTS],),
    lambda: (DATA.reshape(-1, 6, 5),),
)
"""Samples and targets of each kind, in the order in which they are tried."""
