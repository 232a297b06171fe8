"""Program text, taken apart by Python's own parser and never compiled, imported or run."""

from typing import Final

HIDDEN: Final = "python-hidden-code"
DOWNLOAD: Final = "python-download-and-run"
SECRETS: Final = "python-sends-secrets"
STARTUP: Final = "python-changes-startup"
ON_IMPORT: Final = "python-acts-on-import"
REACHES: Final = "python-reaches-out-on-import"
ABLE: Final = "python-able-code"
RULES: Final = (HIDDEN, DOWNLOAD, SECRETS, STARTUP, ON_IMPORT, REACHES, ABLE)
