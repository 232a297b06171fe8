"""What is known about licenses: `licenses.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import cast

from verifier.data.registries import read


@cache
def identifiers() -> frozenset[str]:
    """What a license may be called: SPDX identifiers, and those of the hub."""
    spdx, hub = (cast(str, _registry()[part]["ids"]).split() for part in ("spdx", "hub"))
    return frozenset({*spdx, *hub})


def spdx(name: str) -> str | None:
    """A license's SPDX identifier, as the list spells it; None where it is none."""
    return _spdx().get(name.lower())


@cache
def _spdx() -> Mapping[str, str]:
    return {identifier.lower(): identifier for identifier in cast(str, _registry()["spdx"]["ids"]).split()}


def broken_terms(base: str, derived: str) -> bool:
    """Whether a model under the license `derived` cannot stem from one under `base`, as far as is known here."""
    passed_on = cast(Mapping[str, list[str]], _registry()["passed-on"])
    return derived.lower() not in passed_on.get(base.lower(), [derived.lower()])


@cache
def _registry() -> Mapping[str, Mapping[str, object]]:
    return read("licenses.toml")
