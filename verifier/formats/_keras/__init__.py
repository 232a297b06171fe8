"""What Keras builds from a configuration: objects by module and name, bytecode, files and pickles named in it."""

from typing import Final

CODE: Final = "keras-python-code"
DANGEROUS: Final = "keras-dangerous-object"
UNKNOWN: Final = "keras-unknown-object"
FILE: Final = "keras-file-access"
PICKLE: Final = "keras-embedded-pickle"
MALFORMED: Final = "keras-malformed-config"
RULES: tuple[str, ...] = (CODE, DANGEROUS, UNKNOWN, FILE, PICKLE, MALFORMED)
