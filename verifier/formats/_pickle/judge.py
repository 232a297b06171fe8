"""Whether what a stream does has been reviewed: its events held against the registry of symbols."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from typing import Final

from verifier.data import Shape
from verifier.errors import BudgetExceeded
from verifier.formats._pickle import (
    DANGEROUS,
    EXTENSION,
    INTENT,
    PERSISTENT,
    UNKNOWN,
    UNLISTED,
    UNSAFE_CALL,
    UNSAFE_STATE,
    WALKED,
    contracts,
)
from verifier.formats._pickle.events import Build, Call, Event, ExtensionLoad, Fill, Import, PersistentLoad
from verifier.formats._pickle.intent import shown_by
from verifier.formats._pickle.place import Loader, Place
from verifier.formats._pickle.rendering import render
from verifier.formats._pickle.scope import Review, Scope, callable_of, class_shown, review, use_of
from verifier.formats._pickle.states import wrong_state
from verifier.formats._pickle.trampolines import TRAMPOLINES
from verifier.formats._pickle.values import Bytes, Dict, Global, LongText, Result, Tuple, Value, kind_of
from verifier.records import Finding, parameters

KEEPS_CALLS: Final = frozenset({"functools.partial", "types.GenericAlias"})
"""Reviewed symbols whose results, when they are called, call anything: misuse of them is never chance."""

REPEATS: Final = 10
"""Findings of one rule about one symbol that are reported with their places; further ones are counted."""

_KINDS_NAMED: Final = 12
"""Arguments whose kinds a use names."""

SUBJECTS: Final = 1000
"""Pairs of rule and symbol of one stream that are reported; PickleBall counts 320 symbols in 1,551 popular models."""


LOADS: Final = "loads"
"""What a shape is like (`Shape.like`) whose constants are loaded as files."""


class Judge:
    """Judges the events of one stream, in their order.

    An unreviewed import is reported with its first call, and at the end where there is none.

    Args:
        place: where the stream stands.
        loader: what loads it.
    """

    def __init__(self, place: Place, loader: Loader) -> None:
        self._place = place
        self._persistent = loader.persistent
        self._by_chance = loader.by_chance
        self._scope = Scope(loader.local)
        self._waiting: dict[str, Import] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def judge(self, event: Event) -> Iterator[Finding]:
        """The findings about one event.

        Raises:
            BudgetExceeded: the stream gives reason for more than `SUBJECTS` different findings.
        """
        if isinstance(event, Import):
            yield from self._imported(event)
        elif isinstance(event, Call):
            yield from self._called(event)
        elif isinstance(event, Build):
            yield from self._built(event)
        elif isinstance(event, Fill):
            yield from self._filled(event)
        elif isinstance(event, PersistentLoad) and not self._persistent:
            yield from self._asked(event)
        elif isinstance(event, ExtensionLoad):
            message = f"code {event.code} stands for whatever the loading process has registered under it (copyreg)"
            yield from self._found(EXTENSION, event.offset, "an extension code", message, "load", event.code)

    def _asked(self, event: PersistentLoad) -> Iterator[Finding]:
        subject, id = "a persistent id", event.value.id  # noqa: A001
        if self._counts[PERSISTENT, subject] < REPEATS:
            message = f"the id {render(id)} is handed to a persistent_load, which loaders of such files lack"
            yield from self._found(PERSISTENT, event.offset, subject, message, "load", id)
        else:
            self._counts[PERSISTENT, subject] += 1

    def misused(self, event: Build, wrong: str) -> Iterator[Finding]:
        """The finding about a state that somebody else found to be dangerous.

        Args:
            event: which sets it.
            wrong: what is wrong with it, as the end of a sentence.
        """
        message = f"the state {render(event.state)} is set on {render(event.target)}, but {wrong}"
        yield from self._found(UNSAFE_STATE, event.offset, render(event.target), message, "build", event.state)

    def rest(self) -> Iterator[Finding]:
        """The findings about what was imported and not called, and how often the repeated ones occurred in all."""
        for event in self._waiting.values():
            yield from self._unreviewed(event.offset, event.value, "import", f"{event.value.path} is imported")
        self._waiting.clear()
        for (rule, path), count in self._counts.items():
            if count > REPEATS:
                message = f"{path} gives this reason {count} times in all; {REPEATS} of them are listed"
                yield Finding(rule, (self._place.evidence(0, path),), message, parameters(symbol=path, count=count))

    def _imported(self, event: Import) -> Iterator[Finding]:
        if event.value.module in self._scope.local or review(event.value.module, event.value.name).symbol is not None:
            return
        if len(self._waiting) < SUBJECTS:
            self._waiting.setdefault(event.value.path, event)
        else:
            yield from self._unreviewed(event.offset, event.value, "import", f"{event.value.path} is imported")

    def _unreviewed(self, offset: int, symbol: Global, use: str, deed: str, args: Value = None) -> Iterator[Finding]:
        seen = review(symbol.module, symbol.name)
        rule, reason = _judgment(symbol, seen)
        intent = shown_by(args) if rule == UNKNOWN else ""
        if intent:
            rule, reason = INTENT, f"{reason}, and the arguments hold {intent}"
        yield from self._found(rule, offset, symbol.path, f"{deed}{reason}", use, args)

    def _found(
        self, rule: str, offset: int, symbol: str, message: str, use: str, args: Value = None
    ) -> Iterator[Finding]:
        self._counts[rule, symbol] += 1
        if len(self._counts) > SUBJECTS:
            raise BudgetExceeded(f"a pickle stream gives more than {SUBJECTS} different reasons for concern")
        if self._counts[rule, symbol] <= REPEATS:
            used = _form(use, args)
            yield self._place.finding(rule, offset, symbol, message, symbol=symbol, use=used, arguments=render(args))

    def _called(self, event: Call) -> Iterator[Finding]:
        callee = callable_of(event.callee)
        if callee is None:
            yield from self._result_called(event)
            return
        if callee.module in self._scope.local:
            return
        self._waiting.pop(callee.path, None)
        symbol = review(callee.module, callee.name).symbol
        if symbol is None:
            yield from self._unreviewed(
                event.offset, callee, event.use, f"{_deed(callee, event)} is called", event.args
            )
            return
        shape = use_of(symbol, event.use, event.args)
        wrong = "no pickler uses it so" if shape is None else self._mismatch(shape, event)
        if shape is not None and shape.like == LOADS and not any(loaded(event)):
            wrong = "what it loads is not written out as bytes"
        if wrong and (shape is None or not self._is_chance(callee)):
            danger = review(callee.module, callee.name).danger
            more = f"; such a call {danger}" if danger else ""
            message = f"{_deed(callee, event)} is called, but {wrong}{more}"
            yield from self._found(UNSAFE_CALL, event.offset, callee.path, message, event.use, event.args)
        if shape is not None and shape.like in TRAMPOLINES:
            for further in TRAMPOLINES[shape.like](event):
                yield from self.judge(further)

    def _mismatch(self, shape: Shape, event: Call) -> str:
        wrong = contracts.signature(shape.args).mismatch(event.args, self._scope)
        if wrong or event.kwargs is None or (isinstance(event.kwargs, Dict) and not event.kwargs.size):
            return wrong
        if shape.kwargs is None or not contracts.pattern(shape.kwargs)(event.kwargs, self._scope):
            return "the keyword arguments are none that picklers write"
        return ""

    def _result_called(self, event: Call) -> Iterator[Finding]:
        """What a call returned is called: genuine only in code nobody has reviewed, which is reported already."""
        root = event.callee
        while isinstance(root, Result):
            root = root.callee
        known = isinstance(root, Global) and review(root.module, root.name).symbol is not None
        if isinstance(event.callee, Result) and known and isinstance(root, Global) and not self._is_chance(root):
            message = f"what {render(event.callee)} returns is called with {render(event.args)}, which no pickler does"
            yield from self._found(UNSAFE_CALL, event.offset, root.path, message, event.use, event.args)

    def _built(self, event: Build) -> Iterator[Finding]:
        cls = yield from self._class_changed(event.offset, event.target, "state is set on", event.state)
        if cls is None:
            return
        seen = review(cls.module, cls.name)
        if seen.symbol is None:
            if _judgment(cls, seen)[0] == UNKNOWN:
                deed = f"the state {render(event.state)} is set on a {cls.path}"
                yield from self._unreviewed(event.offset, cls, "build", deed, event.state)
            return
        wrong = wrong_state(seen.symbol.built, event.state, self._scope, kinds=not self._is_chance(cls))
        if wrong:
            message = f"the state {render(event.state)} is set on a {cls.path}, but {wrong}"
            yield from self._found(UNSAFE_STATE, event.offset, cls.path, message, "build", event.state)

    def _filled(self, event: Fill) -> Iterator[Finding]:
        target = callable_of(event.target)
        if target is not None and self._is_chance(target):
            return
        cls = yield from self._class_changed(event.offset, event.target, "elements are put into", event.items)
        symbol = review(cls.module, cls.name).symbol if cls is not None else None
        if cls is None or symbol is None or self._is_chance(cls):
            return
        shapes = (symbol.called, symbol.made, symbol.built)
        if not any(shape is not None and self._takes(shape, event) for shape in shapes):
            message = f"{event.method} is called on a {cls.path} with {render(event.items)}, which no pickler does"
            yield from self._found(UNSAFE_STATE, event.offset, cls.path, message, "fill", event.items)

    def _is_chance(self, symbol: Global) -> bool:
        """Whether it tells nothing that a symbol is misused: chance may do so, and no harm is known of the symbol."""
        harm = symbol.path in KEEPS_CALLS or bool(review(symbol.module, symbol.name).danger)
        return self._by_chance and not harm

    def _takes(self, shape: Shape, event: Fill) -> bool:
        wanted = contracts.pattern(shape.keys)
        keys = [key for key, _ in event.items.pairs()] if isinstance(event.items, Dict) else []
        return event.method in shape.fill and all(wanted(key, self._scope) for key in keys)

    def _class_changed(
        self, offset: int, target: Value, deed: str, change: Value
    ) -> Generator[Finding, None, Global | None]:
        """The class of what is changed, where it is known and its own; a symbol that is changed itself is a finding."""
        symbol = callable_of(target)
        if symbol is not None:
            message = f"{deed} {symbol.path} itself ({render(change)}): what it names means something else from here on"
            yield from self._found(UNSAFE_STATE, offset, symbol.path, message, "build", change)
            return None
        cls = class_shown(target) if isinstance(target, Result) else None
        return None if cls is None or cls.module in self._scope.local else cls


def _form(use: str, args: Value) -> str:
    """A use with the kinds of its arguments, as policies name it: `import`, `new()`, `call(str)`, `build(dict)`."""
    if use == "import":
        return use
    if use == "build" or not isinstance(args, Tuple):
        return f"{use}({kind_of(args)})"
    kinds = [kind_of(item) for item in args.items[:_KINDS_NAMED]]
    return f"{use}({', '.join(kinds + ['…'] * (args.size > len(kinds)))})"


def _deed(callee: Global, event: Call) -> str:
    arguments = render(event.args) if isinstance(event.args, Tuple) else "(*computed)"
    return callee.path + (f"{arguments[:-2]})" if arguments.endswith(",)") else arguments)


def _judgment(symbol: Global, seen: Review) -> tuple[str, str]:
    """The rule about a symbol that is not listed, and how the sentence ends that begins with what is done with it."""
    if seen.danger:
        return DANGEROUS, f"; it {seen.danger}"
    if seen.closed and seen.registry is not None:
        known = f"all that picklers write of {seen.registry.name} {seen.registry.versions} is listed"
        return UNLISTED, f", which no pickler writes ({known})"
    if seen.walks:
        return WALKED, f", a walk through attributes that are no classes of {symbol.module}, which no pickler writes"
    return UNKNOWN, ", which nobody has reviewed"


def loaded(event: Call) -> Iterator[Bytes | LongText | str]:
    """The constants that a call loads as files, where the registry says that it does.

    A text stands for its code points: protocols below 3 write bytes as `_codecs.encode(text, "latin1")`.
    """
    callee = event.callee
    symbol = review(callee.module, callee.name).symbol if isinstance(callee, Global) else None
    if symbol is None or symbol.called is None or symbol.called.like != LOADS:
        return
    for arg in event.args.items if isinstance(event.args, Tuple) else []:
        if isinstance(arg, Bytes) and not arg.escaped:
            yield arg
        if isinstance(arg, Result) and isinstance(arg.callee, Global) and arg.callee.path == "_codecs.encode":
            text = arg.args.items[0] if isinstance(arg.args, Tuple) and arg.args.items else None
            if isinstance(text, str) or (isinstance(text, LongText) and not text.escaped):
                yield text
