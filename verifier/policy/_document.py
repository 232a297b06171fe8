"""A policy as written: TOML values, the file and line of each, and what `extends` brings in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import cast

from verifier.errors import PolicyError
from verifier.policy._places import Path, lines

MAX_BYTES = 1 << 20
"""Size above which a file is no policy."""

BASE = "default.toml (shipped)"
"""The policy that writes the defaults out: whoever says something else has built on it."""

_OWN = frozenset({"version", "name", "description", "extends"})
"""Keys a file says of itself; nothing inherits them."""


@dataclass(frozen=True, slots=True)
class Document:
    """TOML values and where they stand.

    Args:
        file: name of the policy file, for messages.
        values: as tomllib read them.
        places: file and line by path.
        ancestors: files this one extends, and theirs.
    """

    file: str
    values: Mapping[str, object]
    places: Mapping[Path, tuple[str, int]]
    ancestors: frozenset[str] = field(default=frozenset())

    @property
    def stem(self) -> str:
        """What a policy without a name is called."""
        return PurePath(self.file).name.removesuffix(".toml")

    def table(self, path: Path) -> Mapping[str, object]:
        """The table at a path; empty where there is none."""
        value: object = self.values
        for key in path:
            value = value[key] if isinstance(key, int) else value.get(key, {})  # type: ignore[index,attr-defined]
        return cast(Mapping[str, object], value)

    def place(self, path: Path) -> str:
        """`file:line` of a key, or of the nearest table around it that is written."""
        for end in range(len(path), 0, -1):
            if (found := self.places.get(path[:end])) is not None:
                return f"{found[0]}:{found[1]}"
        return self.file


def read(content: bytes, file: str, below: str = "") -> Document:
    """A file's text as a Document.

    Args:
        content: the file's bytes.
        file: its name, for messages.
        below: dotted path of the table that is the policy, as `tool.verifier`; the whole file where empty.

    Raises:
        PolicyError: it is too large, or not TOML.
    """
    if len(content) > MAX_BYTES:
        raise PolicyError(f"{file} is larger than {MAX_BYTES} bytes.", "Is it a policy?")
    try:
        text = content.decode().replace("\r\n", "\n")
        values: dict[str, object] = tomllib.loads(text)
        where = lines(text)
    except (ValueError, RecursionError) as error:
        raise _no_toml(file, error, content) from error
    path = tuple(below.split(".")) if below else ()
    for key in path:
        values = cast(dict[str, object], values.get(key, {}))
    own = {key[len(path) :]: (file, line) for key, line in where.items() if key[: len(path)] == path}
    return Document(file, values, own)


def _no_toml(file: str, error: Exception, content: bytes) -> PolicyError:
    told = re.fullmatch(r"(?s)(.*) \(at line (\d+), column (\d+)\)", str(error))
    if told is None:
        return PolicyError(f"{file}: not TOML: {error}.", _SYNTAX)
    line = content.decode().split("\n")[int(told[2]) - 1]
    dated = re.search(r"=\s*\d{4}-\d", line)
    return PolicyError(f"{file}:{told[2]}:{told[3]}: not TOML: {told[1]}.", _DATE if dated else _SYNTAX)


_SYNTAX = "Correct it there; https://toml.io shows the syntax."
_DATE = "A date is written as 2027-06-30, and is a day there is."


def extended(document: Document, load: Callable[[str, str], Document], chain: tuple[str, ...] = ()) -> Document:
    """The document over all that it extends: its own keys go before theirs, and arrays of tables grow.

    Args:
        document: as read.
        load: gives the document that a file, named second, calls by the name given first.
        chain: files that led here.

    Raises:
        PolicyError: files extend each other in a circle, or disagree about a key this one does not settle.
    """
    chain = (*chain, document.file)
    bases = [extended(_opened(document, name, load, chain), load, chain) for name in _names(document)]
    merged: Document | None = None
    for base in sorted(bases, key=lambda base: base.file):
        merged = base if merged is None else _side_by_side(merged, base, document)
    return document if merged is None else _over(merged, document)


def _names(document: Document) -> tuple[str, ...]:
    value = document.values.get("extends", [])
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        place = document.place(("extends",))
        raise PolicyError(f"{place}: extends takes the name or path of a policy, or a list of them.")
    return tuple(dict.fromkeys(cast(list[str], names)))


def _opened(document: Document, name: str, load: Callable[[str, str], Document], chain: tuple[str, ...]) -> Document:
    place = document.place(("extends",))
    try:
        opened = load(name, document.file)
    except PolicyError as error:
        raise PolicyError(f"{place}: extends: {error.message}", error.next_step) from error
    if opened.file in chain:
        circle = [PurePath(file).name for file in (*chain[chain.index(opened.file) :], opened.file)]
        raise PolicyError(f"{place}: policies extend each other: {' -> '.join(circle)}.", "Remove one of the links.")
    return opened


def _over(base: Document, own: Document) -> Document:
    """`own` goes before `base`, key by key; arrays of tables are joined, the base's first."""
    inherited = {key: value for key, value in base.values.items() if key not in _OWN}
    merged = replace(
        own,
        values=inherited,
        places={path: place for path, place in base.places.items() if path[0] not in _OWN},
        ancestors=base.ancestors | {base.file},
    )
    for key, value in own.values.items():
        merged = _put(merged, key, value, own)
    return merged


