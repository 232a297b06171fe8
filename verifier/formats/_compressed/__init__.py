"""What all formats that are one compressed stream have in common."""

from typing import Final

BROKEN_STREAM: Final = "compressed-broken-stream"
TRAILING: Final = "compressed-trailing-bytes"
RULES: tuple[str, ...] = (BROKEN_STREAM, TRAILING)
