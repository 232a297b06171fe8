"""What Keras builds from a configuration: objects by module and name, bytecode, files and pickles named in it."""

from verifier.formats._keras.config import inspect_config, inspect_text, looks_like_keras
from verifier.formats._keras.judge import CODE, DANGEROUS, FILE, MALFORMED, PICKLE, RULES, UNKNOWN

__all__ = [
    "CODE",
    "DANGEROUS",
    "FILE",
    "MALFORMED",
    "PICKLE",
    "RULES",
    "UNKNOWN",
    "inspect_config",
    "inspect_text",
    "looks_like_keras",
]
