"""What a Python module would do to the machine that imports it: findings from its syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from verifier.formats._code.abilities import DECODERS, RUNNERS, SENDERS, Ability, ability_of, plain
from verifier.formats._code.names import Name
from verifier.formats._code.scopes import Program, Scope

HIDDEN: Final = "python-hidden-code"
DOWNLOAD: Final = "python-download-and-run"
SECRETS: Final = "python-sends-secrets"
STARTUP: Final = "python-changes-startup"
ON_IMPORT: Final = "python-acts-on-import"
REACHES: Final = "python-reaches-out-on-import"
ABLE: Final = "python-able-code"
RULES: Final = (HIDDEN, DOWNLOAD, SECRETS, STARTUP, ON_IMPORT, REACHES, ABLE)

WALKED: Final = 2000
"""Nodes of one expression that are looked at."""

COST: Final = 1000
"""Steps that something seen counts for: expressions within expressions are looked at once a call."""

_ROUNDS: Final = 3
"""Times the assignments of a scope are followed, as later ones may feed earlier ones in loops."""

FETCH_AND_RUN = re.compile(
    r"\b(curl|wget|fetch|iwr|irm|invoke-webrequest|downloadstring)\b.{0,300}?"
    r"(\|\s*(sudo\s+)?(ba|z|da|k)?sh\b|\|\s*(sudo\s+)?(python\d?|perl|ruby|node|iex)\b|(&&|;).{0,80}\b(sh|bash|python\d?|chmod)\b|\biex\b)"
    r"|base64\s+(-d|-D|--decode)\b.{0,80}\|\s*(ba|z)?sh\b|\bpowershell(\.exe)?\b.{0,80}\s-e(nc|ncodedcommand)?\s"
    r"|/dev/tcp/|\bnc\s+-e\b|\biex\b.{0,80}\bdownloadstring\b",
    re.IGNORECASE | re.DOTALL,
)
"""Command lines that run what they download or decode, or hand a shell to the network."""

_CREDENTIALS = re.compile(
    r"\.ssh/id_|\.ssh/?$|\.aws/credentials|\.netrc|\.git-credentials|huggingface/(token|stored_tokens)|\.docker/config\.json"
    r"|\.kube/config|/etc/shadow|\.config/gcloud|\.pypirc|Login Data|/etc/passwd"
)
_STARTUP = re.compile(
    r"authorized_keys|\.bashrc|\.zshrc|\.bash_profile|\.profile$|/etc/(cron|profile|rc|init|systemd|sudoers|ld\.so)"
    r"|crontab|autostart|LaunchAgents|Start Menu.{0,40}Startup|sitecustomize|usercustomize"
)
_PROBES = frozenset({"git", "hostname", "ldconfig", "lscpu", "nvcc", "nvidia-smi", "rocm-smi", "uname", "which"})
"""Programs that only tell something, as code asks them for versions."""

_CODECS = frozenset({"base64", "bz2", "hex", "rot13", "rot_13", "zip", "zlib"})
"""Codecs of Python that decode what cannot be read."""


class Taint(StrEnum):
    """Where a value came from."""

    DECODED = "decoded"
    FETCHED = "fetched"
    SECRET = "secret"  # noqa: S105 - no password


@dataclass(frozen=True, slots=True)
class Seen:
    """Something the code does.

    Args:
        rule: it breaks.
        line: where, from 1.
        what: in a few words.
    """

    rule: str
    line: int
    what: str


@dataclass(slots=True)
class _Flow:
    """One scope: where its values came from."""

    program: Program
    outer: dict[str, set[Taint]] = field(default_factory=dict)
    taints: dict[str, set[Taint]] = field(default_factory=dict)
    opened: dict[str, str] = field(default_factory=dict)

    def follow(self, scope: Scope) -> None:
        for name, value in scope.bindings:
            if isinstance(value, ast.Call) and value.args and isinstance(value.args[0], ast.Name | ast.Constant):
                self.opened.setdefault(name, _key(value.args[0]))
        for _ in range(_ROUNDS):
            before = sum(map(len, self.taints.values()))
            for name, value in scope.bindings:
                if kinds := self.kinds(value):
                    self.taints.setdefault(name, set()).update(kinds)
            for call in scope.calls:
                self._stored(call)
            if sum(map(len, self.taints.values())) == before:
                return

    def kinds(self, value: ast.AST) -> set[Taint]:
        """Where a value came from, as far as it can be told from the expression."""
        found: set[Taint] = set()
        stack = [value]
        for _ in range(WALKED):
            if not stack:
                break
            node = stack.pop()
            if isinstance(node, ast.Subscript) and self._is_environment(node.value):
                continue
            if isinstance(node, ast.Call):
                found |= self._of_call(node)
            elif isinstance(node, ast.Name | ast.Constant):
                found |= self.taints.get(_key(node), set()) | self.outer.get(_key(node), set())
            if isinstance(node, ast.expr) and self._is_environment(node):
                found.add(Taint.SECRET)
                continue
            stack.extend(self._inside(node))
        return found

    def _inside(self, node: ast.AST) -> Iterator[ast.AST]:
        """What an expression takes its value from; single variables of the environment are no secret."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            method = node.func
            if self._is_environment(method.value) and method.attr not in ("copy", "items", "values"):
                return
        yield from ast.iter_child_nodes(node)

    def _is_environment(self, node: ast.AST) -> bool:
        if not isinstance(node, ast.Name | ast.Attribute):
            return False
        return any(name.path == "os.environ" for name in self.program.names.of(node))

    def _of_call(self, call: ast.Call) -> set[Taint]:
        found: set[Taint] = set()
        for name in self.program.names.of(call.func):
            path = plain(name.path)
            if path in DECODERS:
                found.add(Taint.DECODED)
            if ability_of(path) is Ability.FETCHES:
                found.add(Taint.FETCHED)
            if path == "open" and _CREDENTIALS.search(_words(call)):
                found.add(Taint.SECRET)
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if method in ("read_text", "read_bytes") and _CREDENTIALS.search(_words(call.func)):
            found.add(Taint.SECRET)
        if method == "fromhex" or (method == "decode" and call.args and _words(call.args[0]).lower() in _CODECS):
            found.add(Taint.DECODED)
        return found

    def _stored(self, call: ast.Call) -> None:
        """Files that fetched data is written to carry it on."""
        paths = {plain(name.path) for name in self.program.names.of(call.func)}
        kinds: set[Taint] = set()
        places: list[ast.expr] = []
        if paths & {"urllib.request.urlretrieve", "wget.download"}:
            kinds, places = {Taint.FETCHED}, [*call.args[1:2], *(k.value for k in call.keywords)]
        elif isinstance(call.func, ast.Attribute) and call.func.attr in ("write", "write_bytes", "write_text"):
            kinds = set().union(*(self.kinds(argument) for argument in call.args)) - {Taint.SECRET}
            places = [call.func.value]
        for node in (inner for place in places for inner in ast.walk(place)) if kinds else ():
            if isinstance(node, ast.Name | ast.Constant):
                for key in {_key(node), self.opened.get(_key(node), "")} - {"", '"'}:
                    self.taints.setdefault(key, set()).update(kinds)


