"""The real gateway on a loopback port, and lies it can be made to tell."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from types import TracebackType
from typing import Self

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verifier.gateway import serve

__all__ = ["Hub", "Lie", "Seen"]


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


class Hub:
    """A hub over a folder of `org/name/` folders, while the context lasts.

    Args:
        root: the folder.
        lies: told in order; the first that concerns a request is told.
    """

    def __init__(self, root: Path, *lies: Lie) -> None:
        self.root = root
        self.lies = list(lies)
        self.requests: list[Seen] = []
        self._told: dict[int, int] = {}
        self._closing = threading.Event()
        self._server = serve.server(root)
        self._server.config.app = self._wrap(self._application())
        self._socket = serve.listen("127.0.0.1", 0)
        self.url = serve.address(self._socket)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the hub did not start")
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.should_exit = True
        self._thread.join(20)
        if self._thread.is_alive():
            raise RuntimeError("the hub did not stop")

    def tell(self, *lies: Lie) -> None:
        """Lies from now on too."""
        self.lies.extend(lies)

    def truth(self) -> None:
        """Forgets all lies and the requests seen so far."""
        self.lies.clear()
        self._told.clear()
        self.requests.clear()

    def seen(self, path: str = "*", *methods: str) -> list[Seen]:
        """The requests whose path matches the glob, in order."""
        return [
            seen for seen in self.requests if fnmatchcase(seen.path, path) and (not methods or seen.method in methods)
        ]

    def sent(self, path: str = "*") -> int:
        """Body bytes sent in answer to these requests."""
        return sum(seen.sent for seen in self.seen(path))

    def environment(self, home: Path) -> dict[str, str]:
        """Variables that make a hub client in another process use this hub and an own cache."""
        return {
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(home),
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        }

    def _application(self) -> ASGIApp:
        app = self._server.config.app
        if isinstance(app, str):
            raise TypeError("the gateway is an application, not the name of one")
        return app  # type: ignore[return-value]  # uvicorn names the ASGI types of asgiref

    def _lie_for(self, seen: Seen) -> Lie | None:
        for lie in self.lies:
            if lie.concerns(seen):
                told = self._told.get(id(lie), 0)
                self._told[id(lie)] = told + 1
                if told >= lie.after and (lie.times is None or told < lie.after + lie.times):
                    return lie
        return None

    def _wrap(self, app: ASGIApp) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
            seen = Seen(scope["method"], scope["path"], scope["query_string"].decode(), headers)
            self.requests.append(seen)

            async def counted(message: Message) -> None:
                seen.status = message.get("status", seen.status)
                seen.sent += len(message.get("body", b"")) if seen.method != "HEAD" else 0
                await send(message)

            lie = self._lie_for(seen)
            if lie is None:
                await app(scope, receive, counted)
            else:
                await self._lie(lie, app, scope, receive, counted)

        return answer

    async def _lie(self, lie: Lie, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        if lie.before is not None:
            lie.before()
        if lie.status is not None:
            start: Message = {"type": "http.response.start", "status": lie.status, "headers": []}
            body = b""
        else:
            start, body = await _ask(app, _without_range(scope) if lie.hide_range else scope, receive)
        changed = lie.body(body) if lie.body is not None else body
        kept = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
        if changed != body or lie.status is not None:
            kept["content-length"] = str(len(changed))
        kept |= {name: value for name, value in lie.headers.items() if value is not None}
        gone = {name for name, value in lie.headers.items() if value is None}
        raw = [(name.encode(), value.encode("latin-1")) for name, value in kept.items() if name not in gone]
        await send({**start, "headers": raw})
        if lie.cut is None:
            await self._pause(lie.stall)
            await send({"type": "http.response.body", "body": changed})
        else:
            # An answer left unfinished makes the server drop the connection.
            await send({"type": "http.response.body", "body": changed[: lie.cut], "more_body": True})
            await self._pause(lie.stall)

    async def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._closing.is_set():
            await asyncio.sleep(0.02)


def _without_range(scope: Scope) -> Scope:
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name.lower() != b"range"]}


async def _ask(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages[0], b"".join(message.get("body", b"") for message in messages[1:])
