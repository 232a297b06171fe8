"""Models that a source tree names: paths in, references with file and line out. One module a language, discovered.

A language's module holds:

- `LANGUAGE: Language` — id, and names of the files it reads;
- `find(text) -> Iterator[Mention]` — the models a file names; raises ValueError where it cannot be read.

Nothing is executed or imported, and nothing is looked up: names that a program makes are reported as such.
"""

from __future__ import annotations

from verifier.codebase._language import Language
from verifier.codebase._mention import COMMIT, Edit, Kind, Mention
from verifier.codebase._scan import PASSED_OVER, LanguageModule, Place, modules, scan
from verifier.codebase._standing import Judged, Standing, fix, judged, pinned

__all__ = [
    "COMMIT",
    "PASSED_OVER",
    "Edit",
    "Judged",
    "Kind",
    "Language",
    "LanguageModule",
    "Mention",
    "Place",
    "Standing",
    "fix",
    "judged",
    "modules",
    "pinned",
    "scan",
]
