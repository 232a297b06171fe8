"""Running the gateway on a socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from verifier.errors import UsageError

if TYPE_CHECKING:
    from uvicorn import Server

    from verifier.gateway.app import Find


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Args:
        host: address to bind.
        port: TCP port; 0 lets the system choose one.

    Raises:
        UsageError: the address cannot be bound.
    """
    advice = "Choose another --host or --port."
    if not 0 <= port <= 65535:
        raise UsageError(f"There is no port {port}; ports are 0 to 65535.", advice)
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UsageError(f"Cannot listen on {host} port {port}: {error.strerror}.", advice) from error


def address(listening: socket.socket) -> str:
    """The URL clients put into `HF_ENDPOINT`."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server(root: Path) -> Server:
    """A server for the models below a folder; `run(sockets=[…])` serves until it is interrupted.

    Args:
        root: the folder whose `org/name` and `name` subfolders are served.

    Raises:
        UsageError: there is no such folder, or the extra `gateway` is not installed.
    """
    if not root.is_dir():
        raise UsageError(f"{root} is not a folder.", "Give --root a folder that holds org/name/ folders of models.")
    return _server(root.resolve())


@contextmanager
def serving(find: Find, listening: socket.socket | None = None) -> Iterator[str]:
    """A server in a thread of its own; gives its URL.

    Args:
        find: gives the repositories that are served.
        listening: the socket it accepts on, closed at the end; None is a loopback port of its own.

    Raises:
        UsageError: the extra `gateway` is not installed, or nothing can be listened on.
    """
    running = _server(find)
    with listening or listen("127.0.0.1", 0) as accepting:
        thread = Thread(target=running.run, kwargs={"sockets": [accepting]}, daemon=True)
        thread.start()
        try:
            yield address(accepting)
        finally:
            running.should_exit = True
            thread.join(10)


def _server(find: Find | Path) -> Server:
    try:
        import uvicorn

        from verifier.gateway.app import Folders, application
    except ModuleNotFoundError as error:
        raise UsageError(
            f"The gateway needs {error.name}, which is not installed.", "Run: pip install 'model-verify[gateway]'"
        ) from error
    config = uvicorn.Config(
        application(Folders(find) if isinstance(find, Path) else find),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)
