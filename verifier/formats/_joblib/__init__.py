"""Pickles as joblib writes them: raw arrays, nested pickles and other files between the opcodes."""

from typing import Final

from verifier.formats._pickle import RULES as PICKLE_RULES

UNSAFE_FILE: Final = "joblib-unsafe-file"
TRAILING: Final = "pickle-trailing-bytes"
RULES: tuple[str, ...] = (UNSAFE_FILE, TRAILING, *PICKLE_RULES)
