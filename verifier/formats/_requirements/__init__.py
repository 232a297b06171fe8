"""Lines of pip and their kin that say what is installed."""

from typing import Final

UNTRUSTED: Final = "requirement-untrusted-source"
DIRECT: Final = "requirement-direct-source"
UNPINNED: Final = "requirement-unpinned"
RULES: Final = (UNTRUSTED, DIRECT, UNPINNED)
