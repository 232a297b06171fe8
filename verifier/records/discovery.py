"""Finding the modules of a room: a file that exists takes part; there is no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def discover(package: ModuleType) -> tuple[ModuleType, ...]:
    """The package's modules whose names do not begin with an underscore, imported, in order of their names.

    Args:
        package: one of this project's own packages; nothing else is ever imported by name.
    """
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__) if not info.name.startswith("_"))
    return tuple(importlib.import_module(f"{package.__name__}.{name}") for name in names)
