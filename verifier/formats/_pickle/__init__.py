"""The pickle engine: a strict stream reader and a symbolic machine that imports and calls nothing."""

from typing import Final

DANGEROUS: Final = "pickle-dangerous-symbol"
EXTENSION: Final = "pickle-extension-code"
INTENT: Final = "pickle-unknown-symbol-with-intent"
PERSISTENT: Final = "pickle-persistent-id"
UNKNOWN: Final = "pickle-unknown-symbol"
UNLISTED: Final = "pickle-unlisted-symbol"
UNSAFE_CALL: Final = "pickle-unsafe-call"
UNSAFE_STATE: Final = "pickle-unsafe-state"
WALKED: Final = "pickle-walked-name"
SYMBOL_RULES: tuple[str, ...] = (
    DANGEROUS,
    EXTENSION,
    INTENT,
    PERSISTENT,
    UNKNOWN,
    UNLISTED,
    UNSAFE_CALL,
    UNSAFE_STATE,
    WALKED,
)
"""What the judge of a stream's symbols can find."""

MALFORMED: Final = "pickle-malformed-stream"
BOMB: Final = "pickle-resource-bomb"
UNUSUAL: Final = "pickle-unusual-stream"
RULES: tuple[str, ...] = tuple(sorted((MALFORMED, BOMB, UNUSUAL, *SYMBOL_RULES)))
"""What inspecting a stream can yield."""
