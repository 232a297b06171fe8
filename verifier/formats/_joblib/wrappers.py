"""The objects that joblib writes in the place of arrays, and what their state says.

joblib's unpickler recognizes them when their state is set (`NumpyUnpickler.load_build`), and calls their `read`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from verifier.formats._numpy.dtypes import Dtype
from verifier.formats._numpy.pickled_dtypes import Dtypes
from verifier.formats._pickle.events import Refused
from verifier.formats._pickle.values import Dict, Global, Result, Tuple, Value
from verifier.formats._pickle.window import BrokenStreamError


class Kind(StrEnum):
    """Classes of wrappers."""

    RAW = "NumpyArrayWrapper"
    """Raw bytes, or a pickle where items are objects, follow (joblib 0.10 and later)."""
    FILE = "NDArrayWrapper"
    """The array is in a file of its own, read by `numpy.load` with pickles allowed (before joblib 0.10)."""
    PACKED_FILE = "ZNDArrayWrapper"
    """The array's bytes are in a compressed file of their own (before joblib 0.10)."""


_MODULES: Final = ("joblib.numpy_pickle", "joblib.numpy_pickle_compat")
_KINDS: Final = {
    f"{prefix}{module}.{kind}": kind for prefix in ("", "sklearn.externals.") for module in _MODULES for kind in Kind
}
"""Where the classes are found; scikit-learn brought joblib along until 0.22."""

_MAKERS: Final = frozenset({"copyreg._reconstructor", "copyreg.__newobj__"})
"""Functions that make an instance of their first argument; protocols 0 and 1 write the first."""

ALIGNMENT: Final = 16
"""NUMPY_ARRAY_ALIGNMENT_BYTES of joblib, the same ever since it was introduced in 1.2."""


@dataclass(frozen=True, slots=True)
class RawArray:
    """What a NumpyArrayWrapper says.

    Args:
        dtype: of the items.
        count: items.
        aligned: a byte that counts padding, and the padding, come first.
    """

    dtype: Dtype
    count: int
    aligned: bool


def kind_of_wrapper(value: Value) -> Kind | None:
    """Which wrapper a value is; None for any other value."""
    if not isinstance(value, Result) or not isinstance(value.callee, Global):
        return None
    cls: Value = value.callee
    if value.callee.path in _MAKERS and isinstance(value.args, Tuple) and value.args.items:
        cls = value.args.items[0]
    return _KINDS.get(cls.path) if isinstance(cls, Global) else None


def raw_array(state: Value, dtypes: Dtypes) -> RawArray:
    """What the state of a NumpyArrayWrapper says.

    Raises:
        BrokenStreamError: joblib does not write it so, and where the stream goes on cannot be known.
    """
    fields = _fields(state, {"subclass", "shape", "order", "dtype", "allow_mmap"}, {"numpy_array_alignment_bytes"})
    dtype = dtypes.of(fields["dtype"])
    if dtype is None:
        raise _odd("a dtype that numpy does not write so")
    shape = fields["shape"]
    extents = shape.items if isinstance(shape, Tuple) and shape.size == len(shape.items) else [None]
    sizes = [extent for extent in extents if type(extent) is int and extent >= 0]
    if len(sizes) != len(extents):
        raise _odd("a shape that is no tuple of sizes")
    alignment = fields.get("numpy_array_alignment_bytes")
    if alignment not in (None, ALIGNMENT) or fields["order"] not in ("C", "F"):
        raise _odd("an order or alignment of its own")
    if not isinstance(fields["subclass"], Global):
        raise _odd("a class that is computed")
    return RawArray(dtype, math.prod(sizes), alignment is not None)


def file_of(state: Value, kind: Kind) -> str:
    """The name of the file that a wrapper of another file's array gives.

    Raises:
        BrokenStreamError: joblib does not write its state so.
    """
    if kind is Kind.FILE:
        fields = _fields(state, {"filename", "subclass"}, {"allow_mmap"})
    else:
        fields = _fields(state, {"filename", "init_args", "state"}, set())
    name = fields["filename"]
    if not isinstance(name, str):
        raise _odd("a file name that is no text")
    return name


def _fields(state: Value, required: set[str], optional: set[str]) -> dict[str, Value]:
    """The entries of a state, which must be these: any other would replace a method of the wrapper."""
    pairs = list(state.pairs()) if isinstance(state, Dict) and state.size == len(state.items) else []
    fields = {key: value for key, value in pairs if isinstance(key, str)}
    if len(fields) != len(pairs) or not required <= fields.keys() <= required | optional:
        raise _odd("other fields than joblib writes")
    return fields


def _odd(what: str) -> BrokenStreamError:
    return BrokenStreamError(Refused.MALFORMED, f"gives a placeholder of an array {what}")
