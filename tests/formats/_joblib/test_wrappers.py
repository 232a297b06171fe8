"""joblib's placeholders of arrays, and what is none."""

from __future__ import annotations

import pytest

from verifier.formats._joblib.wrappers import Kind, file_of, kind_of_wrapper, raw_array
from verifier.formats._numpy.pickled_dtypes import Dtypes
from verifier.formats._pickle.values import Bytes, Dict, Global, List, Result, Tuple, Value
from verifier.formats._pickle.window import BrokenStreamError

WRAPPER = Global("joblib.numpy_pickle", "NumpyArrayWrapper")
STRING_DTYPE = Result(Global("numpy._core._internal", "_convert_to_stringdtype_kwargs"), Tuple([1]), "call")


def made(callee: Value, *args: Value, use: str = "new") -> Result:
    return Result(callee, Tuple(list(args)), use)


def state(**changed: Value) -> Dict:
    fields: dict[str, Value] = {
        "subclass": Global("numpy", "ndarray"),
        "shape": Tuple([2, 3]),
        "order": "C",
        "dtype": STRING_DTYPE,
        "allow_mmap": True,
    }
    fields.update(changed)
    return Dict([item for pair in fields.items() for item in pair])


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (made(WRAPPER), Kind.RAW),
        (made(WRAPPER, use="inst"), Kind.RAW),
        (made(Global("copyreg", "_reconstructor"), WRAPPER, Global("builtins", "object"), None, use="call"), Kind.RAW),
        (made(Global("copyreg", "__newobj__"), WRAPPER, use="call"), Kind.RAW),
        (made(Global("joblib", "numpy_pickle.NumpyArrayWrapper")), Kind.RAW),
        (made(Global("sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper")), Kind.RAW),
        (made(Global("joblib.numpy_pickle", "NDArrayWrapper")), Kind.FILE),
        (made(Global("joblib.numpy_pickle_compat", "ZNDArrayWrapper")), Kind.PACKED_FILE),
        (made(Global("joblib.numpy_pickle", "NumpyPickler")), None),
        (made(made(WRAPPER)), None),
        (made(Global("copyreg", "_reconstructor"), use="call"), None),
        (WRAPPER, None),
        (3, None),
    ],
)
def test_wrappers_are_known_however_they_are_made(value: Value, kind: Kind | None) -> None:
    assert kind_of_wrapper(value) is kind


def test_what_a_placeholder_says() -> None:
    array = raw_array(state(), Dtypes())
    assert (array.count, array.aligned, array.dtype.has_object) == (6, False, True)
    assert raw_array(state(numpy_array_alignment_bytes=16), Dtypes()).aligned
    assert not raw_array(state(numpy_array_alignment_bytes=None), Dtypes()).aligned
    assert raw_array(state(shape=Tuple([])), Dtypes()).count == 1


ODD: dict[str, Value] = {
    "a method of its own": state(read=Global("os", "system")),
    "a field missing": Dict(["shape", Tuple([2])]),
    "a key that is no text": Dict([1, 2]),
    "a field twice": Dict([*state().items, "order", "C"]),
    "a tuple": Tuple([state(), None]),
    "a negative size": state(shape=Tuple([-1])),
    "a truth value as size": state(shape=Tuple([True])),
    "a list of sizes": state(shape=List([2])),
    "more sizes than are known": state(shape=Tuple([1] * 70)),
    "another alignment": state(numpy_array_alignment_bytes=64),
    "another order": state(order="K"),
    "a dtype that is none": state(dtype=Global("numpy", "float64")),
    "a computed class": state(subclass=made(Global("builtins", "getattr"))),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_what_joblib_does_not_write_leads_nowhere(odd: Value) -> None:
    with pytest.raises(BrokenStreamError, match="gives a placeholder of an array"):
        raw_array(odd, Dtypes())


def test_files_beside_are_named() -> None:
    subclass = Global("numpy", "ndarray")
    assert file_of(Dict(["filename", "a.npy", "subclass", subclass]), Kind.FILE) == "a.npy"
    assert file_of(Dict(["filename", "a.npy", "subclass", subclass, "allow_mmap", True]), Kind.FILE) == "a.npy"
    packed = Dict(["filename", "a.npy.z", "init_args", Tuple([]), "state", Tuple([])])
    assert file_of(packed, Kind.PACKED_FILE) == "a.npy.z"
    for odd in (Dict(["filename", "a"]), Dict(["filename", Bytes("bytes", 0, 1), "subclass", subclass]), packed):
        with pytest.raises(BrokenStreamError):
            file_of(odd, Kind.FILE)
