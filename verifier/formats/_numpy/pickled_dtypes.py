"""The numpy dtypes that a pickle stream builds, as far as they decide where a raw array ends.

numpy pickles a dtype as `numpy.dtype(text, False, True)` and sets `(version, byte order, subarray, names, fields, size,
alignment, flags[, metadata])` on it (`arraydescr_reduce` and `arraydescr_setstate` in numpy's descriptor.c).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import Malformed
from verifier.formats._numpy.dtypes import Dtype, from_text
from verifier.formats._pickle.events import Build, Refused
from verifier.formats._pickle.values import Dict, Global, Result, Tuple, Value
from verifier.formats._pickle.window import BrokenStreamError

_RECORDS: Final = frozenset({"numpy.record", "numpy.rec.record", "numpy.core.records.record"})
"""Scalar types of record arrays, which stand in the place of `V<size>`."""

_STRING: Final = "numpy._core._internal._convert_to_stringdtype_kwargs"
"""Makes a `numpy.dtypes.StringDType`, whose items take 16 bytes and are always pickled."""

_HAS_OBJECT: Final = 1
"""NPY_ITEM_HASOBJECT among the flags: items hold Python objects."""

_KEPT: Final = 1 << 18
"""Dtypes of one stream that are remembered; picklers write one that is shared only once."""


class Dtypes:
    """Remembers the dtypes of one stream."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Result, Dtype | None]] = {}

    def built(self, event: Build) -> None:
        """Takes note of a BUILD, if it sets the state of a dtype.

        Raises:
            BrokenStreamError: the dtype has one already, and arrays that it would change.
        """
        made = event.target
        if isinstance(made, Result) and isinstance(made.callee, Global) and made.callee.path == "numpy.dtype":
            if id(made) in self._known:
                raise BrokenStreamError(Refused.MALFORMED, "sets the state of a dtype a second time")
            if len(self._known) < _KEPT:
                self._known[id(made)] = (made, self._described(made.args, event.state))

    def of(self, value: Value) -> Dtype | None:
        """The dtype that a value is; None where it is not known, or not one numpy writes."""
        if not isinstance(value, Result):
            return None
        if isinstance(value.callee, Global) and value.callee.path == _STRING:
            return Dtype("StringDType", 16, has_object=True)
        return self._known.get(id(value), (value, None))[1]

    def _described(self, args: Value, state: Value) -> Dtype | None:
        """The dtype itself; None where size and flags contradict what it is made of."""
        made = args.items if isinstance(args, Tuple) else []
        fields = state.items if isinstance(state, Tuple) else []
        if len(made) != 3 or len(fields) not in (8, 9) or made[1:] != [False, True]:
            return None
        size, flags = fields[5], fields[7]
        if type(size) is not int or type(flags) is not int:
            return None
        if isinstance(made[0], str):
            try:
                dtype = from_text(made[0])
            except Malformed:
                return None
        elif isinstance(made[0], Global) and made[0].path in _RECORDS:
            dtype = Dtype("record", size, has_object=False)
        else:
            return None
        has_object = bool(flags & _HAS_OBJECT)
        if dtype.text != "record" and dtype.text.lstrip("<>|=")[0] != "V":
            simple = fields[2] is None and fields[4] is None and size in (-1, dtype.itemsize)
            return dtype if simple and has_object == dtype.has_object else None
        parts = list(self._parts(fields[2], fields[4]))
        sound = dtype.itemsize == size >= 0 and has_object == any(part and part.has_object for part in parts)
        return Dtype(dtype.text, size, has_object) if sound and None not in parts else None

    def _parts(self, subarray: Value, fields: Value) -> Iterator[Dtype | None]:
        """The dtypes inside a structure or subarray; None for what is not one."""
        if subarray is not None:
            yield self.of(subarray.items[0]) if isinstance(subarray, Tuple) and subarray.items else None
        if fields is None:
            return
        entries = [entry for entry in fields.items if isinstance(entry, Tuple)] if isinstance(fields, Dict) else []
        if not entries:
            yield None
        for entry in entries:
            yield self.of(entry.items[0]) if entry.items else None
