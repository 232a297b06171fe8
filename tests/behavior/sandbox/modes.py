"""The kinds of confinement whose tests run here: self-confinement always, bubblewrap where it works or must."""

from __future__ import annotations

import os

from verifier.behavior.sandbox import Mode, mode

REQUIRED = "BUBBLEWRAP_REQUIRED"
"""Set where bubblewrap must work, so that its tests fail rather than being left out."""

BUBBLEWRAP_RUNS = bool(os.environ.get(REQUIRED)) or mode(allow_unsandboxed=True) is Mode.BUBBLEWRAP

CONFINED = [Mode.BUBBLEWRAP, Mode.SELF] if BUBBLEWRAP_RUNS else [Mode.SELF]
