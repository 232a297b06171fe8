"""One bounded request over the hub client's own session, and what its failures mean to a person.

The client's retry helper is not used: it obeys any `Retry-After`, has no limit on bytes or time, and would decompress.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from huggingface_hub import __version__ as client_version
from huggingface_hub import constants
from huggingface_hub.errors import (  # type: ignore[attr-defined]  # HTTPError and Response are its session's
    HfHubHTTPError,
    HTTPError,
    OfflineModeIsEnabled,
    Response,
)
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # exported lazily
    get_session,
    get_token_to_send,
    hf_raise_for_status,
)

from verifier._version import __version__
from verifier.errors import OfflineError, SourceError
from verifier.records import visible
from verifier.sources.failures import PassingError, broken, refused
from verifier.sources.reference import is_loopback

MAX_REDIRECTS = 8
_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})")
_PORTS = {"http": 80, "https": 443}
_USER_AGENT = f"model-verify/{__version__}; hf_hub/{client_version}"
"""The client's own would list what is installed here, and ask the hub for a registry to do so."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is borne with.

    Args:
        attempts: requests made before a passing failure is final; two where no connection can be made.
        wait: seconds before the second attempt; doubled for each further one.
        longest_wait: seconds a server may ask us to wait; asking for more is final.
        stall: seconds without a byte.
        grace: seconds a whole answer may take, beside its bytes at `slowest`.
        slowest: bytes a second.
    """

    attempts: int = 4
    wait: float = 0.5
    longest_wait: float = 10.0
    stall: float = float(constants.HF_HUB_DOWNLOAD_TIMEOUT)
    grace: float = 30.0
    slowest: int = 32 << 10


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer.

    Args:
        url: that gave it, after redirects.
        body: as sent.
        headers: of the last response.
        hops: headers of the redirects before it.
        total: bytes in the whole resource, for a ranged request.
        following: URL of the next page (`Link: rel="next"`), or None.
    """

    url: str
    body: bytes
    headers: Mapping[str, str]
    hops: tuple[Mapping[str, str], ...] = ()
    total: int = 0
    following: str | None = None


@dataclass(frozen=True, slots=True)
class _Request:
    """What `get` was asked for."""

    subject: str
    limit: int
    span: tuple[int, int] | None
    patience: Patience
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None


def get(
    url: str, *, subject: str, limit: int, span: tuple[int, int] | None = None, patience: Patience | None = None
) -> Answer:
    """Fetches a resource, or the bytes `span[0]` to `span[1]` of it, following redirects and trying again.

    Args:
        url: http or https.
        subject: what is fetched, as messages name it.
        limit: most bytes the body may have.
        span: start and end; the end may lie beyond the resource's.
        patience: how long to bear with the server.

    Raises:
        SourceError: there is no complete, well-formed answer; subclasses say why.
    """
    return _patiently(url, _Request(subject, limit, span, patience or Patience()))


def post(
    url: str, content: bytes, headers: Mapping[str, str], *, subject: str, limit: int, patience: Patience
) -> Answer:
    """Sends bytes and fetches the answer; otherwise as `get`.

    Args:
        url: http or https.
        content: what is sent.
        headers: that say what it is.
        subject: what is fetched, as messages name it.
        limit: most bytes the body may have.
        patience: how long to bear with the server.

    Raises:
        SourceError: there is no complete, well-formed answer; subclasses say why.
    """
    return _patiently(url, _Request(subject, limit, None, patience, headers, content))


def _patiently(url: str, request: _Request) -> Answer:
    patience = request.patience
    wait = patience.wait
    tried = 0
    while True:
        tried += 1
        try:
            return _attempt(url, request)
        except PassingError as failure:
            asked = wait if failure.wait is None else failure.wait
            attempts = min(2, patience.attempts) if isinstance(failure.error, OfflineError) else patience.attempts
            if tried >= attempts or asked > patience.longest_wait:
                raise failure.error from failure.__cause__
        time.sleep(asked)
        wait *= 2


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what a token belongs to."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)


