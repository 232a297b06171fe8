"""Arrays of Python objects that a pickle stream builds: whether numpy would take other bytes for the objects.

numpy believes what a pickle says of a dtype: raw bytes become pointers where the flags hide that items are objects, and
a list of objects is read beyond its end where the shape is larger (`arraydescr_setstate` and `array_setstate` in
descriptor.c and methods.c of numpy).
"""

from __future__ import annotations

import math
from typing import Final

from verifier.formats._numpy.pickled_dtypes import Dtypes
from verifier.formats._pickle.events import Build
from verifier.formats._pickle.values import Global, List, Result, Tuple, Value
from verifier.formats._pickle.window import BrokenStreamError

_MAKERS: Final = frozenset({"numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"})


class PickledArrays:
    """Follows the dtypes and arrays of one stream."""

    def __init__(self) -> None:
        self._dtypes = Dtypes()

    def wrong(self, event: Build) -> str:
        """What makes the state of a dtype or an array dangerous; empty where nothing does."""
        made = event.target
        if not isinstance(made, Result) or not isinstance(made.callee, Global):
            return ""
        if made.callee.path in _MAKERS:
            return self._wrong_array(event.state)
        if made.callee.path != "numpy.dtype":
            return ""
        try:
            self._dtypes.built(event)
        except BrokenStreamError as error:
            return f"it {error.message}"
        known = self._dtypes.of(made)
        return "" if known is not None else "size and flags contradict what the type is made of"

    def _wrong_array(self, state: Value) -> str:
        fields = state.items if isinstance(state, Tuple) else []
        if len(fields) != 5 or not isinstance(fields[1], Tuple) or not isinstance(fields[4], List):
            return ""
        shape = [extent for extent in fields[1].items if type(extent) is int]
        if len(shape) != fields[1].size or math.prod(shape) != fields[4].size:
            return f"the shape holds {math.prod(shape)} objects, the list {fields[4].size}"
        return ""
