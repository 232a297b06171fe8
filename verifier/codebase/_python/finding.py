"""The engine: calls that load models, and what they name."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from verifier.codebase._loaders import Loader, loaders
from verifier.codebase._mention import Edit, Kind, Mention, linked, repository
from verifier.codebase._python.bindings import Bindings, Scope, bindings
from verifier.codebase._python.edits import Offsets, pinning
from verifier.codebase._python.values import Text, fixed, follow

_WORTH = re.compile(
    r"huggingface|hf\.co|from_pre|pipeline|hub|transformers|vllm|sglang|timm|open_clip|hf://|_lm\b|trl\b|Whisper|Flag"
    r"|pickle|dill|joblib|torch\.(?:load|hub)|torch import|load_\w+\(|Unpickler|trust_remote_code"
)
"""What no source lacks that names a model."""


def find(text: str) -> Iterator[Mention]:
    """The models that a module names.

    Raises:
        ValueError: it is no Python 3 that can be read.
    """
    if not _WORTH.search(text):
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        found = bindings(tree)
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(getattr(error, "msg", None) or "it is nested too deeply") from error
    offsets = Offsets(text)
    for call, scope in found.calls:
        yield from _loads(text, offsets, found, call, scope)
        yield from _unsafe(found, call)
    for constant in found.texts:
        yield from linked(str(constant.value), constant.lineno)


def _loads(text: str, offsets: Offsets, found: Bindings, call: ast.Call, scope: Scope) -> Iterator[Mention]:
    dotted, package = found.dotted(call.func)
    via = ".".join(dotted.removeprefix("?.").split(".")[-2:])
    for loader in loaders().of(dotted, package):
        if _other_kind(call) or _wraps(loader, call, scope):
            continue
        given = _argument(call, loader)
        if given is None:
            if loader.chooses and not any(one.arg is None for one in call.keywords):
                yield Mention(Kind.ELSEWHERE, call.lineno, via, via, why=loader.chooses)
            continue
        revision, unknown = _revision(found, call, loader, scope)
        simple = loader.revision and "." not in loader.revision
        edit = pinning(text, offsets, call, loader.revision) if simple and fixed(given, scope) and not unknown else None
        for one in follow(found, given, scope):
            yield from _named(one, loader, (via, call.lineno), revision, edit, unknown)
        if _trusting(call):
            yield Mention(Kind.UNSAFE, call.lineno, via, "trust_remote_code=True", why="runs code of the repository")


def _other_kind(call: ast.Call) -> bool:
    """Whether a call asks for a data set, an application, or code of this machine."""
    kinds = (one.value for one in call.keywords if one.arg in ("repo_type", "source"))
    return any(isinstance(kind, ast.Constant) and kind.value in ("dataset", "space", "local") for kind in kinds)


def _wraps(loader: Loader, call: ast.Call, scope: Scope) -> bool:
    """Whether the call stands in a function of the same name, that only passes on what it gets."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return scope.function is not None and scope.function.name == name and not loader.method


def _argument(call: ast.Call, loader: Loader) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg in loader.keywords:
            return keyword.value
    position = loader.position
    if position is None or position >= len(call.args):
        return None
    return call.args[position] if not any(isinstance(one, ast.Starred) for one in call.args[: position + 1]) else None


def _revision(found: Bindings, call: ast.Call, loader: Loader, scope: Scope) -> tuple[str | None, bool]:
    """The revision that is written, and whether one is known only at run time."""
    keyword, _, key = loader.revision.partition(".")
    given = next((one.value for one in call.keywords if keyword and one.arg == keyword), None)
    if key and isinstance(given, ast.Dict):
        pairs = zip(given.keys, given.values, strict=True)
        given = next((value for name, value in pairs if isinstance(name, ast.Constant) and name.value == key), None)
    if given is None or (isinstance(given, ast.Constant) and given.value is None):
        return None, any(one.arg is None for one in call.keywords)
    values = {text.value for text in follow(found, given, scope)}
    known = next(iter(values)) if len(values) == 1 else None
    return known, known is None


def _named(
    text: Text, loader: Loader, where: tuple[str, int], revision: str | None, edit: Edit | None, unknown: bool
) -> Iterator[Mention]:
    via, calling = where
    line = getattr(text.node, "lineno", calling)
    if text.value is None:
        yield Mention(Kind.RUN_TIME, line, via, ast.unparse(text.node)[:200], why="its name is made at run time")
        return
    name, bare = text.value, loader.bare
    if loader.elsewhere:
        yield from _elsewhere(name, line, via, loader.elsewhere)
        return
    if loader.scheme:
        given = next((scheme for scheme in loader.scheme if name.startswith(scheme)), None)
        if given is None:
            return
        name = name.removeprefix(given)
    if (known := repository(name, bare=bare)) is None:
        return
    identity = known[0] if "/" in known[0] or not loader.prefix else loader.prefix + known[0]
    if unknown:
        why = "its revision is made at run time"
        yield Mention(Kind.RUN_TIME, line, via, identity, why=why)
    else:
        yield Mention(Kind.HUB, line, via, identity, known[1] or revision, edit=edit)


def _elsewhere(name: str, line: int, via: str, why: str) -> Iterator[Mention]:
    if re.fullmatch(r"[\w.-]+/[\w.-]+(?::[\w./-]+)?", name):
        yield Mention(Kind.ELSEWHERE, line, via, name, why=why)


def _trusting(call: ast.Call) -> bool:
    given = (one.value for one in call.keywords if one.arg == "trust_remote_code")
    return any(isinstance(value, ast.Constant) and value.value is True for value in given)


def _unsafe(found: Bindings, call: ast.Call) -> Iterator[Mention]:
    dotted, package = found.dotted(call.func)
    last = dotted.rsplit(".", 1)[-1]
    if f"{package}:{last}" in loaders().unsafe and dotted.count(".") == 1:
        yield Mention(Kind.UNSAFE, call.lineno, dotted, dotted, why="executes what the file says")
    elif dotted == "torch.load":
        given = next((one.value for one in call.keywords if one.arg == "weights_only"), None)
        if isinstance(given, ast.Constant) and given.value is False:
            yield Mention(Kind.UNSAFE, call.lineno, dotted, "weights_only=False", why="executes what the file says")
