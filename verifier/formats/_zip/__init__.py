"""A strict zip reader: what the directory says, what the local headers say, and every place where they disagree.

Sources: PKWARE APPNOTE 6.3.10; Python's `zipfile`; miniz 3 as torch carries it.
"""

from verifier.formats._zip.archive import Archive, Local
from verifier.formats._zip.directory import Directory, find_directory
from verifier.formats._zip.entries import Entry
from verifier.formats._zip.lies import Lie, LieKind

__all__ = ["Archive", "Directory", "Entry", "Lie", "LieKind", "Local", "find_directory"]
