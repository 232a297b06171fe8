"""A policy's TOML, asked key by key; what was never asked for is an error."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import NoReturn, TypeVar

from verifier.errors import PolicyError
from verifier.policy._document import Document
from verifier.policy._later import LATER
from verifier.policy._places import Path

E = TypeVar("E", bound=StrEnum)


class Table:
    """A TOML table that knows its place.

    Every getter gives the value at a key, or the default where the key is absent, and raises PolicyError naming file,
    line, key and the nearest allowed word where the value is not what the key takes.

    Args:
        document: the whole policy.
        today: the day waivers are measured by.
        formats: ids of the formats there are; None leaves them unchecked.
        path: keys leading to this table.
    """

    def __init__(
        self, document: Document, today: date, formats: Collection[str] | None = None, path: Path = ()
    ) -> None:
        self.document = document
        self.today = today
        self.formats = formats
        self.path = path
        self._values = document.table(path)
        self._asked: set[str] = set()

    def table(self, key: str) -> Table:
        """The table at `key`, empty where there is none."""
        value = self._get(key, {})
        if not isinstance(value, dict):
            self.fail(key, f"takes a table, written [{'.'.join((*self._shown, key))}]")
        return Table(self.document, self.today, self.formats, (*self.path, key))

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of the array at `key`."""
        value = self._get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fail(key, f"takes tables, each written [[{'.'.join((*self._shown, key))}]]")
        for number in range(len(value)):
            yield Table(self.document, self.today, self.formats, (*self.path, key, number))

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

    def day(self, key: str) -> date | None:
        """A date; None where there is none."""
        value = self._get(key, None)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            self.fail(key, f"takes a date, not {_shown(value)}", "Write it without quotes, as 2027-06-30.")
        return value

    def choice(self, key: str, choices: Iterable[E], default: E) -> E:
        """One word of a closed vocabulary."""
        word = self.text(key, default)
        self._known(key, word, choices)
        return next(choice for choice in choices if choice == word)

    def words(self, key: str, known: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of strings, each once, sorted; every one of `known` unless that is None."""
        value = self._get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
            self.fail(key, f"takes a list of strings, not {_shown(value)}")
        for word in value if known is not None else ():
            self._known(key, word, known or ())
        return tuple(sorted(set(value)))

    def line(self, key: str) -> str | tuple[str, ...]:
        """A string, or a list of them."""
        return self.words(key) if isinstance(self._values.get(key), list) else self.text(key)

    def settled(self, key: str) -> None:
        """Says that `key` was dealt with elsewhere."""
        self._asked.add(key)

    def all_keys(self) -> tuple[str, ...]:
        """The keys present, whatever they are."""
        return tuple(sorted(self._values))

    def close(self, known: Collection[str] | None = None) -> None:
        """Says that this table takes no keys but those asked for, or those given.

        Raises:
            PolicyError: it holds another one.
        """
        taken = self._asked if known is None else known
        later = LATER.get(".".join(self._shown), frozenset())
        for key in self._values:
            if key in later and key not in taken:
                self.fail(key, "is not supported by this version", "Remove it, or use a version that enforces it.")
            if key not in taken:
                self.fail(key, "is not known here", near(key, taken))

    def fail(self, key: str, complaint: str, next_step: str = "") -> NoReturn:
        """Raises PolicyError about `key`."""
        place = self.document.place((*self.path, key))
        raise PolicyError(f"{place}: {'.'.join((*self._shown, key))} {complaint}.", next_step)

    @property
    def _shown(self) -> tuple[str, ...]:
        return tuple(key for key in self.path if isinstance(key, str))

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
    folded = {item.lower(): item for item in reversed(words)}
    from difflib import get_close_matches

    if close := get_close_matches(word.lower(), folded, 1):
        return f"Did you mean {folded[close[0]]!r}?"
    return f"It takes: {', '.join(words)}." if 0 < len(words) <= 12 else ""


def _shown(value: object) -> str:
    return f"{value!r:.60}" if not isinstance(value, date) else value.isoformat()
