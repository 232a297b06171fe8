"""Where the values of a module come from: decoded, fetched or secret, followed through its assignments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Final, TypeAlias

from verifier.formats._code.abilities import DECODERS, Ability, ability_of, plain
from verifier.formats._code.scopes import Program, Scope

_ROUNDS: Final = 3
"""Times the assignments of a scope are followed, as later ones may feed earlier ones in loops."""

_PLACE: Final = 20
"""Nodes of an expression that is written to in which the file's name is looked for."""

_CREDENTIALS = re.compile(
    r"\.ssh/id_|\.ssh/?$|\.aws/credentials|\.netrc|\.git-credentials|huggingface/(token|stored_tokens)|\.docker/config\.json"
    r"|\.kube/config|/etc/shadow|\.config/gcloud|\.pypirc|Login Data|/etc/passwd"
)
_CODECS = frozenset({"base64", "bz2", "hex", "rot13", "rot_13", "zip", "zlib"})
"""Codecs of Python that decode what cannot be read."""


class Taint(StrEnum):
    """Where a value came from."""

    DECODED = "decoded"
    FETCHED = "fetched"
    SECRET = "secret"  # noqa: S105 - no password


Kinds: TypeAlias = frozenset[Taint]

NOWHERE: Final[Kinds] = frozenset()


@dataclass(slots=True)
class Flow:
    """One scope: where its values came from.

    Args:
        program: the scope is part of.
        outer: what the names of the module around it stand for.
    """

    program: Program
    outer: Mapping[str, Kinds] = field(default_factory=dict)
    taints: dict[str, Kinds] = field(default_factory=dict)
    _opened: dict[str, str] = field(default_factory=dict)
    _known: dict[int, Kinds] = field(default_factory=dict)

    def follow(self, scope: Scope) -> None:
        """Takes in what the scope assigns and writes to files."""
        for name, value in scope.bindings:
            if isinstance(value, ast.Call) and value.args and isinstance(value.args[0], ast.Name | ast.Constant):
                self._opened.setdefault(name, _key(value.args[0]))
        for _ in range(_ROUNDS):
            before = sum(map(len, self.taints.values()))
            for name, value in scope.bindings:
                self._taint(name, self.kinds(value))
            for call in scope.calls:
                self._stored(call)
            self._known.clear()
            if sum(map(len, self.taints.values())) == before:
                return

    def _taint(self, name: str, kinds: Kinds) -> None:
        if kinds:
            self.taints[name] = self.taints.get(name, NOWHERE) | kinds

    def kinds(self, value: ast.AST) -> Kinds:
        """Where a value came from, as far as it can be told from the expression; each node is looked at once."""
        stack = [value]
        while stack:
            node = stack[-1]
            if id(node) not in self._known:
                inside = list(self._inside(node))
                waiting = [part for part in inside if id(part) not in self._known]
                if waiting:
                    stack += waiting
                    continue
                self._known[id(node)] = self._of(node).union(*(self._known[id(part)] for part in inside))
            stack.pop()
        return self._known[id(value)]

    def _of(self, node: ast.AST) -> Kinds:
        """What a node says by itself of where its value came from."""
        if isinstance(node, ast.Call):
            return frozenset(self._of_call(node))
        if isinstance(node, ast.Name | ast.Constant):
            key = _key(node)
            found = self.taints.get(key, NOWHERE) | self.outer.get(key, NOWHERE)
            return found | {Taint.SECRET} if self._is_environment(node) else found
        return frozenset({Taint.SECRET}) if self._is_environment(node) else NOWHERE

    def _inside(self, node: ast.AST) -> Iterator[ast.AST]:
        """What an expression takes its value from; single variables of the environment are no secret."""
        if self._is_environment(node.value if isinstance(node, ast.Subscript) else node):
            return
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
            if path == "open" and _CREDENTIALS.search(self.program.texts.of(call)):
                found.add(Taint.SECRET)
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if method in ("read_text", "read_bytes") and _CREDENTIALS.search(self.program.texts.of(call.func)):
            found.add(Taint.SECRET)
        if method == "fromhex" or (
            method == "decode" and call.args and self.program.texts.of(call.args[0]).lower() in _CODECS
        ):
            found.add(Taint.DECODED)
        return found

    def _stored(self, call: ast.Call) -> None:
        """Files that fetched data is written to carry it on."""
        paths = {plain(name.path) for name in self.program.names.of(call.func)}
        kinds = NOWHERE
        places: list[ast.expr] = []
        if paths & {"urllib.request.urlretrieve", "wget.download"}:
            kinds, places = frozenset({Taint.FETCHED}), [*call.args[1:2], *(k.value for k in call.keywords)]
        elif isinstance(call.func, ast.Attribute) and call.func.attr in ("write", "write_bytes", "write_text"):
            kinds = NOWHERE.union(*(self.kinds(argument) for argument in call.args)) - {Taint.SECRET}
            places = [call.func.value]
        for node in (inner for place in places for inner in islice(ast.walk(place), _PLACE)) if kinds else ():
            if isinstance(node, ast.Name | ast.Constant):
                for key in {_key(node), self._opened.get(_key(node), "")} - {"", '"'}:
                    self._taint(key, kinds)


def _key(node: ast.Name | ast.Constant) -> str:
    """A name, or a text in quotes: both may stand for a file."""
    return node.id if isinstance(node, ast.Name) else f'"{node.value}' if isinstance(node.value, str) else ""
