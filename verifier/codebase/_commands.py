"""Command lines that load models: words in, mentions out. Shells, Dockerfiles and configuration share it."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from verifier.codebase._mention import Kind, Mention, linked, repository
from verifier.codebase._python import finding

_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}]{0,1000}+))?\}|(\w+))")
_ASSIGNED = re.compile(r"(\w+)=(.*)", re.DOTALL)
_ENDS = frozenset({";", "&&", "||", "|", "&", "(", ")", "{", "}", "then", "do", "else"})
_SERVED = re.compile(r"(?:anthropic|azure|bedrock|gemini|groq|ollama|openrouter|vertex_ai)/|openai/(?:gpt-[345]|o\d)")
"""Names of models that an interface serves, and nobody loads."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What `commands.toml` says; see there."""

    commands: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    options: Mapping[str, bool]
    keys: Mapping[str, bool]
    beside: frozenset[str]
    running: frozenset[str]


@cache
def tables() -> Tables:
    """What the file says."""
    table = tomllib.loads((Path(__file__).parent / "commands.toml").read_text(encoding="utf-8"))
    commands = [
        (tuple(words.split()), tuple(entry.get("scheme", ()))) for entry in table["command"] for words in entry["words"]
    ]
    options, keys = (
        dict.fromkeys(table[part]["bare"], True) | dict.fromkeys(table[part]["named"], False)
        for part in ("options", "keys")
    )
    beside, running = frozenset(table["keys"]["beside"]), frozenset(table["keys"]["commands"])
    return Tables(tuple(commands), options, keys, beside, running)


def named(text: str, *, bare: bool) -> tuple[str, str | None] | None:
    """The repository a word names: `repository`, but for models that are served."""
    return None if _SERVED.match(text) else repository(text, bare=bare)


def arguments(words: Sequence[str], line: int) -> Iterator[Mention]:
    """The models that a command's words name."""
    revision = _value(words, ("--revision", "--model-revision", "--model_revision"))
    tokenizers = _value(words, ("--tokenizer-revision", "--tokenizer_revision")) or revision
    if _value(words, ("--repo-type",)) in ("dataset", "space"):
        return
    for start, scheme in _starts(words):
        for word in _positional(words[start:]):
            via = " ".join(words[max(start - 2, 0) : start])
            yield from _word(word, (via, line), revision, bare=not scheme, scheme=scheme)
            break
    for option, value in _options(words):
        if option in tables().options:
            pin = tokenizers if option.startswith("--tokenizer") else revision
            yield from _word(value, (option, line), pin, bare=tables().options[option])
        elif option in ("--model_args", "--model-args"):
            pairs = dict(part.partition("=")[::2] for part in value.split(","))
            yield from _word(pairs.get("pretrained", ""), (option, line), pairs.get("revision"), bare=True)
        elif option == "-c" and words[0].rsplit("/", 1)[-1].startswith("python"):
            yield from _code(value, line)


def _code(text: str, line: int) -> Iterator[Mention]:
    try:
        for mention in finding.find(text):
            yield replace(mention, line=line, edit=None)
    except ValueError:
        yield Mention(Kind.UNREAD, line, "python -c", "python -c", why="its program is no Python that can be read")


def _starts(words: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    plain = [word.rsplit("/", 1)[-1] if "://" not in word else word for word in words]
    for command, scheme in tables().commands:
        for start in range(len(words) - len(command) + 1):
            if tuple(plain[start : start + len(command)]) == command:
                yield start + len(command), scheme
                break


def _positional(words: Sequence[str]) -> Iterator[str]:
    for number, word in enumerate(words):
        after = words[number - 1] if number else ""
        if not word.startswith("-") and not (after.startswith("-") and "=" not in after):
            yield word


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, word in enumerate(words):
        if word.startswith("-"):
            option, equals, value = word.partition("=")
            following = words[number + 1] if number + 1 < len(words) else ""
            yield option, value if equals else following


def _value(words: Sequence[str], names: Sequence[str]) -> str | None:
    return next((value for option, value in _options(words) if option in names), None)


def _word(
    word: str, where: tuple[str, int], revision: str | None, *, bare: bool, scheme: Sequence[str] = ()
) -> Iterator[Mention]:
    via, line = where
    if "$" in word or "{{" in word:
        if not scheme:
            yield Mention(Kind.RUN_TIME, line, via, word, why="its name is made at run time")
        return
    if scheme:
        given = next((one for one in scheme if word.startswith(one)), None)
        if given is None:
            return
        word = word.removeprefix(given).removesuffix(".git")
    name = word if "://" in word else word.split(":")[0]  # a quantization may follow
    if known := named(name, bare=bare):
        unknown = revision is not None and "$" in revision
        kind, why = (Kind.RUN_TIME, "its revision is made at run time") if unknown else (Kind.HUB, "")
        yield Mention(kind, line, via, known[0], None if unknown else known[1] or revision, why)


def script(text: str, line: int, variables: MutableMapping[str, str] | None = None) -> Iterator[Mention]:
    """The models that lines of a shell name.

    Args:
        text: the lines.
        line: number of the first.
        variables: known ones; those the script sets are added.
    """
    known: MutableMapping[str, str] = variables if variables is not None else {}
    yield from linked(text, line)
    for number, logical in _logical(text, line):
        for words in _commands(logical):
            yield from _command(words, number, known)


def _command(words: list[str], line: int, known: MutableMapping[str, str]) -> Iterator[Mention]:
    exported = words[0] in ("export", "declare", "readonly", "env", "set")
    rest = words[1:] if exported else words
    while rest and (match := _ASSIGNED.fullmatch(rest[0])):
        name, value = match[1], expanded(match[2], known)
        known[name] = value
        yield from variable(name, value, line)
        rest = rest[1:]
    if rest:
        yield from arguments([expanded(word, known) for word in rest], line)


def variable(name: str, value: str, line: int) -> Iterator[Mention]:
    """The model that a variable of a program's environment names."""
    bare = tables().keys.get(name.lower())
    if bare is not None and "$" not in value and (model := named(value, bare=bare)):
        yield Mention(Kind.HUB, line, name, *model)


def expanded(word: str, known: Mapping[str, str]) -> str:
    """A word with the variables that are known."""
    return _VARIABLE.sub(lambda match: known.get(match[1] or match[3], match[2] or match[0]), word)


def _logical(text: str, first: int) -> Iterator[tuple[int, str]]:
    """Lines, joined where they are continued or a quote is open, with the number of their first."""
    pending, start = "", first
    for number, line in enumerate(text.split("\n"), first):
        start = start if pending else number
        stripped = line.rstrip("\r").rstrip()
        if stripped.endswith("\\"):
            pending += stripped[:-1] + " "
            continue
        pending += line
        if _open(pending) and len(pending) < 65536:
            pending += "\n"
            continue
        yield start, pending
        pending = ""
    if pending:
        yield start, pending


def _open(text: str) -> bool:
    """Whether a quote is open where the text ends."""
    return "python" in text and (text.count('"') % 2 == 1 or text.count("'") % 2 == 1)


def _commands(line: str) -> Iterator[list[str]]:
    reader = shlex.shlex(line, posix=True, punctuation_chars=";&|()")
    reader.whitespace_split = True
    words: list[str] = []
    try:
        for word in reader:
            if word in _ENDS:
                if words:
                    yield words
                words = []
            else:
                words.append(word)
    except ValueError:  # a quote is left open
        words = line.split()
    if words:
        yield words
