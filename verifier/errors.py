"""The exception tree: who is at fault, and what the person can do next.

VerifierError
├── UsageError      the call was wrong                    exit 2
├── PolicyError     a policy or configuration is wrong    exit 2
├── SourceError     the model could not be obtained       exit 3
│   ├── OfflineError, NotFoundError, AuthError, RateLimitedError, UnsupportedSourceError
│   └── ChangedError     bytes, ETag or commit changed underfoot
├── RefusedError    the model may not be used             exit 1, or 3 where that is undecided
├── InternalError   a bug of ours                         exit 4
└── InspectionError expected inside inspectors only; the pipeline turns it into Coverage
    ├── BudgetExceeded
    └── Malformed
"""


class VerifierError(Exception):
    """Base of all errors this package raises on purpose.

    Args:
        message: one sentence: what was seen, and where.
        next_step: one sentence: what the person can do; may be empty.
    """

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()

    def __reduce__(self) -> tuple[type["VerifierError"], tuple[str, str]]:
        return type(self), (self.message, self.next_step)


class UsageError(VerifierError):
    """The invocation cannot be carried out as written."""


class PolicyError(VerifierError):
    """A policy file is missing, malformed, or asks for what this version does not know."""


class SourceError(VerifierError):
    """A model, or part of one, could not be obtained."""


class OfflineError(SourceError):
    """The source needs the network, which is unreachable or switched off."""


class NotFoundError(SourceError):
    """The repository, revision or file does not exist (or is hidden from this token)."""


class AuthError(SourceError):
    """The source asks for a login or an accepted license."""


class RateLimitedError(SourceError):
    """The source asks us to come back later."""


class UnsupportedSourceError(SourceError):
    """The reference names a kind of place this version cannot read."""


class ChangedError(SourceError):
    """What was read is not one immutable thing: size, ETag, commit or file changed meanwhile."""


class RefusedError(VerifierError):
    """A model may not be used: it was rejected, not enough could be seen, or it is not what was locked.

    Args:
        message: as for VerifierError.
        next_step: as for VerifierError.
        exit_code: 1, or 3 where nothing wrong was seen but not enough.
    """

    def __init__(self, message: str, next_step: str = "", exit_code: int = 1) -> None:
        super().__init__(message, next_step)
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[type["RefusedError"], tuple[str, str, int]]:  # type: ignore[override]
        return type(self), (self.message, self.next_step, self.exit_code)


class InternalError(VerifierError):
    """A bug of ours."""


class InspectionError(VerifierError):
    """Base of what an inspector may raise on hostile or broken input."""


class BudgetExceeded(InspectionError):
    """A limit on depth, count, bytes, ratio or time ran out; what is left was not inspected."""


class Malformed(InspectionError):
    """The bytes contradict their format.

    Args:
        message: what was expected and what was seen.
        offset: byte offset in the artifact, where known.
    """

    def __init__(self, message: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset

    def __reduce__(self) -> tuple[type["Malformed"], tuple[str, int | None]]:  # type: ignore[override]
        return type(self), (self.message, self.offset)


class NotRun(InspectionError):
    """A model was not run to its end, so that nothing can be said of what it does."""
