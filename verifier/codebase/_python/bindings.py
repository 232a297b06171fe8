"""What names of a module are bound to: imports, assignments, parameters, attributes and options of a command line."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(slots=True)
class Scope:
    """A function, or the module.

    Args:
        function: None for the module, and for lambdas and comprehensions.
        parent: the scope around it.
        owner: name of the class whose body holds the function; else empty.
        values: name to what it is bound to; None for what cannot be known.
        parameters: names in order.
    """

    function: Function | None
    parent: Scope | None
    owner: str = ""
    values: dict[str, list[ast.expr | None]] = field(default_factory=lambda: defaultdict(list))
    parameters: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Bindings:
    """A module.

    Args:
        packages: name to the dotted name it was imported as; those of relative imports begin with a dot.
        attributes: name of an attribute, or of a command line's option, to what it is bound to.
        calls: all calls with the scope they stand in, in order.
        calls_of: last part of the name of what is called, to its calls.
        texts: the module's string constants, but for docstrings.
    """

    packages: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    attributes: dict[str, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))
    calls: list[tuple[ast.Call, Scope]] = field(default_factory=list)
    calls_of: dict[str, list[tuple[ast.Call, Scope]]] = field(default_factory=lambda: defaultdict(list))
    texts: list[ast.Constant] = field(default_factory=list)

    def dotted(self, node: ast.expr) -> tuple[str, str]:
        """The dotted name of an expression, and its top-level package where it is imported; empty for none."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ".".join(["?", *reversed(parts)]), ""
        origin = self.packages.get(node.id)
        if origin is None and not parts and len(self.stars) == 1:
            origin = f"{self.stars[0]}.{node.id}"
        full = ".".join([origin or node.id, *reversed(parts)])
        return full, full.split(".")[0] if origin else ""


def bindings(tree: ast.Module) -> Bindings:
    """Collects what a module binds."""
    found = Bindings()
    stack: list[tuple[ast.AST, Scope, str]] = [(tree, Scope(None, None), "")]
    while stack:
        node, scope, owner = stack.pop()
        inner = _entered(node, scope, owner)
        _collect(found, node, scope, owner)
        within = node.name if isinstance(node, ast.ClassDef) else "" if inner is not scope else owner
        stack.extend((child, inner, within) for child in reversed(list(_children(node))))
    return found


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, without docstrings."""
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            yield child


def _entered(node: ast.AST, scope: Scope, owner: str) -> Scope:
    if not isinstance(node, Function):
        return scope
    inner = Scope(node, scope, owner)
    arguments = [*node.args.posonlyargs, *node.args.args]
    inner.parameters = [argument.arg for argument in arguments]
    defaults = [None] * (len(arguments) - len(node.args.defaults)) + list(node.args.defaults)
    named = zip([*arguments, *node.args.kwonlyargs], [*defaults, *node.args.kw_defaults], strict=True)
    for argument, default in named:
        inner.values[argument.arg].append(default)
    for rest in (node.args.vararg, node.args.kwarg):
        if rest is not None:
            inner.values[rest.arg].append(None)
    return inner


def _collect(found: Bindings, node: ast.AST, scope: Scope, owner: str) -> None:
    match node:
        case ast.Import() | ast.ImportFrom():
            _imported(found, node)
        case ast.Assign():
            for target in node.targets:
                _bind(found, target, node.value, scope, owner)
        case ast.AnnAssign() | ast.NamedExpr() if node.value is not None:
            _bind(found, node.target, node.value, scope, owner)
        case ast.AugAssign():
            _bind(found, node.target, None, scope, owner)
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            _bind(found, node.target, ast.Subscript(node.iter, ast.Name("*")), scope, owner)
        case ast.withitem() if node.optional_vars is not None:
            _bind(found, node.optional_vars, node.context_expr, scope, owner)
        case ast.Call():
            _called(found, node, scope)
        case _:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.texts.append(node)


def _imported(found: Bindings, node: ast.Import | ast.ImportFrom) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.split(".")[0]
            found.packages[alias.asname or top] = alias.name if alias.asname else top
        return
    module = "." * node.level + (node.module or "")
    for alias in node.names:
        if alias.name == "*":
            found.stars.append(module)
        else:
            found.packages[alias.asname or alias.name] = f"{module}.{alias.name}"


def _bind(found: Bindings, target: ast.expr, value: ast.expr | None, scope: Scope, owner: str) -> None:
    match target:
        case ast.Name():
            scope.values[target.id].append(value)
            if owner and value is not None:
                found.attributes[target.id].append(_default(value))
        case ast.Attribute() if value is not None:
            found.attributes[target.attr].append(value)
        case ast.Tuple() | ast.List():
            pairs = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            for number, part in enumerate(target.elts):
                _bind(found, part, pairs[number] if len(pairs) == len(target.elts) else None, scope, owner)
        case _:
            pass


def _default(value: ast.expr) -> ast.expr:
    """The default of a field of a class: that of `field(default=…)`, else the value."""
    if isinstance(value, ast.Call):
        return next((keyword.value for keyword in value.keywords if keyword.arg == "default"), value)
    return value


def _called(found: Bindings, node: ast.Call, scope: Scope) -> None:
    found.calls.append((node, scope))
    name = found.dotted(node.func)[0].rsplit(".", 1)[-1]
    found.calls_of[name].append((node, scope))
    if name == "add_argument":
        default = next((keyword.value for keyword in node.keywords if keyword.arg == "default"), None)
        names = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        names += [str(k.value.value) for k in node.keywords if k.arg == "dest" and isinstance(k.value, ast.Constant)]
        for option in names:
            if default is None:
                break
            found.attributes[option.lstrip("-").replace("-", "_")].append(default)
