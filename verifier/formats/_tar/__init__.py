"""A strict tar reader: ustar, GNU and pax headers, and what in them is unsafe or can be read in two ways.

Sources: POSIX.1-2017 pax; GNU tar manual, appendix D; Python's `tarfile`.
"""

from verifier.formats._tar.archive import BLOCK, Entry, Flaw, FlawKind, entries, is_header

__all__ = ["BLOCK", "Entry", "Flaw", "FlawKind", "entries", "is_header"]
