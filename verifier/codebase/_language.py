"""Which files a finder reads."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """A language of source trees.

    Args:
        id: its name.
        suffixes: ends of names of its files, in lower case.
        names: pattern that names of other files of it match, in lower case; empty for none.
        limit: bytes of a file that is read.
    """

    id: str
    suffixes: tuple[str, ...]
    names: str = ""
    limit: int = 4 << 20

    def holds(self, name: str) -> bool:
        """Whether a file of that name is in this language."""
        lower = name.lower()
        return lower.endswith(self.suffixes) or bool(self.names and re.fullmatch(self.names, lower))
