"""A strict zip reader: what the directory says, what the local headers say, and every place where they disagree.

Sources: PKWARE APPNOTE 6.3.10; Python's `zipfile`; miniz 3 as torch carries it.
"""

from typing import Final

AMBIGUOUS: Final = "zip-ambiguous-directory"
UNSAFE: Final = "zip-unsafe-member"
HIDDEN: Final = "zip-hidden-data"
ENCRYPTED: Final = "zip-encrypted-member"
CONTENT: Final = "zip-content-mismatch"
RULES: tuple[str, ...] = (AMBIGUOUS, UNSAFE, HIDDEN, ENCRYPTED, CONTENT)
