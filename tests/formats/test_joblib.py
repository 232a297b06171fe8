"""joblib's files: the estimators people publish, every compression, and the forms before joblib 0.10."""

from __future__ import annotations

import io
import zlib
from pathlib import Path
from typing import Any, ClassVar

import joblib  # type: ignore[import-untyped]
import numpy
import pytest
from sklearn.datasets import load_iris  # type: ignore[import-untyped]
from sklearn.ensemble import (  # type: ignore[import-untyped]
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.neighbors import KNeighborsClassifier  # type: ignore[import-untyped]
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import LabelEncoder  # type: ignore[import-untyped]
from sklearn.svm import SVC  # type: ignore[import-untyped]

from tests.builders.inspections import context, inspected, only, probe, rules_of, states_of
from tests.builders.joblibs import array, beside, dumped, zfile
from tests.builders.opcodes import call, pickled, value
from tests.builders.pipelines import gaps, rules, symbols, whole
from verifier.formats import Budget, Context, FormatModule, Limits, candidates
from verifier.formats import joblib as module
from verifier.formats import pickle as pickle_module
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Coverage, CoverageState

MODULE: FormatModule = module
PICKLE: FormatModule = pickle_module
EVIL = call("os", "system", "echo inert")
SYMBOLS_ONLY = {"pickle-unknown-symbol", "pickle-unlisted-symbol", "pickle-unsafe-call", "pickle-unsafe-state"}
"""Whether symbols are reviewed is not asked here."""

FEATURES, CLASSES = load_iris(return_X_y=True)
LABELS = numpy.array(["setosa", "versicolor", "virginica"], dtype=object)[CLASSES]
TEXTS = [f"flower number {at} of iris" for at in range(len(CLASSES))]
ESTIMATORS = {
    "forest": RandomForestClassifier(5).fit(FEATURES, LABELS),
    "boosting": HistGradientBoostingClassifier(max_iter=3).fit(FEATURES, CLASSES),
    "text pipeline": make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, LABELS),
    "neighbors": KNeighborsClassifier(algorithm="kd_tree").fit(FEATURES, CLASSES),
    "support vectors": SVC().fit(FEATURES, LABELS),
    "encoder": {"version": 1, "model": LabelEncoder().fit(LABELS)},
    "fortran": [numpy.asfortranarray(FEATURES), FEATURES[::2, ::-1]],
}


def joblib_bytes(item: object, **options: Any) -> bytes:
    out = io.BytesIO()
    joblib.dump(item, out, **options)
    return out.getvalue()


def arrays_in(item: Path) -> list[tuple[int, int]]:
    """Offset and length of the raw arrays that joblib itself reads from a file, in their order."""
    found: list[tuple[int, int]] = []

    class Recording(joblib.numpy_pickle.NumpyUnpickler):  # type: ignore[misc]
        dispatch: ClassVar = dict(joblib.numpy_pickle.NumpyUnpickler.dispatch)

        def load_build(self) -> None:
            super().load_build()
            top = self.stack[-1]
            if isinstance(top, numpy.ndarray) and not top.dtype.hasobject and top.nbytes:
                found.append((self.file_handle.tell() - top.nbytes, top.nbytes))

        dispatch[b"b"[0]] = load_build

    with item.open("rb") as file:
        Recording(str(item), file, ensure_native_byte_order=False).load()
    return found


@pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=ESTIMATORS)
@pytest.mark.parametrize("protocol", [None, 0, 2, 5])
def test_arrays_are_those_joblib_reads(estimator: object, protocol: int | None, tmp_path: Path) -> None:
    path = tmp_path / "model.joblib"
    joblib.dump(estimator, path, protocol=protocol)
    data = path.read_bytes()
    for inspector in (MODULE, PICKLE):
        records = inspected(inspector, data, path.name)
        assert {*rules_of(records)} <= SYMBOLS_ONLY
        assert all(state.clean for state in states_of(records))
        ranges = [(c.offset, c.length or 0) for c in only(records, Coverage) if c.state is CoverageState.DATA]
        assert ranges == arrays_in(path)


@pytest.mark.parametrize("compress", [("zlib", 3), ("gzip", 3), ("bz2", 3), ("lzma", 3), ("xz", 3)], ids=lambda c: c[0])
@pytest.mark.parametrize("name", ["model.joblib", "model.pkl.z", "model.sav"])
def test_every_compression_is_looked_into(compress: tuple[str, int], name: str, tmp_path: Path) -> None:
    path = tmp_path / "model"
    joblib.dump(ESTIMATORS["forest"], path, compress=compress)
    records = whole(path.read_bytes(), name)
    assert gaps(records) == []
    assert rules(records) <= SYMBOLS_ONLY
    assert [c.state for c in records if isinstance(c, Coverage)].count(CoverageState.DATA) > 10