def _attempt(url: str, request: _Request) -> Answer:
    hops: list[Mapping[str, str]] = []
    started = time.monotonic()
    try:
        while len(hops) <= MAX_REDIRECTS:
            headers = {**headers_for(url, request.span), **request.headers}
            with get_session().stream(
                "GET" if request.content is None else "POST",
                url,
                headers=headers,
                content=request.content,
                follow_redirects=False,
                timeout=request.patience.stall,
            ) as response:
                if not response.has_redirect_location or request.content is not None:
                    return _answer(response, url, tuple(hops), request, started)
                hops.append(response.headers)
                url = _target(url, response.headers["Location"], request.subject)
    except OfflineModeIsEnabled as error:
        step = "Unset HF_HUB_OFFLINE, or name a local folder."
        raise OfflineError(f"{request.subject} needs the network, which is switched off.", step) from error
    except HfHubHTTPError as error:
        raise refused(error, request.subject) from error
    except HTTPError as error:
        raise PassingError(broken(error, request.subject, url)) from error
    raise SourceError(f"{request.subject}: the server redirects in circles.", "Check HF_ENDPOINT, or try again later.")


def headers_for(url: str, span: tuple[int, int] | None = None) -> dict[str, str]:
    """Headers for one request; the hub's token goes to the hub's own origin only."""
    headers = {"accept-encoding": "identity", "user-agent": _USER_AGENT}
    token = get_token_to_send(None) if origin(url) == origin(constants.ENDPOINT) else None
    if token:
        headers["authorization"] = f"Bearer {token}"
    if span is not None:
        headers["range"] = f"bytes={span[0]}-{span[1] - 1}"
    return headers


def _target(url: str, location: str, subject: str) -> str:
    """Where a redirect leads."""
    try:
        target = urljoin(url, location)
        scheme, host, _ = origin(target)
        known = target.isascii() and target.isprintable() and host
    except ValueError:
        known = None
    if not known or scheme not in _PORTS:
        raise SourceError(f"{subject}: the server redirects to '{visible(location)}', which is no web address.")
    if scheme == "http" and urlsplit(url).scheme == "https" and not is_loopback(host):
        raise SourceError(f"{subject}: the server redirects to {visible(target)}, which is not encrypted.")
    return target


def _answer(
    response: Response, url: str, hops: tuple[Mapping[str, str], ...], request: _Request, started: float
) -> Answer:
    subject = request.subject
    if request.span is not None and response.status_code == 416 and _is_empty(response):
        return Answer(url, b"", response.headers, hops)
    if response.status_code >= 400:
        response.close()  # so that raising does not read a body of unknown length
        hf_raise_for_status(response)
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise SourceError(f"{subject}: the server sends it encoded, though asked not to.", "Check for a proxy.")
    total, expected = _promised(response, request.span, subject)
    limit = request.limit if expected is None else min(request.limit, expected)
    body = _body(response, request, limit, started)
    if expected is not None and len(body) != expected:
        raise PassingError(
            SourceError(f"{subject}: the server sent {len(body)} of {expected} bytes.", "Try again later.")
        )
    return Answer(url, body, response.headers, hops, total, response.links.get("next", {}).get("url"))


def _is_empty(response: Response) -> bool:
    return response.headers.get("Content-Range") == "bytes */0"


def _promised(response: Response, span: tuple[int, int] | None, subject: str) -> tuple[int, int | None]:
    """Bytes in the whole resource, and bytes this answer must have."""
    if span is None:
        if response.status_code != 200:
            raise SourceError(f"{subject}: the server answers {response.status_code}, which was not asked for.")
        return 0, None
    start, end = span
    length = response.headers.get("Content-Length", "")
    if response.status_code == 200 and start == 0 and length.isdecimal() and int(length) <= end:
        return int(length), int(length)
    if response.status_code != 206:
        raise SourceError(
            f"{subject}: the server does not serve parts of files (it answers {response.status_code}).",
            "Download the model and verify the folder.",
        )
    named = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if named is None:
        raise SourceError(f"{subject}: the server does not say which bytes it sends.")
    first, last, total = (int(number) for number in named.groups())
    if first != start or last + 1 != min(end, total):
        raise SourceError(f"{subject}: bytes {start}-{end - 1} were asked for and {first}-{last} of {total} sent.")
    return total, last + 1 - first


def _body(response: Response, request: _Request, limit: int, started: float) -> bytes:
    parts: list[bytes] = []
    got = 0
    for part in response.iter_raw():
        got += len(part)
        if got > limit:
            raise SourceError(f"{request.subject}: the server sends more than the {limit} bytes that are its due.")
        if time.monotonic() > started + request.patience.grace + got / request.patience.slowest:
            raise SourceError(f"{request.subject}: the server sends too slowly.", "Try again later.")
        parts.append(part)
    return b"".join(parts)
