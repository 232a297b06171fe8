"""What Python does besides, when a symbol is called that calls, makes or looks up something itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from verifier.formats._pickle.events import Build, Call, Event, Import
from verifier.formats._pickle.scope import callable_of, class_shown
from verifier.formats._pickle.values import Dict, Global, Result, Tuple, Value


def _attribute(event: Call) -> Iterator[Event]:
    """`getattr(cls, name)`: how protocols 2 and 3 write a nested class, enumerations their members, all a method."""
    symbol = callable_of(Result(event.callee, event.args, event.use)) or _method(event.args)
    if symbol is not None:
        yield Import(event.offset, symbol)


def _method(args: Value) -> Global | None:
    """The method that `getattr(instance, name)` fetches, where the class of the instance is known."""
    owner, name, *_ = args.items if isinstance(args, Tuple) and args.size > 1 else (None, None)
    cls = class_shown(owner) if isinstance(owner, Result) else None
    return Global(cls.module, f"{cls.name}.{name}") if cls is not None and isinstance(name, str) else None


def _made(event: Call) -> Iterator[Event]:
    """`copyreg.__newobj__(cls, *args)`: makes an instance of its first argument."""
    cls, *args = event.args.items if isinstance(event.args, Tuple) else (None,)
    yield Call(event.offset, cls, Tuple(args), "new")


def _made_with_keywords(event: Call) -> Iterator[Event]:
    """`copyreg.__newobj_ex__(cls, args, kwargs)`."""
    cls, args, kwargs = event.args.items if isinstance(event.args, Tuple) and event.args.size == 3 else (None,) * 3
    yield Call(event.offset, cls, args, "new", kwargs)


def _reconstructed(event: Call) -> Iterator[Event]:
    """`copyreg._reconstructor(cls, base, state)`: `base.__new__(cls, state)`; no `state` where base is `object`."""
    cls, base, state = event.args.items if isinstance(event.args, Tuple) and event.args.size == 3 else (None,) * 3
    bare = (symbol := callable_of(base)) is not None and symbol.name == "object"
    yield Call(event.offset, cls, Tuple([] if bare else [state]), "new")


def _applied(event: Call) -> Iterator[Event]:
    """`torch._tensor._rebuild_from_type_v2(function, type, args, state)`: calls the function, then sets the state."""
    if isinstance(event.args, Tuple) and event.args.size == 4:
        function, _, args, state = event.args.items
        yield Call(event.offset, function, args, "call")
        if isinstance(state, (Dict, Tuple)) and state.size:
            yield Build(event.offset, Result(function, args, "call"), state)


def _filled(event: Call) -> Iterator[Event]:
    """`dill._dill._create_array(function, args, state, attributes)`: calls the function, then sets the state."""
    if isinstance(event.args, Tuple) and event.args.size > 2:
        function, args, state = event.args.items[:3]
        yield Call(event.offset, function, args, "call")
        yield Build(event.offset, Result(function, args, "call"), state)


TRAMPOLINES: Final[dict[str, Callable[[Call], Iterator[Event]]]] = {
    "apply": _applied,
    "attribute": _attribute,
    "filled": _filled,
    "newobj": _made,
    "newobj_ex": _made_with_keywords,
    "reconstructor": _reconstructed,
}
"""What Python does besides when a symbol with such a shape (`Shape.like`) is called: the events to judge as well."""
