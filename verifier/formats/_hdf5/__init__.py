"""HDF5, read strictly and bounded: what a file links to, its attributes, and where its numbers lie.

Source: "HDF5 File Format Specification Version 3.0" (The HDF Group), by whose chapters places in the code are named.
"""

from verifier.formats._hdf5.file import SIGNATURE, File, Unsupported, find_signature
from verifier.formats._hdf5.walk import Attribute, External, Gap, Walk

__all__ = ["SIGNATURE", "Attribute", "External", "File", "Gap", "Unsupported", "Walk", "find_signature"]
