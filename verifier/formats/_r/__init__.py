"""R's serialization: a walk over the stream, and what the code in it would do.

Source: R Internals, section 1.8 "Serialization Formats", and src/main/serialize.c of R 4.4.
"""

from typing import Final

PROMISE: Final = "r-planted-promise"
DANGEROUS: Final = "r-dangerous-call"
FUNCTION: Final = "r-function"
UNREVIEWED: Final = "r-unreviewed-call"
MALFORMED: Final = "r-malformed"
RULES: tuple[str, ...] = (PROMISE, DANGEROUS, FUNCTION, UNREVIEWED, MALFORMED)
"""What an inspection may find."""
