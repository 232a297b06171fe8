"""A place where a program of ours reads a model nobody trusts, and can do nothing else.

What flows in: the name of a function of ours, the bytes it is given, and the paths it may read. What flows out: at most
`Bounds.output` bytes, through a pipe, length-checked; the parent never unpickles them. The child has an empty
environment but for a written list, no network, no writable file, no programs to start, and bounded time and memory.

Two ways lead there, `mode` chooses:

- bubblewrap, where it works: namespaces in which nothing else exists; the child then confines itself as well;
- self-confinement: the child gives up its rights by Landlock, seccomp and resource limits before it reads a byte.

Anywhere else a model is not run, unless a person types that it shall run without a sandbox.

What a child does can be observed: a `Trace` holds each call of the kernel that was asked for and is not computing, and
what Python's audit hook told of it. The confinement is the same; what it denies is told as well.

A program of the user's (`held`) is confined in the same two ways, but for what it needs: it starts others, writes its
folders, and may reach the one port of a gateway. Anywhere else it is refused.
"""

from verifier.behavior.sandbox._acts import Act, Seen, Witness
from verifier.behavior.sandbox._bounds import Bounds
from verifier.behavior.sandbox._launch import interpreter, mode, mode_observed, run
from verifier.behavior.sandbox._modes import Mode
from verifier.behavior.sandbox._places import Places, guarded, software
from verifier.behavior.sandbox._program import Confinement, Held, gaps, held, mode_of_others
from verifier.behavior.sandbox._trace import Trace

__all__ = [
    "Act",
    "Bounds",
    "Confinement",
    "Held",
    "Mode",
    "Places",
    "Seen",
    "Trace",
    "Witness",
    "gaps",
    "guarded",
    "held",
    "interpreter",
    "mode",
    "mode_observed",
    "mode_of_others",
    "run",
    "software",
]
