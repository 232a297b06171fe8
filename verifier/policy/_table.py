"""A policy's TOML, asked key by key; what was never asked for is an error."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import NoReturn, TypeVar

from verifier.errors import PolicyError

E = TypeVar("E", bound=StrEnum)


class Table:
    """A TOML table that knows its place.

    Every getter gives the value at a key, or the default where the key is absent, and raises PolicyError naming file,
    key path and the nearest allowed word where the value is not what the key takes.

    Args:
        values: as tomllib read them.
        file: name of the policy file, for messages.
        path: keys leading to this table.
    """

    def __init__(self, values: Mapping[str, object], file: str, path: tuple[str, ...] = ()) -> None:
        self._values = values
        self._file = file
        self._path = path
        self._asked: set[str] = set()

    def table(self, key: str) -> Table:
        """The table at `key`, empty where there is none."""
        value = self._get(key, {})
        if not isinstance(value, dict):
            self.fail(key, f"takes a table, written [{'.'.join((*self._path, key))}]")
        return Table(value, self._file, (*self._path, key))

    def text(self, key: str, default: str = "") -> str:
        """A string."""
        value = self._get(key, default)
        return value if isinstance(value, str) else self.fail(key, f"takes a string, not {_shown(value)}")

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self._get(key, default)
        return value if isinstance(value, bool) else self.fail(key, f"takes true or false, not {_shown(value)}")

    def number(self, key: str, default: int) -> int:
        """An integer."""
        value = self._get(key, default)
        return value if type(value) is int else self.fail(key, f"takes an integer, not {_shown(value)}")

    def choice(self, key: str, choices: Iterable[E], default: E) -> E:
        """One word of a closed vocabulary."""
        word = self.text(key, default)
        self._known(key, word, choices)
        return next(choice for choice in choices if choice == word)

    def words(self, key: str, known: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of strings, each once, sorted; every one of `known` unless that is None."""
        value = self._get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self.fail(key, f"takes a list of strings, not {_shown(value)}")
        for word in value if known is not None else ():
            self._known(key, word, known or ())
        return tuple(sorted(set(value)))

    def keys(self, known: Collection[str]) -> tuple[str, ...]:
        """The keys present, each of which is one of `known`."""
        for key in self._values:
            if key not in known:
                self.fail(key, "is not known here", near(key, known))
        return tuple(sorted(self._values))

    def all_keys(self) -> tuple[str, ...]:
        """The keys present, whatever they are."""
        return tuple(sorted(self._values))

    def unasked(self) -> tuple[str, ...]:
        """The keys present that nobody asked for."""
        return tuple(key for key in self._values if key not in self._asked)

    def close(self) -> None:
        """Says that every key this table takes was asked for.

        Raises:
            PolicyError: it holds another one.
        """
        self.keys(self._asked)

    def fail(self, key: str, complaint: str, next_step: str = "") -> NoReturn:
        """Raises PolicyError about `key`."""
        raise PolicyError(f"{self._file}: {'.'.join((*self._path, key))} {complaint}.", next_step)

    def _get(self, key: str, default: object) -> object:
        self._asked.add(key)
        return self._values.get(key, default)

    def _known(self, key: str, word: str, known: Iterable[str]) -> None:
        words = sorted(str(item) for item in known)
        if word not in words:
            self.fail(key, f"does not take {word!r}", near(word, words))


def near(word: str, known: Collection[str]) -> str:
    """A next step: the word most likely meant, or all of them where there are few."""
    words = sorted(str(item) for item in known)
    if close := get_close_matches(word, words, 1):
        return f"Did you mean {close[0]!r}?"
    return f"It takes: {', '.join(words)}." if 0 < len(words) <= 12 else ""


def _shown(value: object) -> str:
    return f"{value!r:.60}"
