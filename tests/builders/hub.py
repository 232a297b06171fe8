"""The real gateway on a loopback port, and lies it can be made to tell."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from fnmatch import fnmatchcase
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.builders.lies import Lie, Seen
from verifier.gateway import serve

__all__ = ["Answer", "Hub", "Lie", "Seen"]


class Answer(NamedTuple):
    """What the hub answered to `Hub.ask`; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


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
        self.address: tuple[str, int] = self._socket.getsockname()
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

    def ask(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> Answer:
        """One plain request, no redirect followed; header names with underscores for dashes."""
        connection = http.client.HTTPConnection(*self.address, timeout=20)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

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
