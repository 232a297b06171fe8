"""FlatBuffers, read where they stand, with every offset held against the file."""

from verifier.formats._flatbuffer.flex import texts
from verifier.formats._flatbuffer.table import Flat, Table

__all__ = ["Flat", "Table", "texts"]
