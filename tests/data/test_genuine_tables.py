"""What SciPy and pandas really write is accepted, without a word."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest
from pandas.tseries import offsets  # type: ignore[import-untyped]
from scipy import interpolate, optimize, signal, sparse, spatial, stats  # type: ignore[import-untyped]

from tests.builders.genuine import accepted
from verifier.data import package

POINTS = np.random.RandomState(0).uniform(size=(16, 2))
LINE = np.arange(8.0)
FORMATS = ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")
DISTRIBUTIONS = {"beta": (1, 2), "binom": (5, 0.5), "gamma": (1,), "lognorm": (1,), "norm": (), "randint": (1, 9)}
SMOOTH = ("Akima1DInterpolator", "BarycentricInterpolator", "CubicSpline", "KroghInterpolator", "PchipInterpolator")
FITTED = ("InterpolatedUnivariateSpline", "UnivariateSpline", "interp1d")
SCATTERED = ("CloughTocher2DInterpolator", "LinearNDInterpolator", "NearestNDInterpolator", "RBFInterpolator")

SCIENCE: dict[str, Callable[[], Any]] = {
    "constraints": lambda: [optimize.Bounds([0], [1]), optimize.LinearConstraint([[1]], 0, 1)],
    "curves": lambda: [getattr(interpolate, name)(LINE, LINE**2) for name in (*SMOOTH, *FITTED)],
    "density": lambda: [stats.gaussian_kde(POINTS.T), stats.multivariate_normal([0, 0])],
    "distributions": lambda: [getattr(stats, name) for name in DISTRIBUTIONS],
    "frozen": lambda: [getattr(stats, name)(*shapes) for name, shapes in DISTRIBUTIONS.items()],
    "grid": lambda: interpolate.RegularGridInterpolator((LINE, LINE), np.ones((8, 8))),
    "histogram": lambda: stats.rv_histogram(np.histogram(LINE)),
    "hulls": lambda: [getattr(spatial, name)(POINTS) for name in ("ConvexHull", "Delaunay", "Voronoi")],
    "minimum": lambda: optimize.minimize(lambda at: (at**2).sum(), [1.0, 2.0]),
    "pieces": lambda: [interpolate.PPoly(np.ones((2, 3)), [0, 1, 2, 3]), interpolate.make_interp_spline(LINE, LINE)],
    "rotation": lambda: spatial.transform.Rotation.from_quat([0, 0, 0, 1]),
    "scattered": lambda: [getattr(interpolate, name)(POINTS, POINTS[:, 0]) for name in SCATTERED],
    "sparse": lambda: [
        getattr(sparse, f"{kind}_{form}")(np.eye(4)) for kind in FORMATS for form in ("array", "matrix")
    ],
    "systems": lambda: [signal.lti([1], [1, 2]), signal.dlti([1], [1, 2]), signal.ZerosPolesGain([1], [1], 1)],
    "trees": lambda: [spatial.KDTree(POINTS), spatial.cKDTree(POINTS)],
}

TABLE = pd.DataFrame({"a": range(4), "b": np.arange(4.0), "c": list("wxyz"), "d": [True, False, True, True]})
ZONES = (
    None,
    "UTC",
    "Europe/Berlin",
    datetime.UTC,
    datetime.timezone(datetime.timedelta(hours=2)),
    ZoneInfo("Asia/Tokyo"),
)
TYPES = ("Int8", "Int64", "UInt32", "Float32", "Float64", "boolean", "string", "category", "float32", "complex128")
PERIODS = sorted(
    name
    for name, kind in vars(offsets).items()
    if isinstance(kind, type) and issubclass(kind, offsets.BaseOffset) and name not in ("BaseOffset", "Tick")
)

TABLES: dict[str, Callable[[], Any]] = {
    "arrays": lambda: [
        pd.array([1, None]),
        pd.arrays.SparseArray([0, 0, 1]),
        pd.arrays.IntervalArray.from_breaks([0, 1]),
    ],
    "attributes": lambda: TABLE.copy().set_flags(allows_duplicate_labels=False),
    "categories": lambda: [
        pd.Categorical(list("aba"), ordered=True),
        pd.CategoricalIndex(list("ab")),
        pd.cut([1, 2, 3], 2),
    ],
    "columns": lambda: [pd.Series([1, 0, 1]).astype(kind) for kind in TYPES],
    "dates": lambda: pd.DataFrame(
        {str(at): pd.date_range("2020", periods=3, tz=zone) for at, zone in enumerate(ZONES)}
    ),
    "grouped": lambda: [TABLE.groupby("c"), TABLE.rolling(2), TABLE.expanding(), pd.Grouper(key="a")],
    "indexes": lambda: [
        pd.Index([1, 2], name="n"),
        pd.Index(["a", None]),
        pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["x", "y"]),
        pd.date_range("2020", periods=3, freq="B", tz="UTC"),
        pd.interval_range(0, 3),
        pd.period_range("2020", periods=3, freq="M"),
        pd.timedelta_range("1h", periods=3),
    ],
    "levels": lambda: TABLE.set_index(["a", "c"]).unstack(),
    "offsets": lambda: [getattr(offsets, name)() for name in PERIODS],
    "offsets with parts": lambda: [
        offsets.DateOffset(months=1, days=2),
        offsets.Week(2, weekday=1),
        offsets.CustomBusinessDay(holidays=["2020-01-01"]),
        offsets.BusinessHour(start="08:00"),
    ],
    "scalars": lambda: [
        pd.Timestamp("2020", tz="Europe/Berlin"),
        pd.Timedelta("1h"),
        pd.Period("2020", "M"),
        pd.NaT,
        pd.NA,
        pd.Interval(0, 1),
    ],
    "table": lambda: [TABLE, TABLE.iloc[1:3], TABLE.T, pd.DataFrame(), TABLE["c"], TABLE.dtypes],
}


@pytest.mark.parametrize("name", SCIENCE)
def test_scipy(name: str, tmp_path: Path) -> None:
    accepted(SCIENCE[name](), tmp_path)


@pytest.mark.parametrize("name", TABLES)
def test_pandas(name: str, tmp_path: Path) -> None:
    accepted(TABLES[name](), tmp_path)


@pytest.mark.parametrize(
    "path",
    [
        "_loss.CyHalfBinomialLoss",
        "joblib.numpy_pickle.NDArrayWrapper",
        "pandas._period.Period",
        "pandas.core.index.Int64Index",
        "pandas.core.internals.BlockManager",
        "pandas.indexes.base._new_Index",
        "pandas.tseries.index.DatetimeIndex",
        "pandas.tslib.Timestamp",
        "scipy.interpolate.fitpack2.UnivariateSpline",
        "scipy.sparse.csr.csr_matrix",
        "scipy.spatial.ckdtree.cKDTree",
        "scipy.spatial.qhull.Delaunay",
        "scipy.stats._distn_infrastructure.rv_frozen",
        "sklearn.cluster.k_means_.KMeans",
        "sklearn.datasets.base.Bunch",
        "sklearn.decomposition.pca.PCA",
        "sklearn.ensemble.forest.RandomForestClassifier",
        "sklearn.ensemble.gradient_boosting.BinomialDeviance",
        "sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper",
        "sklearn.feature_extraction.hashing.FeatureHasher",
        "sklearn.grid_search.GridSearchCV",
        "sklearn.linear_model.logistic.LogisticRegression",
        "sklearn.linear_model.sgd_fast.Hinge",
        "sklearn.metrics.scorer._PredictScorer",
        "sklearn.neighbors.ball_tree.BinaryTree",
        "sklearn.neighbors.classification.KNeighborsClassifier",
        "sklearn.neighbors.dist_metrics.EuclideanDistance",
        "sklearn.preprocessing.data.StandardScaler",
        "sklearn.preprocessing.imputation.Imputer",
        "sklearn.preprocessing.label.LabelEncoder",
        "sklearn.svm.classes.SVC",
        "sklearn.tree.tree.DecisionTreeClassifier",
        "sklearn.utils.Bunch",
    ],
)
def test_names_of_older_releases_are_known(path: str) -> None:
    module, _, name = path.rpartition(".")
    known = package(path.partition(".")[0])
    assert known is not None
    assert known.symbol(module, name) is not None
