"""HDF5, read strictly and bounded: what a file links to, its attributes, and where its numbers lie.

Source: "HDF5 File Format Specification Version 3.0" (The HDF Group), by whose chapters places in the code are named.
"""

from typing import Final

EXTERNAL: Final = "hdf5-external-file"
MALFORMED: Final = "hdf5-malformed"
TRAILING: Final = "hdf5-trailing-bytes"
