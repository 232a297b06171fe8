"""MessagePack, walked value by value without building anything (github.com/msgpack/msgpack/blob/master/spec.md)."""

from verifier.formats._msgpack.arrays import Array, read_array
from verifier.formats._msgpack.walk import MAX_DEPTH, Kind, Value, walk

__all__ = ["MAX_DEPTH", "Array", "Kind", "Value", "read_array", "walk"]
