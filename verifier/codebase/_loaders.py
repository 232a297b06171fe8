"""Which calls load models, as `loaders.toml` lists them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Loader:
    """A call that loads a model; see `loaders.toml` for what its fields mean."""

    calls: tuple[str, ...]
    keywords: tuple[str, ...]
    position: int | None = None
    revision: str = "revision"
    method: str = ""
    bare: bool = False
    scheme: tuple[str, ...] = ()
    prefix: str = ""
    chooses: str = ""
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class Loaders:
    """All of them.

    Args:
        by_name: last part of a call's dotted name to the loaders it may be.
        foreign: top-level packages whose calls are others'.
        unsafe: `package:function` of calls that may execute what they read.
    """

    by_name: Mapping[str, tuple[Loader, ...]]
    foreign: frozenset[str]
    unsafe: frozenset[str]

    def of(self, dotted: str, package: str) -> tuple[Loader, ...]:
        """The loaders that a call is.

        Args:
            dotted: name of what is called, as `transformers.AutoModel.from_pretrained`.
            package: the first part, where it is an imported package; else empty.
        """
        if package in self.foreign:
            return ()
        parts = dotted.split(".")
        found = [one for one in self.by_name.get(parts[-1], ()) if _is(one, parts, package)]
        return tuple(one for one in found if one.method) or tuple(found)


def _is(loader: Loader, parts: list[str], package: str) -> bool:
    owner, method = (parts[:-1], parts[-1]) if loader.method else (parts, "")
    if loader.method == "hub":  # torch.hub.load
        return package == "torch" and parts[-2:] == ["hub", "load"]
    if loader.method and (method != loader.method or not owner):
        return False
    return any(call in (f"{package}:{owner[-1]}", f"*:{owner[-1]}") for call in loader.calls)


@cache
def loaders() -> Loaders:
    """What the file says."""
    table = tomllib.loads((Path(__file__).parent / "loaders.toml").read_text(encoding="utf-8"))
    by_name: dict[str, tuple[Loader, ...]] = {}
    for entry in table["loader"]:
        plain: dict[str, Any] = {key: tuple(item) if isinstance(item, list) else item for key, item in entry.items()}
        loader = Loader(**plain)
        names = {call.partition(":")[2] for call in loader.calls}
        for name in names if loader.method in ("", "hub") else {loader.method}:
            by_name[name] = (*by_name.get(name, ()), loader)
    return Loaders(by_name, frozenset(table["foreign"]["packages"]), frozenset(table["unsafe"]["calls"]))
