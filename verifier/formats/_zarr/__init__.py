"""Zarr: the metadata of arrays, and the chunks beside them.

Source: zarr-specs.readthedocs.io (versions 2 and 3), and the codecs of numcodecs and TensorStore.
"""

from typing import Final

PICKLE: Final = "zarr-pickle-codec"
CODEC: Final = "zarr-unknown-codec"
MALFORMED: Final = "zarr-malformed"
RULES: tuple[str, ...] = (PICKLE, CODEC, MALFORMED)
"""What an inspection may find."""
