"""What is known about licenses: `licenses.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import cast


@cache
def identifiers() -> frozenset[str]:
    """What a license may be called: SPDX identifiers, and those of the hub."""
    spdx, hub = (cast(str, _registry()[part]["ids"]).split() for part in ("spdx", "hub"))
    return frozenset({*spdx, *hub})


def broken_terms(base: str, derived: str) -> bool:
    """Whether a model under the license `derived` cannot stem from one under `base`, as far as is known here."""
    passed_on = cast(Mapping[str, list[str]], _registry()["passed-on"])
    return derived.lower() not in passed_on.get(base.lower(), [derived.lower()])


@cache
def _registry() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads((files(__package__) / "licenses.toml").read_text(encoding="utf-8"))
