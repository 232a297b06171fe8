"""What a hub can be made to answer untruthfully."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


@dataclass
class Seen:
    """One request, as the hub saw it, and what it answered."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    status: int = 0
    sent: int = 0
    """Body bytes put on the wire."""

    @property
    def range(self) -> str | None:
        return self.headers.get("range")


@dataclass(frozen=True)
class Lie:
    """Something untrue (or unwelcome) to answer; see the constructors below for the ones tests need.

    Args:
        path: glob over the path of requests it applies to; redirected contents live below `*/blobs/*`.
        methods: methods it applies to.
        ranged: True: only requests with a Range; False: only those without; None: both.
        after: how many matching requests are answered truthfully first.
        times: how often it is told; None is always.
        before: runs before the answer, as to change the repository's files.
        status: answers with this status and no content instead of asking the gateway.
        headers: headers to set; a value of None removes one.
        hide_range: asks the gateway without the Range, so that it answers 200 with the whole.
        body: makes the body from the true one; Content-Length follows unless `cut` is set.
        cut: drops the connection after so many body bytes.
        stall: seconds to wait before the body, or before the rest of it where `cut` is set.
    """

    path: str = "*"
    methods: tuple[str, ...] = ("GET", "HEAD", "POST")
    ranged: bool | None = None
    after: int = 0
    times: int | None = None
    before: Callable[[], object] | None = None
    status: int | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    hide_range: bool = False
    body: Callable[[bytes], bytes] | None = None
    cut: int | None = None
    stall: float = 0

    def concerns(self, seen: Seen) -> bool:
        fits_range = self.ranged is None or self.ranged == (seen.range is not None)
        return seen.method in self.methods and fits_range and fnmatchcase(seen.path, self.path)

    @classmethod
    def tampered(cls, path: str, *, ranged: bool | None = None) -> Lie:
        """The last byte of every body is another one; lengths stay."""
        return cls(path, ("GET",), ranged, body=lambda body: body[:-1] + bytes([body[-1] ^ 1]) if body else body)

    @classmethod
    def truncated(cls, path: str, size: int) -> Lie:
        """Bodies end early, and their Content-Length agrees."""
        return cls(path, ("GET",), body=lambda body: body[:size])

    @classmethod
    def dying(cls, path: str, size: int, *, times: int | None = None) -> Lie:
        """The connection ends after so many bytes of the body."""
        return cls(path, ("GET",), cut=size, times=times)

    @classmethod
    def stalling(cls, path: str, seconds: float, *, size: int = 0) -> Lie:
        """Nothing comes for a while after so many bytes of the body, then the connection ends."""
        return cls(path, ("GET",), cut=size, stall=seconds)

    @classmethod
    def whole_for_range(cls, path: str) -> Lie:
        """200 and the whole file where a range was asked for."""
        return cls(path, ("GET",), ranged=True, hide_range=True)

    @classmethod
    def content_range(cls, path: str, value: str | None) -> Lie:
        """Another Content-Range than the truth."""
        return cls(path, ("GET",), ranged=True, headers={"content-range": value})

    @classmethod
    def other_headers(cls, path: str, **headers: str | None) -> Lie:
        """Other headers than the truth, underscores for dashes: `etag='"0"', x_linked_size="1"`."""
        return cls(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    @classmethod
    def refused(
        cls, path: str, status: int, *, code: str = "", message: str = "", times: int | None = None, after: int = 0
    ) -> Lie:
        """An error: 401, 403 with code `GatedRepo`, 404 with `RepoNotFound` or `EntryNotFound`, 5xx."""
        headers = {"x-error-code": code or None, "x-error-message": message or None}
        return cls(path, status=status, headers=headers, times=times, after=after)

    @classmethod
    def rate_limited(cls, path: str, *, retry_after: int = 0, times: int | None = None) -> Lie:
        """429 with Retry-After in seconds."""
        return cls(path, status=429, headers={"retry-after": str(retry_after)}, times=times)

    @classmethod
    def redirected(cls, path: str, location: str, *, status: int = 307, times: int | None = None) -> Lie:
        """A redirect: to the same path a loop, to the API path of another id what a renamed repository answers."""
        return cls(path, status=status, headers={"location": location}, times=times)

    @classmethod
    def branch_moves(cls, change: Callable[[], object], *, path: str, after: int = 0) -> Lie:
        """The repository's files change once, just before a request is answered."""
        return cls(path, before=change, after=after, times=1)

    @classmethod
    def xet(cls, repository: str) -> tuple[Lie, ...]:
        """Entries advertise Xet storage, whose token route does not exist."""
        api = f"/api/models/{repository}"
        link = f'<{api}/xet-read-token/main>; rel="xet-auth"'
        return (
            cls(f"{api}/tree/*", body=_with_xet_hashes),
            cls(f"{api}/paths-info/*", body=_with_xet_hashes),
            cls(f"/{repository}/resolve/*", headers={"x-xet-hash": "a" * 64, "link": link}),
        )


def _with_xet_hashes(body: bytes) -> bytes:
    entries = json.loads(body)
    return json.dumps([entry | {"xetHash": "a" * 64} if "lfs" in entry else entry for entry in entries]).encode()
