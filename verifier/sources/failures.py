"""What the failures of a request mean to a person: who is at fault, and what to do next."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from huggingface_hub.errors import (
    DisabledRepoError,
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import parse_ratelimit_headers  # type: ignore[attr-defined]  # exported lazily

from verifier.errors import AuthError, ChangedError, NotFoundError, OfflineError, RateLimitedError, SourceError
from verifier.records import visible

_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})


class PassingError(Exception):
    """A failure worth another attempt.

    Args:
        error: what it becomes if attempts run out.
        wait: seconds the server asks for, or None.
    """

    def __init__(self, error: SourceError, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait


_LOGIN = "log in with `hf auth login`"
_REFUSALS: tuple[tuple[type[Exception], type[SourceError], str, str], ...] = (
    (GatedRepoError, AuthError, "it is gated", f"Accept its terms on the hub, then {_LOGIN}."),
    (RevisionNotFoundError, NotFoundError, "there is no such revision", "Check the branch, tag or commit."),
    (EntryNotFoundError, NotFoundError, "the file is gone", "Verify again."),
    (
        RepositoryNotFoundError,
        NotFoundError,
        "it does not exist, or is hidden from this login",
        f"Check the spelling; if it is private, {_LOGIN}.",
    ),
    (DisabledRepoError, NotFoundError, "the hub has disabled it", "Ask its owner."),
)
_STATUSES: dict[int, tuple[type[SourceError], str, str]] = {
    401: (AuthError, "a login is needed", f"If you may see it, {_LOGIN}."),
    403: (AuthError, "access is refused", f"Ask for access, then {_LOGIN}."),
    404: (NotFoundError, "there is nothing at that address", "Check the spelling."),
    410: (NotFoundError, "it was removed", "Check the spelling."),
    416: (ChangedError, "the file is shorter than listed", "Verify again."),
}


def refused(error: HfHubHTTPError, subject: str) -> SourceError:
    """What a 4xx or 5xx means.

    Raises:
        PassingError: it may pass.
    """
    status = error.response.status_code
    said = f": '{visible(error.server_message)}'" if error.server_message else ""
    if status in _TRANSIENT:
        raise _overloaded(error, f"{subject}: the server answers {status}{said}")
    for kind, meaning, why, step in _REFUSALS:
        if isinstance(error, kind):
            return meaning(f"{subject}: {why} ({status}{said}).", step)
    meaning, why, step = _STATUSES.get(status, (SourceError, "the server refuses", "Check the address."))
    return meaning(f"{subject}: {why} ({status}{said}).", step)


def _overloaded(error: HfHubHTTPError, shown: str) -> PassingError:
    headers = error.response.headers
    after = headers.get("Retry-After", "")
    wait = float(after) if re.fullmatch(r"[0-9]{1,6}", after) else None
    limits = parse_ratelimit_headers(headers)
    if limits is not None and limits.remaining == 0:
        wait = float(limits.reset_in_seconds)
    again = f"Try again in {wait:.0f} seconds" if wait else "Try again later"
    if error.response.status_code == 429:
        return PassingError(
            RateLimitedError(f"{shown}: too many requests.", f"{again}; a login raises the limit."), wait
        )
    return PassingError(SourceError(f"{shown}.", f"{again}."), wait)


def broken(error: Exception, subject: str, url: str) -> SourceError:
    """What a failure of the connection means."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    host = visible(urlsplit(url).netloc)
    if kinds & {"ConnectError", "ConnectTimeout", "ProxyError"}:
        return OfflineError(f"{subject}: {host} cannot be reached.", "Check the network, proxy and HF_ENDPOINT.")
    if "TimeoutException" in kinds:
        return SourceError(f"{subject}: {host} stopped answering.", "Try again later.")
    return SourceError(f"{subject}: {host} broke the connection off.", "Try again later.")