def _key(node: ast.Name | ast.Constant) -> str:
    """A name, or a text in quotes: both may stand for a file."""
    return node.id if isinstance(node, ast.Name) else f'"{node.value}' if isinstance(node.value, str) else ""


def judge(program: Program) -> Iterator[Seen]:
    """Yields what the module does, import time first; each place once a rule."""
    reached = program.on_import()
    early = {id(scope) for scope in reached}
    shared = _Flow(program)
    shared.follow(program.scopes[0])
    for scope in (*reached, *(scope for scope in program.scopes if id(scope) not in early)):
        flow = _Flow(program, shared.taints)
        flow.follow(scope)
        for call in scope.calls:
            yield from _judged(flow, call, on_import=id(scope) in early)


def _judged(flow: _Flow, call: ast.Call, *, on_import: bool) -> Iterator[Seen]:
    names = flow.program.names.of(call.func)
    for name in names:
        ability = ability_of(name.path)
        if ability is not None and not _is_safe(name, call):
            yield from _able(flow, call, name, ability, on_import=on_import)
    yield from _changes_startup(call, names)


def _is_safe(name: Name, call: ast.Call) -> bool:
    """`torch.load(..., weights_only=True)`."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    only = given.get("weights_only")
    return name.path == "torch.load" and isinstance(only, ast.Constant) and only.value is True


def _able(flow: _Flow, call: ast.Call, name: Name, ability: Ability, *, on_import: bool) -> Iterator[Seen]:
    shown, words = plain(name.path), _words(call)
    kinds = set().union(*(flow.kinds(part) for part in _acting(call, ability)))
    if ability in RUNNERS and Taint.FETCHED in kinds:
        yield Seen(DOWNLOAD, call.lineno, f"{shown} of what was fetched")
    elif ability in RUNNERS and (name.pieced or Taint.DECODED in kinds):
        how = "by a name put together from pieces" if name.pieced else "of what was decoded"
        yield Seen(HIDDEN, call.lineno, f"{shown} {how}")
    elif ability is Ability.RUNS and FETCH_AND_RUN.search(words):
        yield Seen(DOWNLOAD, call.lineno, f"{shown}: {words[:120]}")
    elif Taint.SECRET in kinds and (ability is Ability.FETCHES or shown in SENDERS):
        yield Seen(SECRETS, call.lineno, f"{shown} of credentials or the whole environment")
    elif not on_import:
        yield Seen(ABLE, call.lineno, f"{shown}, which {ability.value}")
    else:
        acts = ability in (Ability.EVALUATES, Ability.RUNS) and not _is_usual(shown, call, words)
        yield Seen(ON_IMPORT if acts else REACHES, call.lineno, f"{shown}, which {ability.value}")


def _is_usual(shown: str, call: ast.Call, words: str) -> bool:
    """What honest scripts do while they are imported: ask for a version, install a package, read a version file."""
    first = words.split(maxsplit=1)[0] if words.strip() else ""
    if first.rpartition("/")[2] in _PROBES:
        return True
    installs = re.search(r"\bpip3?\s+install\b", words) or shown.startswith("pip")
    if installs and "://" not in words and "-index" not in words:
        return True
    opened = call.args[0] if call.args else None
    return (
        shown == "exec" and "version" in words.lower() and opened is not None and not isinstance(opened, ast.Constant)
    )


def _acting(call: ast.Call, ability: Ability) -> list[ast.AST]:
    """The arguments that decide what runs: all of an evaluation, the program and its script of a command line."""
    if ability in (Ability.EVALUATES, Ability.FETCHES):
        return [*call.args, *(keyword.value for keyword in call.keywords)]
    first: list[ast.expr] = [*call.args[:1], *(k.value for k in call.keywords if k.arg in ("args", "cmd", "command"))]
    acting: list[ast.AST] = []
    for part in first:
        acting += part.elts[:2] if isinstance(part, ast.List | ast.Tuple) else [part]
    return acting


def _changes_startup(call: ast.Call, names: tuple[Name, ...]) -> Iterator[Seen]:
    """Files that run at every start, opened to be written."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    place = ""
    if any(plain(name.path) == "open" for name in names):
        modes = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
        if any(re.search("[wax+]", _words(mode)) for mode in modes) and call.args:
            place = _words(call.args[0])
    elif method in ("write_text", "write_bytes"):
        place = _words(call.func)
    if place and _STARTUP.search(place):
        yield Seen(STARTUP, call.lineno, f"writes {place[:120]}")


def _words(node: ast.AST) -> str:
    """All texts in an expression, in order, between spaces."""
    found: list[str] = []
    stack = [node]
    for _ in range(WALKED):
        if not stack:
            break
        inner = stack.pop()
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            found.append(inner.value[:1000])
        stack.extend(reversed(list(ast.iter_child_nodes(inner))))
    return " ".join(found)
