"""Torch's zip archives: torch.save since 1.6, TorchScript, torch.package and torch.export.

What torch unpickles is inspected here, with the storages its pickles name held against the members; members that torch
reads only as numbers are data; everything else goes back to be recognized in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Context, Member, Probe, Yield
from verifier.formats._pickle.inspection import RULES as PICKLE_RULES
from verifier.formats._pickle.inspection import inspect_stream
from verifier.formats._pickle.place import Loader
from verifier.formats._readers import Window
from verifier.formats._torch import MISMATCH, Layout, Tensors, is_torch, reaches
from verifier.formats._torch import RULES as TORCH_RULES
from verifier.formats._zip import Archive, Entry, Lie, LieKind
from verifier.formats._zip.report import RULES as ZIP_RULES
from verifier.formats._zip.report import findings
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader, parameters, visible

FORMAT = Format("torch-zip", 1, "PyTorch archive", refines=("zip",))

AMBIGUOUS = "torch-zip-ambiguous-member"
PACKAGE = "torch-package-code"
FILES = "torchscript-file-access"
OPERATOR = "torchscript-custom-operator"
TRAILING = "pickle-trailing-bytes"

RULES: tuple[str, ...] = tuple(
    sorted({AMBIGUOUS, PACKAGE, FILES, OPERATOR, TRAILING, *TORCH_RULES, *ZIP_RULES, *PICKLE_RULES})
)

_MAX_SOURCE = 16 << 20
"""Bytes of one TorchScript source; exported models stay below 2 MB."""


def recognize(probe: Probe) -> bool:
    """A zip whose directory lists what torch writes: one read at the end, and one of the directory."""
    try:
        return is_torch(Archive(probe.reader).entries)
    except (BudgetExceeded, Malformed):
        return False


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Inspects pickles and sources, proves the storages to be data, hands back the rest.

    Over the network only the directory, pickles, sources and what goes back are read: local headers of storages, and
    checksums, are not checked.
    """
    archive = Archive(reader)
    context.budget.spend_steps(len(archive.entries))
    unchecked = ("zip-contents", "zip-local-headers") if context.remote else ()
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, unchecked=unchecked)
    yield from _Inspection(artifact, archive, Layout(archive.entries), context).run()


