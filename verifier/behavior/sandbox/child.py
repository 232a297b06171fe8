"""The child: reads its task, confines itself, and only then calls the function it was told.

`python -I -m verifier.behavior.sandbox.child` reads from standard input the length of its settings (8 bytes,
big-endian), the settings (JSON) and what the function is given; it writes the length of the answer (8 bytes) and it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from verifier.behavior.sandbox import _witness
from verifier.behavior.sandbox._bounds import Bounds
from verifier.behavior.sandbox._confine import confine
from verifier.behavior.sandbox._modes import Mode


def main() -> None:
    """Answers once."""
    with open(0, "rb") as stream:
        settings = json.loads(stream.read(int.from_bytes(stream.read(8))))
        request = stream.read()
    with open(os.dup(1), "wb") as answer:
        os.dup2(2, 1)  # what libraries print is no answer
        bounds, control = Bounds(**settings["bounds"]), settings["control"]
        listener = confine(Mode(settings["mode"]), settings["readable"], settings["listed"], bounds, control)
        if listener is not None:
            _witness.hand_over(control, listener)
        tempfile.tempdir = "/"  # libraries that only ask where files could be written find a place where none can
        sys.path += settings["path"]
        function = _function(settings["program"])
        for name in settings["prepare"]:
            with suppress(Exception):  # the program will say so, if it needs what cannot be imported
                importlib.import_module(name)
        if control is not None:
            _witness.begin(control)
        answered = function(request)
        answer.write(len(answered).to_bytes(8) + answered)


def _function(name: str) -> Callable[[bytes], bytes]:
    module, _, function = name.partition(":")
    return cast(Callable[[bytes], bytes], getattr(importlib.import_module(module), function))


if __name__ == "__main__":
    main()
