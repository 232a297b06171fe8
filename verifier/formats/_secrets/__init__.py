"""Keys and tokens in text."""

from typing import Final

SECRET: Final = "secret-in-repository"  # noqa: S105 - a rule