@dataclass(slots=True)
class _Inspection:
    """One archive under way."""

    artifact: Artifact
    archive: Archive
    layout: Layout
    context: Context
    spoken_for: set[int] = field(default_factory=set)
    """Indexes of the members that need no more looking at."""
    lies: list[Lie] = field(default_factory=list)

    def run(self) -> Iterator[Yield]:
        yield from self._structure()
        for entry in self.archive.entries:
            if self.layout.is_pickle(entry) and entry.index not in self.spoken_for:
                yield from self._opened(entry, self._pickle)
        for entry in self.archive.entries:
            if entry.index not in self.spoken_for and not entry.is_directory:
                yield from self._opened(entry, self._script if self.layout.is_script(entry) else self._other)
        yield from findings(self.artifact, self.lies, FORMAT.how)

    def _structure(self) -> Iterator[Finding]:
        """Where readers of the archive could disagree, and what it brings beside numbers."""
        lies = list(self.archive.lies)
        if not self.context.remote:
            lies += [lie for entry in self.archive.entries for lie in self.archive.local_lies(entry)]
            lies += self.archive.gaps()
        yield from findings(self.artifact, lies, FORMAT.how)
        cases = [(lie.entry, lie.message) for lie in lies if lie.kind is LieKind.CASE and lie.entry is not None]
        odd = [*cases, *self.layout.oddities()]
        if odd:
            entry, message = odd[0]
            more = f" (and {len(odd) - 1} more)" if len(odd) > 1 else ""
            places = tuple(self._place(entry, f"{visible(entry.name, 80)}: {message}") for entry, message in odd[:20])
            yield Finding(
                AMBIGUOUS, places, f"Member {visible(entry.name, 80)}: {message}{more}.", parameters(count=len(odd))
            )
        sources = [
            entry for entry in self.archive.entries if entry.name.endswith(".py") and not self.layout.is_script(entry)
        ]
        if self.layout.is_package and sources:
            places = tuple(self._place(entry, visible(entry.name)) for entry in sources[:20])
            message = f"The archive brings {len(sources)} Python modules, which torch.package runs as it loads."
            yield Finding(PACKAGE, places, message, parameters(modules=len(sources)))

    def _place(self, entry: Entry, what: str) -> Evidence:
        return Evidence(self.artifact.name, what, FORMAT.how, entry.at)

    def _opened(self, entry: Entry, look: Callable[[Artifact, Entry, Reader], Iterator[Yield]]) -> Iterator[Yield]:
        """What `look` shows of a member; a member that cannot be read is a gap, and the others are still looked at."""
        child = self.artifact.member(entry.name, entry.size)
        self.spoken_for.add(entry.index)
        try:
            yield from look(child, entry, self.archive.open(entry, self.context.budget))
        except Malformed as error:
            yield Coverage(child.name, CoverageState.PARTIAL, error.message, FORMAT.how)

    def _checksum(self, entry: Entry, body: Reader) -> None:
        if not self.context.remote:
            self.lies += self.archive.content_lies(entry, body)

    def _pickle(self, child: Artifact, entry: Entry, body: Reader) -> Iterator[Yield]:
        """A member that torch unpickles, and the storages it names."""
        self.context.budget.spend_member(len(child.members))
        tensors = Tensors()
        summary = yield from inspect_stream(
            child,
            body,
            self.context,
            how=FORMAT.how,
            loader=Loader(observe=tensors.observe, local=self.layout.modules(), persistent=True),
        )
        if summary.stopped:
            yield Coverage(child.name, CoverageState.INSPECTED, "", FORMAT.how, 0, summary.end)
        else:
            reason = "its pickle could not be read to an end"
            yield Coverage(child.name, CoverageState.PARTIAL, reason, FORMAT.how, summary.end)
        if summary.stopped and summary.end < body.size:
            yield from self._trailing(child, body, summary.end)
        yield from tensors.findings(child, FORMAT.how)
        yield from tensors.facts(child, FORMAT.how)
        yield from self._storages(child, entry, tensors)
        self._checksum(entry, body)

    def _trailing(self, child: Artifact, body: Reader, end: int) -> Iterator[Yield]:
        """What stands behind the pickle: torch leaves it unread."""
        length = body.size - end
        message = f"{length} bytes stand behind the pickle in {child.name}; torch does not read them."
        yield Finding(TRAILING, (Evidence(child.name, message, FORMAT.how, end, length),), message)
        yield Member(child.member(f"bytes from {end}", length), Window(body, end, length))

    def _storages(self, pickle: Artifact, pickle_entry: Entry, tensors: Tensors) -> Iterator[Yield]:
        for storage in tensors.storages.values():
            self.context.budget.spend_steps(1)
            entry = self.layout.storage(pickle_entry, storage.key)
            if entry is None or entry.size != storage.nbytes:
                seen = "no member holds it" if entry is None else f"the member that holds it has {entry.size} bytes"
                message = (
                    f"storage {visible(storage.key, 60)} is a {storage.title} of {storage.nbytes} bytes, but {seen}"
                )
                yield Finding(
                    MISMATCH, (Evidence(pickle.name, message, FORMAT.how),), f"{message[0].upper()}{message[1:]}."
                )
            elif entry.index not in self.spoken_for:
                self.spoken_for.add(entry.index)
                child = self.artifact.member(entry.name, entry.size)
                yield Coverage(child.name, CoverageState.DATA, storage.title, FORMAT.how)

    def _script(self, child: Artifact, entry: Entry, body: Reader) -> Iterator[Yield]:
        """TorchScript source: never Python, but it can open files and call compiled code."""
        if body.size > _MAX_SOURCE:
            raise Malformed(f"the source has {body.size} bytes, more than {_MAX_SOURCE}")
        source = body.read_at(0, body.size).decode("utf-8", "surrogateescape")
        self.context.budget.spend_steps(len(source) // 4)
        for reach in reaches(source):
            rule = FILES if reach.opens_files else OPERATOR
            does = (
                "opens a file that the model names"
                if reach.opens_files
                else "runs compiled code that is not in the archive"
            )
            place = Evidence(
                child.name, reach.operator, FORMAT.how, len(source[: reach.offset].encode("utf-8", "replace"))
            )
            yield Finding(rule, (place,), f"TorchScript calls {visible(reach.operator, 80)}, which {does}.")
        yield Coverage(child.name, CoverageState.INSPECTED, "", FORMAT.how)
        self._checksum(entry, body)

    def _other(self, child: Artifact, entry: Entry, body: Reader) -> Iterator[Yield]:
        """A member that holds one word, or one that is recognized in turn."""
        token = self.layout.token(entry)
        if token is not None and (self.context.remote or token.fullmatch(body.read_at(0, body.size))):
            yield Coverage(child.name, CoverageState.DATA, "one word that torch compares or counts with", FORMAT.how)
        else:
            yield Member(child, body)
        self._checksum(entry, body)
