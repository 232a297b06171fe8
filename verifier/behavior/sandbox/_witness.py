"""The child's side of being observed: hands over the listener, and then tells what Python's audit hook hears.

What flows out over the socket to the parent: the listener's descriptor, BEGIN, and from then on an audit event a
message, as JSON: kind of act, name of the event, detail.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from types import MappingProxyType

from verifier.behavior.sandbox._acts import BEGIN, Act

LONGEST = 1000
"""Characters of a detail that are told."""

EVENTS = MappingProxyType(
    {
        "import": (Act.IMPORT, 0),
        "pickle.find_class": (Act.SYMBOL, None),
        "ctypes.dlopen": (Act.LIBRARY, 0),
        "os.exec": (Act.PROCESS, 0),
        "os.posix_spawn": (Act.PROCESS, 0),
        "os.system": (Act.PROCESS, 0),
        "subprocess.Popen": (Act.PROCESS, 1),
        "socket.getaddrinfo": (Act.NETWORK, 0),
        "socket.gethostbyname": (Act.NETWORK, 0),
        "urllib.Request": (Act.NETWORK, 0),
    }
)
"""Event to its kind and the argument that tells most, None for all of them joined (Python's table of audit events)."""


def hand_over(control: int, listener: int) -> None:
    """Gives the listener to the parent; until it has it, everything the parent would be asked waits."""
    right = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", listener))]
    connection = socket.socket(fileno=control)
    connection.sendmsg([b"listener"], right)
    connection.detach()
    os.close(listener)


def begin(control: int) -> None:
    """From now on what happens is told."""
    os.write(control, BEGIN)
    sys.addaudithook(_hook(control))


def _hook(control: int) -> Callable[[str, tuple[object, ...]], None]:
    write, dumps, events = os.write, json.dumps, EVENTS

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in events:
            act, place = events[event]
            told = arguments if place is None else arguments[place : place + 1]
            detail = ".".join(os.fsdecode(one) if isinstance(one, bytes) else str(one) for one in told)
            with suppress(OSError):
                write(control, dumps([act, event, detail[:LONGEST]]).encode())

    return hook
