"""What makes a signature no good."""

from __future__ import annotations

from verifier.errors import InspectionError


class Flaw(InspectionError):
    """A signature is not what its specification says, or not good.

    Args:
        rule: id of the rule it breaks.
        message: a clause that says how, without a full stop.
    """

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


MALFORMED = "signature-malformed"
AMBIGUOUS = "signature-ambiguous"
UNSAFE_PATH = "signature-unsafe-path"
COVERS_NOTHING = "signature-covers-nothing"
INVALID = "signature-invalid"
EXPIRED = "signature-expired-certificate"
UNFIT = "signature-unfit-certificate"
OTHER_SIGNER = "signature-other-signer"
