"""What policies will be able to say, once the evidence exists.

Using one of these is an error that says so: nobody shall rely on a clause that nothing enforces. A section or key that
a module reads is no longer looked up here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LATER: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "": frozenset({"attestations"}),
        "integrity": frozenset({"coverage"}),
        "sources": frozenset({"namespace-age"}),
    }
)
"""Table to its keys; the top of the file is the table without a name."""
