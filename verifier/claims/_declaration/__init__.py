"""What is declared of a model's behavior, read from `behavior.yaml` and from other places that say such things."""

from __future__ import annotations

from verifier.records.terms import Dialect

SPELLINGS = {"behavior": Dialect.BEHAVIOR, "behaviour": Dialect.BEHAVIOUR}
"""File name without `.yaml`, and key, to the dialect; only the first is ours."""

MALFORMED = "declaration-malformed"
"""The rule that a declaration breaks which cannot be read."""

MAX_BYTES = 1 << 20
"""Bytes of a declaration; one with a thousand metrics has a quarter of that."""
