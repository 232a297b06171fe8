"""Pickles as joblib writes them: raw arrays, nested pickles and other files between the opcodes."""

from verifier.formats._joblib.streams import RULES, begins, inspect_streams

__all__ = ["RULES", "begins", "inspect_streams"]
