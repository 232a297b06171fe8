"""What numpy writes about arrays: dtype descriptions and the header of a `.npy` file."""

from typing import Final

MAGIC: Final = b"\x93NUMPY"

MALFORMED: Final = "npy-malformed"
TRAILING: Final = "npy-trailing-bytes"
