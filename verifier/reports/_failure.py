"""A reference no verdict could be reached on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from verifier.errors import VerifierError


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no verdict for a reference.

    Args:
        reference: as typed.
        kind: slug of the error, as `not-found`.
        message: one sentence: what was seen.
        next_step: one sentence: what to do; may be empty.
    """

    reference: str
    kind: str
    message: str
    next_step: str

    @classmethod
    def of(cls, reference: str, error: VerifierError) -> Failure:
        """The failure an error on a reference amounts to; `NotFoundError` becomes `not-found`."""
        name = type(error).__name__.removesuffix("Error")
        return cls(reference, re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower(), error.message, error.next_step)
