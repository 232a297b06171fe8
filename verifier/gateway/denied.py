"""That a repository is not served."""

from __future__ import annotations


class DeniedError(Exception):
    """A repository that is not served; the message says why, for the person at the client."""
