"""What a load does that it should not is seen, in every kind of confinement; what genuine files do is expected."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.behavior.sandbox.modes import CONFINED
from tests.builders import acts, estimators, tiny_models, torch_files
from verifier import verify_model
from verifier.behavior.observation import Place, Subject, observe
from verifier.behavior.sandbox import Bounds, Mode
from verifier.data.loads import load_of
from verifier.records import Comparison, Finding, Result
from verifier.workflows.observing import subjects


def seen(content: bytes, folder: Path, mode: Mode, *, wall: float = 60) -> tuple[dict[str, set[str]], Comparison]:
    """What each rule found, and the comparison."""
    (folder / "model.pkl").write_bytes(content)
    load = load_of("model.pkl", ("pickle",))
    assert load is not None
    records = list(observe(Subject("model.pkl", load), Place(folder, ["model.pkl"], mode, Bounds(wall=wall))))
    found: dict[str, set[str]] = {}
    for one in records:
        if isinstance(one, Finding):
            found.setdefault(one.rule, set()).update(place.what for place in one.evidence)
    last = records[-1]
    assert isinstance(last, Comparison)
    assert [path.name for path in folder.iterdir()] == ["model.pkl"]
    return found, last


@pytest.mark.parametrize("mode", CONFINED)
def test_a_pickle_that_writes_connects_or_starts_something_is_seen(mode: Mode, tmp_path: Path) -> None:
    found, told = seen(acts.writing(f"{tmp_path}/new"), tmp_path, mode)
    assert found["observed-write"] == {f"openat {tmp_path}/new"}
    assert told.result is Result.CONTRADICTED
    assert found["observed-import"] == {"pickle.find_class builtins.open"}
    found, _ = seen(acts.connecting(), tmp_path, mode)
    assert found["observed-network"] == {"socket AF_INET"}
    found, _ = seen(acts.starting(), tmp_path, mode)
    assert found["observed-process"] == {"os.system /bin/true", "clone"}


@pytest.mark.parametrize("mode", CONFINED)
def test_what_python_does_is_told_in_words(mode: Mode, tmp_path: Path) -> None:
    found, _ = seen(acts.running(acts.PYTHON.format(folder=tmp_path)), tmp_path, mode)
    assert found["observed-write"] == {f"mkdir {tmp_path}/made", f"rename {tmp_path}/a", "memfd_create"}
    assert {"subprocess.Popen ['/bin/true', 'inert']", "clone", "kill"} <= found["observed-process"]
    assert {"socket.getaddrinfo localhost", "urllib.Request http://127.0.0.1:9/inert"} <= found["observed-network"]
    assert f"openat {tmp_path}/token" in found["observed-read"]
    assert "import urllib.request" in found["observed-import"]


@pytest.mark.parametrize("mode", CONFINED)
def test_native_code_keeps_nothing_from_the_kernel(mode: Mode, tmp_path: Path) -> None:
    found, _ = seen(acts.running(acts.NATIVE.format(folder=tmp_path)), tmp_path, mode)
    names = {name: f"{name} {tmp_path}/{path}" for name, path in (("openat", "relative"), ("symlink", "link"))}
    assert {*names.values(), f"openat2 {tmp_path}/second", "ftruncate"} <= found["observed-write"]
    assert found["observed-read"] == {f"openat {tmp_path}/token"}
    assert {"clone", "execve /bin/true"} <= found["observed-process"]
    assert "socket AF_UNIX" in found["observed-network"]
    assert found["observed-call"] == {"prctl", "prlimit64"}
    assert found["observed-library"] == {"ctypes.dlopen None"}


LATE = "import atexit, os\natexit.register(os.mkdir, '{folder}/late')"


def test_what_is_done_at_the_end_or_before_the_end_is_forced_is_seen(tmp_path: Path) -> None:
    found, _ = seen(acts.running(LATE.format(folder=tmp_path)), tmp_path, CONFINED[-1])
    assert found["observed-write"] == {f"mkdir {tmp_path}/late"}
    leaves = "import os\ntry: os.mkdir('{folder}/x')\nexcept OSError: os._exit(0)"
    found, told = seen(acts.running(leaves.format(folder=tmp_path)), tmp_path, CONFINED[-1])
    assert found["observed-write"] == {f"mkdir {tmp_path}/x"}
    assert told.result is Result.CONTRADICTED


def test_a_load_that_does_not_end_well_is_not_clean(tmp_path: Path) -> None:
    _, told = seen(pickle.dumps([1, 2])[:-1], tmp_path, CONFINED[-1])
    assert (told.result, "EOFError" in told.reason or "Unpickling" in told.reason) == (Result.NOT_CHECKABLE, True)
    loops = pickle.dumps({"a": 1})
    _, told = seen(loops, tmp_path, CONFINED[-1], wall=0.01)
    assert (told.result, told.facts) == (Result.NOT_CHECKABLE, ())


def _joblib(folder: Path) -> None:
    import joblib  # type: ignore[import-untyped]

    joblib.dump(estimators.fitted("LogisticRegression"), folder / "model.joblib", compress=1)


def _torch(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "model.pt").write_bytes(torch_files.saved(torch_files.things()[name]))


def _pickled(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "model.pkl").write_bytes(pickle.dumps(estimators.fitted(name), 2))


def _plain(folder: Path) -> None:
    (folder / "model.pkl").write_bytes(pickle.dumps({"w": np.zeros(3), "b": (1, {2.0})}, 2))


FEW: dict[str, Callable[[Path], Any]] = {
    "npz": lambda folder: np.savez_compressed(folder / "model.npz", w=np.zeros(3)),
    "objects": lambda folder: np.save(folder / "model.npy", np.array([{1: 2}], object), allow_pickle=True),
    "onnx": lambda folder: tiny_models.doubling(folder / "model.onnx"),
    "plain": _plain,
    "joblib": _joblib,
    "torch-module": _torch("module"),
}
ESTIMATORS = (
    *("RandomForestClassifier", "GradientBoostingRegressor", "SVC", "KMeans", "PCA", "StandardScaler", "GaussianNB"),
    *("KNeighborsClassifier", "MLPClassifier", "HistGradientBoostingClassifier", "IsolationForest", "Ridge", "Lasso"),
    *("TfidfVectorizer", "OneHotEncoder", "GaussianProcessRegressor", "VotingClassifier", "LabelEncoder"),
)
MORE = {
    **{name: _pickled(name) for name in ESTIMATORS},
    **{f"torch-{name}": _torch(name) for name in ("state", "checkpoint", "quantized", "sparse", "views", "many")},
    "safetensors": tiny_models.cnn,
    "bert": tiny_models.bert,
}
GENUINE = {**FEW, **(MORE if os.environ.get("LOADS") else {})}
"""With `LOADS` set, 32 of them."""


@pytest.mark.parametrize("name", GENUINE)
def test_genuine_files_do_what_loads_of_their_kind_do(name: str, tmp_path: Path) -> None:
    GENUINE[name](tmp_path)
    dossier = verify_model(tmp_path).dossier
    files = [artifact.path for artifact in dossier.snapshot.artifacts]
    loaded = list(subjects(dossier))
    assert loaded
    for subject in loaded:
        for mode in CONFINED if os.environ.get("LOADS") else CONFINED[-1:]:
            records = list(observe(subject, Place(tmp_path, files, mode, Bounds())))
            assert [one.evidence for one in records if isinstance(one, Finding)] == []
            last = records[-1]
            assert isinstance(last, Comparison)
            assert (last.result, last.reason) == (Result.CONSISTENT, last.reason)
