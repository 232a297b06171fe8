"""The starter: confines itself, tells its parent, and becomes the user's program.

`python -I -m verifier.behavior.sandbox.starter FD SETTINGS PROGRAM [ARGUMENT]...`: over the Unix socket FD it sends
READY, with the socket the gateway shall accept on where it has a network of its own, or why it cannot be confined;
it waits for a byte; then it becomes the program, which closes the socket, or sends why it cannot.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys

from verifier.behavior.sandbox import _confine
from verifier.behavior.sandbox._modes import READY, Mode

NOT_CONFINED, NOT_STARTED = 125, 127
"""Exit codes, as env(1) has them."""


def main() -> None:
    """Becomes the program."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    settings, command = json.loads(sys.argv[2]), sys.argv[3:]
    mode, port = Mode(settings["mode"]), settings["port"]
    listening = []
    try:
        if mode is Mode.BUBBLEWRAP and port is not None:
            listening = [socket.create_server(("127.0.0.1", port))]
        _confine.confine_others(mode, settings["readable"], settings["writable"], port)
    except OSError as error:
        control.send(str(error).encode())
        sys.exit(NOT_CONFINED)
    socket.send_fds(control, [READY], [one.fileno() for one in listening])
    if not control.recv(1):
        sys.exit(NOT_CONFINED)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # bubblewrap, between us and our parent, ignores them
    try:
        os.execvp(command[0], command)  # noqa: S606 - what the user asked for
    except OSError as error:
        control.send((error.strerror or str(error)).encode())
        sys.exit(NOT_STARTED)


if __name__ == "__main__":
    main()
