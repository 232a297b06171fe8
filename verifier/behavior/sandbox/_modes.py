"""How a child is kept from everything but its task."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """A kind of confinement, strongest first."""

    BUBBLEWRAP = "bubblewrap"
    """Namespaces of its own, and self-confinement inside of them."""
    SELF = "self-confinement"
    """Landlock, seccomp and resource limits, which the child takes on before it reads a byte of the model."""
    NONE = "none"
    """Resource limits and an empty environment only; a person asked for it."""


READY = b"ready"
"""What the starter of a program says once it is confined."""