def test_memory_mapped_arrays_are_dumped_as_arrays(tmp_path: Path) -> None:
    joblib.dump(FEATURES, tmp_path / "first.joblib")
    mapped = joblib.load(tmp_path / "first.joblib", mmap_mode="r")
    assert isinstance(mapped, numpy.memmap)
    data = joblib_bytes(mapped)
    (place,) = (c for c in only(inspected(MODULE, data), Coverage) if c.state is CoverageState.DATA)
    assert place.offset % 16 == 0
    assert data[place.offset :].startswith(FEATURES.tobytes())


def test_content_and_name_decide() -> None:
    small, plain = joblib_bytes(FEATURES), pickled(value(1))
    assert candidates(probe(small, "x")) == (MODULE,)
    assert candidates(probe(small, "model.pkl"))[0] is MODULE
    assert candidates(probe(plain, "model.joblib")) == (MODULE,)
    assert candidates(probe(plain, "model.pkl")) == (PICKLE,)
    assert MODULE in candidates(probe(zfile(plain), "model.sav"))
    assert MODULE not in candidates(probe(b"import joblib.numpy_pickle\n", "notes.txt"))


def test_arrays_far_from_the_beginning_are_found_in_any_pickle() -> None:
    data = joblib_bytes([{f"word {at}": at for at in range(1000)}, FEATURES])
    assert candidates(probe(data, "model.pkl")) == (PICKLE,)
    records = inspected(PICKLE, data)
    assert {*rules_of(records)} <= SYMBOLS_ONLY
    assert states_of(records) == [CoverageState.INSPECTED, CoverageState.DATA, CoverageState.INSPECTED]


def test_what_is_named_joblib_and_is_none_is_left_to_others() -> None:
    assert states_of(inspected(MODULE, b"PK\x03\x04", "model.joblib")) == [CoverageState.UNKNOWN]


def test_the_form_before_joblib_0_10_is_looked_into() -> None:
    records = whole(zfile(pickled(EVIL)), "old.pkl")
    assert ("old.pkl!old.pkl", "os.system") in symbols(records)
    assert gaps(records) == []
    assert {c.artifact for c in records if isinstance(c, Coverage)} == {"old.pkl", "old.pkl!old.pkl"}


def test_python_2_wrote_a_wider_header() -> None:
    data = b"ZF0x" + b"%x".ljust(17) % len(pickled(EVIL))
    data = data.ljust(22) + zlib.compress(pickled(EVIL))
    assert ("old.pkl!old.pkl", "os.system") in symbols(whole(data, "old.pkl"))


def test_files_beside_are_looked_for_beside_the_outer_file() -> None:
    data = zfile(dumped(beside("old.pkl_01.npy.z")))
    packed = zfile(bytes(80))
    assert gaps(whole(data, "a/old.pkl")) == ["a/old.pkl!old.pkl"]
    assert gaps(whole(data, "a/old.pkl", {"a/old.pkl_01.npy.z": packed})) == []
    assert gaps(whole(packed, "a/old.pkl_01.npy.z")) == []


def test_packed_bytes_are_data_only_where_they_are_named_so() -> None:
    assert gaps(whole(zfile(bytes(80)), "old.pkl")) == ["old.pkl!old.pkl"]
    assert {what for _, what in symbols(whole(zfile(pickled(EVIL)), "old.pkl_01.npy.z"))} == {"os.system"}


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param(zfile(pickled(value(1)))[:-5], "compressed-broken-stream", id="cut"),
        pytest.param(zfile(pickled(value(1))).replace(b"0x5 ", b"0x6 "), "compressed-broken-stream", id="length"),
        pytest.param(zfile(pickled(value(1))) + pickled(EVIL), "compressed-trailing-bytes", id="more"),
    ],
)
def test_a_broken_zfile_is_never_clean(data: bytes, rule: str) -> None:
    records = inspected(MODULE, data)
    assert rule in rules_of(records)
    assert CoverageState.PARTIAL in states_of(records)


class Sparse:
    """A pickle that holds an array of zeros of 16 GiB; counts what is read of it."""

    def __init__(self) -> None:
        length = 1 << 34
        self.head = dumped(array(b"", (length // 8,)))[:-2]
        self.size = len(self.head) + length + 2
        self.read = 0

    def read_at(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self.size - offset))
        self.read += length
        behind = offset - (self.size - 2)
        body = b"e."[behind:] if behind >= 0 else self.head[offset : offset + length]
        return body[:length].ljust(length, b"\0")


def test_raw_arrays_are_not_read() -> None:
    reader = Sparse()
    records = list(MODULE.inspect(Artifact("big.joblib", reader.size), reader, context()))
    assert states_of(records) == [CoverageState.INSPECTED, CoverageState.DATA, CoverageState.INSPECTED]
    assert reader.read < 1 << 20


def test_nested_containers_share_the_budget() -> None:
    surroundings = Context(Budget(Limits(depth=0)), {}, context().open_sibling)
    data = zfile(pickled(value(1)))
    with pytest.raises(Exception, match="nested more than 0 deep"):
        list(MODULE.inspect(Artifact("a", len(data)), BytesReader(data), surroundings))
