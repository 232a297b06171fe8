"""The schema of a skops archive: which types loading it imports and makes instances of (skops/io/_audit.py).

A `.skops` file is a zip; its `schema.json` is a tree of nodes, each of which names a loader, a module and a class in
it. skops refuses types that it does not trust unless the caller names them. Arrays beside the schema are files of their
own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Context, Yield
from verifier.formats._json import Json, parse
from verifier.formats._names import unsafe_name
from verifier.formats._text import read_whole
from verifier.records import (
    Artifact,
    Coverage,
    CoverageState,
    Evidence,
    Fact,
    Finding,
    Format,
    Reader,
    parameters,
    visible,
)

if TYPE_CHECKING:
    from verifier.data import Shape

FORMAT = Format("skops", 1, "skops schema", suffixes=("schema.json",))
DANGEROUS: Final = "skops-dangerous-type"
UNREVIEWED: Final = "skops-unreviewed-type"
LEAVES: Final = "skops-file-outside"
RULES: tuple[str, ...] = (DANGEROUS, UNREVIEWED, LEAVES)

_MAX_BYTES: Final = 128 << 20
"""Bytes of JSON parsed at once; a forest of 1,000 trees has a schema of about 10 MB."""

_TYPES: Final = 1000
"""Different types of one schema that are told apart; genuine ones name a few dozen."""

_SHOWN: Final = 20
"""Types that a finding lists."""

_TYPELESS: Final = frozenset({"BytearrayNode", "BytesNode", "CachedNode", "JsonNode", "SliceNode"})
"""Loaders that make no use of the class a node names."""

_PLAIN: Final = frozenset(
    f"builtins.{name}" for name in ("bool", "dict", "float", "int", "list", "map", "set", "str", "tuple")
)
"""Types of keys and containers, which skops trusts whoever calls it."""


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Lists the types, and holds them against the registry of symbols that pickles may name."""
    try:
        root = parse(read_whole(reader, context.budget, _MAX_BYTES), exact=False).value
    except Malformed:
        root = None
    if not isinstance(root, dict) or "__loader__" not in root:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no skops schema", FORMAT.how)
        return
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)
    types = dict(_types(root))
    names = tuple(sorted(types))
    yield Fact("skops-types", names, Evidence(artifact.name, f"{len(names)} types", FORMAT.how))
    for rule in (DANGEROUS, UNREVIEWED):
        found = [name for name in names if types[name] == rule]
        if found:
            yield _finding(artifact, rule, found)
    outside = sorted({file for file in _files(root) if unsafe_name(file)})[:_SHOWN]
    if outside:
        message = f"The schema names {visible(outside[0], 100)} as a file of the archive, which lies outside of it."
        yield Finding(LEAVES, tuple(Evidence(artifact.name, file, FORMAT.how) for file in outside), message)


def _files(root: Json) -> Iterator[str]:
    """The files that nodes name."""
    stack = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            file = item.get("file")
            if isinstance(file, str):
                yield file
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def _types(root: Json) -> Iterator[tuple[str, str]]:
    """The types that nodes name, each with the rule it breaks, or an empty text.

    Raises:
        BudgetExceeded: there are too many.
    """
    seen: set[tuple[str, str, str]] = set()
    stack = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            loader, module, name = (str(item.get(key, "")) for key in ("__loader__", "__module__", "__class__"))
            if loader and loader not in _TYPELESS and (loader, module, name) not in seen:
                seen.add((loader, module, name))
                yield _judged(loader, module, name, item.get("content"))
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
        if len(seen) > _TYPES:
            raise BudgetExceeded(f"the schema names more than {_TYPES} types")


def _judged(loader: str, module: str, name: str, content: Json) -> tuple[str, str]:
    """What a node's loader makes use of, and the rule this breaks."""
    from verifier.data import package

    if loader == "OperatorFuncNode":
        module = "operator"
    path = f"{module}.{name}"
    if loader == "MethodNode":
        return _method(path, content)
    if path in _PLAIN:
        return path, ""
    registry = package(module.partition(".")[0])
    if registry is None:
        return path, UNREVIEWED
    if registry.danger(registry.relative(module, name)):
        return path, DANGEROUS
    symbol = registry.symbol(module, name)
    uses: list[Shape | None] = [] if symbol is None else [symbol.imported]
    if symbol is not None and loader != "FunctionNode":
        uses += [symbol.made] if loader in ("ObjectNode", "TypeNode") else [symbol.made, symbol.called]
    return path, "" if any(uses) else UNREVIEWED


def _method(path: str, content: Json) -> tuple[str, str]:
    """A bound method: of a module it is a function, which may be a dangerous one (CVE-2025-54413)."""
    from verifier.data import package

    method, owner = (content.get("func"), content.get("obj")) if isinstance(content, dict) else (None, None)
    named = owner if isinstance(owner, dict) else {}
    module, name = (str(named.get(key, "")) for key in ("__module__", "__class__"))
    registry = package(module.partition(".")[0])
    reached = (f"{method}", f"{name}.{method}")
    dangerous = registry is not None and any(registry.danger(registry.relative(module, end)) for end in reached)
    return f"{path}: method {method} of {module}.{name}", DANGEROUS if dangerous else UNREVIEWED


def _finding(artifact: Artifact, rule: str, names: list[str]) -> Finding:
    more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
    does = "runs code or reaches the system" if rule == DANGEROUS else "nobody has reviewed"
    message = f"Loading makes use of {visible(names[0], 100)}{more}, which {does}."
    places = tuple(Evidence(artifact.name, name, FORMAT.how) for name in names[:_SHOWN])
    return Finding(rule, places, message, parameters(types=tuple(names[:_SHOWN])))