def _put(merged: Document, key: str, value: object, own: Document) -> Document:
    before = merged.values.get(key)
    values, places = {**merged.values}, {**merged.places}
    if isinstance(value, dict) and isinstance(before, dict):
        values[key] = {**before, **value}
        places = {path: place for path, place in places.items() if path[:1] != (key,) or path[1:2] not in _keys(value)}
        places |= {path: place for path, place in own.places.items() if path[0] == key}
    elif isinstance(value, list) and isinstance(before, list):
        joined, seen = [*before], {places[key, number] for number in range(len(before))}
        for number, item in enumerate(value):
            if own.places[key, number] in seen:  # both bases have it from the same file
                continue
            for path, place in own.places.items():
                if path[:2] == (key, number):
                    places[key, len(joined), *path[2:]] = place
            joined.append(item)
        values[key] = joined
    else:
        values[key] = value
        places = {path: place for path, place in places.items() if path[0] != key}
        places |= {path: place for path, place in own.places.items() if path[0] == key}
    return replace(merged, values=values, places=places)


def _keys(table: Mapping[str, object]) -> set[tuple[str]]:
    return {(key,) for key in table}


def _side_by_side(one: Document, other: Document, asking: Document) -> Document:
    """Two bases joined; where both set a key and neither built on the other's word, the asking file must settle it."""
    joined = _over(one, replace(other, values={k: v for k, v in other.values.items() if k not in _OWN}))
    for table, keys in other.values.items():
        before = one.values.get(table)
        if table in _OWN or not isinstance(keys, dict) or not isinstance(before, dict):
            continue
        settled = asking.values.get(table)
        for key in keys:
            if key not in before or before[key] == keys[key] or (isinstance(settled, dict) and key in settled):
                continue
            first, second = one.places[table, key][0], other.places[table, key][0]
            if first in (BASE, *other.ancestors):
                continue
            if second in (BASE, *one.ancestors):
                joined = _put(joined, table, {key: before[key]}, _only(one, table, key))
                continue
            raise PolicyError(
                f"{asking.place(('extends',))}: {one.file} and {other.file} disagree about {table}.{key}.",
                f"Set {table}.{key} in {asking.file}.",
            )
    return replace(joined, ancestors=one.ancestors | other.ancestors | {one.file, other.file})


def _only(document: Document, table: str, key: str) -> Document:
    return replace(
        document, places={path: place for path, place in document.places.items() if path[:2] == (table, key)}
    )
