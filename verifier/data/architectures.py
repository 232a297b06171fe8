"""What the classes of an architecture store, as arithmetic on the settings of `config.json`: `architectures/`.

Each file is named after its model type. `name` begins the names of its classes, `prefix` the names of tensors where the
model stands under a head. A tensor's line says how many of that name there are (`#` stands for a number) and its shape:
sums, products and quotients of settings, or `_` where it follows from something else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from verifier.data.registries import is_listed, read

ANY: Final = "_"
"""A size, or with `...` a whole shape, that nothing is said of."""

_NUMBER: Final = re.compile(r"(?<![^.])\d+(?![^.])")
_TYPE: Final = re.compile(r"[a-z0-9_-]{1,64}")


def numberless(name: str) -> str:
    """A tensor's name with `#` for each part that is a number."""
    return _NUMBER.sub("#", name)


@dataclass(frozen=True, slots=True)
class Tensor:
    """Tensors of one name.

    Args:
        count: how many there are.
        shape: rows first; None where nothing is said of it.
    """

    count: str
    shape: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Architecture:
    """What classes of one model type store.

    Args:
        name: how the names of its classes begin.
        prefix: of names of tensors, where they stand under a head.
        tied: names of tensors that are others, where embeddings are tied.
        otherwise: what a setting is by others, where it is not said.
        lacks: by the rest of a class's name the parts it does without.
        tensors: that the model has.
        optional: that settings or its caller decide on.
        heads: by the rest of a class's name what it has besides.
    """

    name: str
    prefix: str
    tied: frozenset[str]
    otherwise: Mapping[str, str]
    lacks: Mapping[str, Sequence[str]]
    tensors: Mapping[str, Tensor]
    optional: Mapping[str, Tensor]
    heads: Mapping[str, Mapping[str, Tensor]]

    def head(self, class_name: str) -> str | None:
        """The rest of a class's name, where it is one of these classes: `Model` where it has no head."""
        rest = class_name.removeprefix(self.name)
        return rest if rest != class_name and (rest == "Model" or rest in self.heads) else None

    def own_name(self, name: str) -> str:
        """What is called a tensor here that a file calls so."""
        plain = name.removeprefix(self.prefix)
        for old, new in _common()["renamed"].items():
            if plain.endswith(old):
                return plain.removesuffix(old) + str(new)
        return plain

    def may_hold(self, name: str) -> bool:
        """Whether files of the architecture may hold a tensor that is none of the class's own."""
        endings = tuple(_common()["beside"]["endings"])
        return name in self.tied or f".{name}".endswith(endings) or any(name in head for head in self.heads.values())


@cache
def architecture(model_type: str) -> Architecture | None:
    """What is known of a model type; None where nothing is."""
    name = f"architectures/{model_type}.toml"
    if not _TYPE.fullmatch(model_type) or not is_listed(name):
        return None
    table = read(name)
    same = read(f"architectures/{table['like']}.toml") if "like" in table else {}
    table = {**same, **table}
    return Architecture(
        table["name"],
        table["prefix"],
        frozenset(table.get("tied", ())),
        table.get("otherwise", {}),
        table.get("lacks", {}),
        _tensors(table["tensors"]),
        _tensors(table.get("optional", {})),
        {head: _tensors(lines) for head, lines in table.get("heads", {}).items()},
    )


def _common() -> dict[str, dict[str, Any]]:
    return read("architectures.toml")


def _tensors(lines: Mapping[str, str]) -> dict[str, Tensor]:
    found = {}
    for name, line in lines.items():
        count, _, shape = line.partition(":")
        found[name] = Tensor(count, None if shape.strip() == "..." else tuple(shape.split()))
    return found


def evaluated(arithmetic: str, settings: Mapping[str, int]) -> int | None:
    """What sums, products and whole quotients of settings and numbers come to; None where a setting is not known."""
    total = 0
    for sign, term in re.findall(r"([+-]?)([^+-]+)", arithmetic):
        value = 1
        for operator, factor in re.findall(r"([*/]?)([^*/]+)", term):
            number = int(factor) if factor.isdecimal() else settings.get(factor)
            if number is None or (operator == "/" and not number):
                return None
            value = value // number if operator == "/" else value * number
        total += -value if sign == "-" else value
    return total
