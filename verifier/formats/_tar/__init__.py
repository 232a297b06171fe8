"""A strict tar reader: ustar, GNU and pax headers, and what in them is unsafe or can be read in two ways.

Sources: POSIX.1-2017 pax; GNU tar manual, appendix D; Python's `tarfile`.
"""

from typing import Final

UNSAFE: Final = "tar-unsafe-member"
AMBIGUOUS: Final = "tar-ambiguous-archive"
RULES: tuple[str, ...] = (UNSAFE, AMBIGUOUS)
