"""What numpy writes about arrays: dtype descriptions and the header of a `.npy` file."""

from verifier.formats._numpy.dtypes import Dtype, from_descr, from_text
from verifier.formats._numpy.header import Header, read_header

__all__ = ["Dtype", "Header", "from_descr", "from_text", "read_header"]
