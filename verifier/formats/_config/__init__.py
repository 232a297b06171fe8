"""What configurations make their loaders import, call or evaluate, whatever they are written in."""

from typing import Final

DANGEROUS: Final = "config-dangerous-target"
UNKNOWN: Final = "config-unknown-target"
EXPRESSION: Final = "config-expression"
EVIL: Final = "config-dangerous-expression"
RESOLVED: Final = "config-code-resolver"
RULES: Final = (DANGEROUS, UNKNOWN, EXPRESSION, EVIL, RESOLVED)
"""What any object of a configuration can break."""

DUPLICATE: Final = "json-duplicate-key"
JSON_MALFORMED: Final = "json-malformed"
YAML_MALFORMED: Final = "yaml-malformed"
YAML_BOMB: Final = "yaml-alias-bomb"
PYTHON_TAG: Final = "yaml-python-tag"
REMOTE_CODE: Final = "config-remote-code"
HUB_KERNEL: Final = "config-hub-kernel"
FOREIGN_MODULE: Final = "config-foreign-module"
