"""A module's code by when it runs: on import, or when something calls the function it stands in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from verifier.formats._code.names import Names
from verifier.formats._code.texts import Texts

_ON_CREATION = frozenset(
    {"__call__", "__class_getitem__", "__enter__", "__init__", "__init_subclass__", "__new__", "__post_init__"}
    | {"__prepare__", "__set_name__"}
)
"""Methods that making a class or an instance, or decorating with one, calls unasked."""

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(slots=True)
class Scope:
    """Code that runs together.

    Args:
        name: of the function; empty for the module itself.
        owner: class the function is a method of.
        calls: in order of appearance, with everything in them.
        passed: expressions that are handed to calls, or decorate: whoever gets a function calls it.
        bindings: names and what is assigned to them.
        uses: names that calls, decorators and bases make use of; with a dot in front for methods of anything.
    """

    name: str = ""
    owner: str = ""
    calls: list[ast.Call] = field(default_factory=list)
    passed: list[ast.expr] = field(default_factory=list)
    bindings: list[tuple[str, ast.expr]] = field(default_factory=list)
    uses: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Program:
    """A module taken apart: its texts, scopes, names, and the modules it imports."""

    texts: Texts
    scopes: list[Scope] = field(default_factory=lambda: [Scope()])
    names: Names = field(default_factory=Names)
    imports: dict[str, None] = field(default_factory=dict)

    def on_import(self) -> list[Scope]:
        """The scopes that run when the module is imported: its own code, and functions of it that this uses."""
        functions: dict[str, list[Scope]] = {}
        for scope in self.scopes[1:]:
            functions.setdefault(f".{scope.name}" if scope.owner else scope.name, []).append(scope)
            if scope.name in _ON_CREATION:
                functions.setdefault(scope.owner, []).append(scope)
        reached = [self.scopes[0], *functions.get("__getattr__", ())]
        seen = {id(scope) for scope in reached}
        for scope in reached:
            for name in scope.uses:
                for function in functions.get(name, ()):
                    if id(function) not in seen:
                        seen.add(id(function))
                        reached.append(function)
        return reached


def take_apart(tree: ast.Module) -> tuple[Program, int]:
    """The program, and the number of nodes its tree has; without recursion."""
    program = Program(Texts(tree))
    stack: list[tuple[ast.AST, Scope, str]] = [(tree, program.scopes[0], "")]
    count = 0
    while stack:
        node, scope, owner = stack.pop()
        count += 1
        program.names.learn(node)
        _note(node, scope, program)
        stack.extend(reversed(list(_below(node, scope, owner, program))))
    return program, count


def _below(node: ast.AST, scope: Scope, owner: str, program: Program) -> Iterator[tuple[ast.AST, Scope, str]]:
    """What stands in a node, with the scope it runs in."""
    if isinstance(node, _FUNCTIONS):
        inner = _opened(program, node.name, owner)
        early = [*node.decorator_list, node.args, *([node.returns] if node.returns else [])]
        yield from ((part, scope, owner) for part in early)
        yield from ((part, inner, "") for part in node.body)
    elif isinstance(node, ast.ClassDef):
        yield from ((part, scope, node.name) for part in ast.iter_child_nodes(node))
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda) and isinstance(node.targets[0], ast.Name):
        yield node.value.args, scope, owner
        yield node.value.body, _opened(program, node.targets[0].id, owner), ""
    elif isinstance(node, ast.If) and _never_on_import(node.test):
        inner = _opened(program, "__main__", "")
        yield from ((part, inner, owner) for part in node.body)
        yield from ((part, scope, owner) for part in node.orelse)
    else:
        yield from ((part, scope, owner) for part in ast.iter_child_nodes(node))


def _opened(program: Program, name: str, owner: str) -> Scope:
    scope = Scope(name, owner)
    program.scopes.append(scope)
    return scope


def _never_on_import(test: ast.expr) -> bool:
    """`__name__ == "__main__"` and `TYPE_CHECKING`."""
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and len(test.ops) == 1:
        right = test.comparators[0]
        main = isinstance(right, ast.Constant) and right.value == "__main__"
        return test.left.id == "__name__" and isinstance(test.ops[0], ast.Eq) and main
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _note(node: ast.AST, scope: Scope, program: Program) -> None:
    """Keeps what later questions are about."""
    if isinstance(node, ast.Call):
        scope.calls.append(node)
        passed = [*node.args, *(keyword.value for keyword in node.keywords)]
        scope.uses.update(name for part in (node.func, *passed) for name in _used(part))
        scope.passed += [part for part in passed if not _asks_for_class(node)]
    elif isinstance(node, ast.ClassDef):
        used = [*node.bases, *node.decorator_list, *(keyword.value for keyword in node.keywords)]
        scope.uses.update(name for part in used for name in _used(part))
        scope.passed += node.decorator_list
    elif isinstance(node, _FUNCTIONS):
        scope.passed += node.decorator_list
        scope.uses.update(name for part in node.decorator_list for name in _used(part))
    elif isinstance(node, ast.Assign):
        names = [name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
        scope.bindings.extend((name, node.value) for name in names)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr | ast.AugAssign) and isinstance(node.target, ast.Name):
        scope.bindings.extend([(node.target.id, node.value)] if node.value is not None else [])
    elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
        scope.bindings.append((node.optional_vars.id, node.context_expr))
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension) and isinstance(node.target, ast.Name):
        scope.bindings.append((node.target.id, node.iter))
    elif isinstance(node, ast.Import):
        program.imports.update((name.name, None) for name in node.names)
    elif isinstance(node, ast.ImportFrom):
        _note_from(node, program)


def _asks_for_class(call: ast.Call) -> bool:
    """`isinstance` and `issubclass` call nothing of what they are given."""
    return isinstance(call.func, ast.Name) and call.func.id in ("isinstance", "issubclass")


def _note_from(node: ast.ImportFrom, program: Program) -> None:
    module = "." * node.level + (node.module or "")
    program.imports[module] = None
    if node.module is None:
        program.imports.update((f"{module}{name.name}", None) for name in node.names)


def _used(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield f".{node.attr}"
