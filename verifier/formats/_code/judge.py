"""What a Python module would do to the machine that imports it: findings from its syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from verifier.formats._code import ABLE, DOWNLOAD, HIDDEN, ON_IMPORT, REACHES, SECRETS, STARTUP
from verifier.formats._code.abilities import RUNNERS, SENDERS, VALUES, Ability, ability_of, plain
from verifier.formats._code.command_lines import fetches_and_runs
from verifier.formats._code.flow import NOWHERE, Flow, Taint
from verifier.formats._code.names import Name
from verifier.formats._code.scopes import Program
from verifier.formats._code.texts import Texts

_STARTUP = re.compile(
    r"authorized_keys|\.bashrc|\.zshrc|\.bash_profile|\.profile$|/etc/(cron|profile|rc|init|systemd|sudoers|ld\.so)"
    r"|crontab|autostart|LaunchAgents|Start Menu.{0,40}Startup|sitecustomize|usercustomize"
)
_PROBES = frozenset({"git", "hostname", "ldconfig", "lscpu", "nvcc", "nvidia-smi", "rocm-smi", "uname", "which"})
"""Programs that only tell something, as code asks them for versions."""


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


def judge(program: Program) -> Iterator[Seen]:
    """Yields what the module does, import time first.

    Raises:
        BudgetExceeded: as `Texts.of`.
    """
    reached = program.on_import()
    early = {id(scope) for scope in reached}
    shared = Flow(program)
    shared.follow(program.scopes[0])
    for scope in (*reached, *(scope for scope in program.scopes if id(scope) not in early)):
        flow = Flow(program, shared.taints)
        flow.follow(scope)
        for call in scope.calls:
            yield from _judged(flow, call, on_import=id(scope) in early)
        for part in scope.passed:
            yield from _passed(program, part, on_import=id(scope) in early)


def _judged(flow: Flow, call: ast.Call, *, on_import: bool) -> Iterator[Seen]:
    names = flow.program.names.of(call.func)
    for name in names:
        ability = ability_of(name.path)
        if ability is not None and not _is_safe(name, call):
            yield from _able(flow, call, name, ability, on_import=on_import)
    yield from _changes_startup(flow.program.texts, call, names)


def _passed(program: Program, part: ast.expr, *, on_import: bool) -> Iterator[Seen]:
    """Functions that others are told to call: `partial(os.system, "x")`, `LazyCall(exec)(...)`, `@eval`."""
    if isinstance(part, ast.Name | ast.Attribute | ast.Subscript):
        for name in program.names.of(part):
            ability = ability_of(name.path)
            if ability in (Ability.EVALUATES, Ability.RUNS) and plain(name.path) not in VALUES:
                what = f"{plain(name.path)} is handed on, which {ability.value}"
                yield Seen(ON_IMPORT if on_import else ABLE, part.lineno, what)


def _is_safe(name: Name, call: ast.Call) -> bool:
    """`torch.load(..., weights_only=True)`."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    only = given.get("weights_only")
    return name.path == "torch.load" and isinstance(only, ast.Constant) and only.value is True


def _able(flow: Flow, call: ast.Call, name: Name, ability: Ability, *, on_import: bool) -> Iterator[Seen]:
    shown, words = plain(name.path), flow.program.texts.of(call)
    kinds = NOWHERE.union(*(flow.kinds(part) for part in _acting(call, ability)))
    if ability in RUNNERS and Taint.FETCHED in kinds:
        yield Seen(DOWNLOAD, call.lineno, f"{shown} of what was fetched")
    elif ability in RUNNERS and (name.pieced or Taint.DECODED in kinds):
        how = "by a name put together from pieces" if name.pieced else "of what was decoded"
        yield Seen(HIDDEN, call.lineno, f"{shown} {how}")
    elif ability is Ability.RUNS and fetches_and_runs(words):
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


def _changes_startup(texts: Texts, call: ast.Call, names: tuple[Name, ...]) -> Iterator[Seen]:
    """Files that run at every start, opened to be written."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    place = ""
    if any(plain(name.path) == "open" for name in names):
        modes = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
        if any(re.search("[wax+]", texts.of(mode)) for mode in modes) and call.args:
            place = texts.of(call.args[0])
    elif method in ("write_text", "write_bytes"):
        place = texts.of(call.func)
    if place and _STARTUP.search(place):
        yield Seen(STARTUP, call.lineno, f"writes {place[:120]}")
