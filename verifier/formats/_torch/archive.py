"""From a zip of torch to findings, facts and coverage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from verifier.errors import BudgetExceeded, InspectionError, Malformed
from verifier.formats import Context, Member, Yield
from verifier.formats._json import Json, parse, pointer
from verifier.formats._pickle.inspection import inspect_stream
from verifier.formats._pickle.place import Loader
from verifier.formats._readers import rest
from verifier.formats._torch import AMBIGUOUS, FILES, HIDDEN, MISMATCH, OPERATOR, PACKAGE, TRAILING
from verifier.formats._torch.export import Flaw, Payload, payloads, program_flaws
from verifier.formats._torch.layout import Layout, holder
from verifier.formats._torch.script import Deed, Reach, bytecode_reaches, reaches
from verifier.formats._torch.tensors import Tensors, tensor_facts
from verifier.formats._zip.archive import Archive
from verifier.formats._zip.entries import Entry
from verifier.formats._zip.lies import Lie, LieKind
from verifier.formats._zip.report import findings, unread
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Reader, parameters, visible

_REACH_RULES = {Deed.FILE: FILES, Deed.FOREIGN: OPERATOR, Deed.HIDDEN: HIDDEN}

_MAX_TEXT = 128 << 20
"""Bytes of one program or one description; exported models stay below 50 MB."""

_MOST_FINDINGS = 1000
"""Findings about one member beside those about its pickle."""


def inspect_archive(artifact: Artifact, reader: Reader, context: Context, how: str) -> Iterator[Yield]:
    """Inspects pickles and programs, proves the storages to be data, hands back the rest.

    Over the network only the directory, pickles, programs and what goes back are read: local headers of storages, and
    checksums, are not checked. Checksums of storages never are: their bytes are not read, and torch does not mind.
    """
    archive = Archive(reader)
    context.budget.foresee_members(len(archive.entries))
    context.budget.spend_steps(len(archive.entries))
    unchecked = ("zip-contents", "zip-local-headers") if context.remote else ()
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, unchecked=unchecked)
    yield from _Inspection(artifact, archive, Layout(archive.entries), context, how).run()


@dataclass(frozen=True, slots=True)
class _Opened:
    """A member, and a Reader over its content."""

    artifact: Artifact
    entry: Entry
    body: Reader


@dataclass(slots=True)
class _Inspection:
    """One archive under way."""

    artifact: Artifact
    archive: Archive
    layout: Layout
    context: Context
    how: str
    spoken_for: set[int] = field(default_factory=set)
    """Indexes of the members that need no more looking at."""
    described: list[Payload] = field(default_factory=list)
    """Members that the descriptions of a torch.export archive name."""
    lies: list[Lie] = field(default_factory=list)

    def run(self) -> Iterator[Yield]:
        yield from self._structure()
        try:
            yield from self._members()
        except InspectionError:
            yield from findings(self.artifact, self.lies, self.how)
            raise
        yield from findings(self.artifact, self.lies, self.how)

    def _members(self) -> Iterator[Yield]:
        """All members, those first that say what others are."""
        yield from self._each(self._pickle, self.layout.is_pickle)
        yield from self._each(self._description, lambda entry: self.layout.payloads(entry) is not None)
        yield from self._payloads()
        yield from self._each(self._script, self.layout.is_script)
        yield from self._each(self._program, self.layout.is_program)
        if blanks := self.layout.blanks(self.spoken_for):
            reason = f"no tensor is in {visible(blanks[0], 60)}, nor in {len(blanks) - 1} more empty members like it"
            yield Coverage(self.artifact.name, CoverageState.PARTIAL, reason, self.how)
        yield from self._each(self._other, lambda entry: not entry.is_directory)

    def _structure(self) -> Iterator[Finding | Coverage]:
        """Where readers of the archive could disagree, and what it brings beside numbers."""
        lies = list(self.archive.lies)
        if not self.context.remote:
            lies += [lie for entry in self.archive.entries for lie in self.archive.local_lies(entry)]
            lies += self.archive.gaps()
        yield from findings(self.artifact, lies, self.how)
        yield from unread(self.artifact, lies, self.how)
        told = (LieKind.CASE, LieKind.ENCRYPTED)
        cases = [(lie.entry, lie.message) for lie in lies if lie.kind in told and lie.entry is not None]
        odd = [*cases, *self.layout.oddities()]
        if odd:
            entry, message = odd[0]
            more = f" (and {len(odd) - 1} more)" if len(odd) > 1 else ""
            places = tuple(self._place(entry, f"{visible(entry.name, 80)}: {message}") for entry, message in odd[:20])
            text = f"Member {visible(entry.name, 80)}: {message}{more}."
            yield Finding(AMBIGUOUS, places, text, parameters(count=len(odd)))
        sources = [entry for entry in self.archive.entries if self.layout.is_package_source(entry)]
        if sources:
            places = tuple(self._place(entry, visible(entry.name)) for entry in sources[:20])
            count = f"{len(sources)} Python module{'s' if len(sources) > 1 else ''}"
            message = f"The archive brings {count}, which torch.package runs as it loads."
            yield Finding(PACKAGE, places, message, parameters(modules=len(sources)))

    def _place(self, entry: Entry, what: str) -> Evidence:
        return Evidence(self.artifact.name, what, self.how, entry.at)

    def _each(self, look: Callable[[_Opened], Iterator[Yield]], wanted: Callable[[Entry], bool]) -> Iterator[Yield]:
        """What `look` shows of the wanted members; one that cannot be read is a gap, and the others are looked at."""
        for entry in self.archive.entries:
            if entry.index in self.spoken_for or not wanted(entry):
                continue
            self.spoken_for.add(entry.index)
            child = self.artifact.member(entry.name, entry.size)
            try:
                body = self.archive.open(entry, self.context.budget)
                yield from look(_Opened(child, entry, body))
                if not self.context.remote:
                    self.lies += self.archive.content_lies(entry, body)
            except Malformed as error:
                yield Coverage(child.name, CoverageState.PARTIAL, error.message, self.how)

    def _pickle(self, member: _Opened) -> Iterator[Yield]:
        """A member that torch unpickles, and the storages it names."""
        child, body = member.artifact, member.body
        self.context.budget.spend_member(len(child.members))
        tensors = Tensors(self.layout.dialect(member.entry))
        loader = Loader(observe=tensors.observe, local=self.layout.modules(), persistent=True)
        summary = yield from inspect_stream(child, body, self.context, how=self.how, loader=loader)
        if not summary.stopped:
            reason = "its pickle could not be read to an end"
            yield Coverage(child.name, CoverageState.PARTIAL, reason, self.how, summary.end)
        else:
            yield Coverage(child.name, CoverageState.INSPECTED, "", self.how, 0, summary.end)
            yield from self._trailing(child, body, summary.end)
        yield from tensors.findings(child, self.how)
        yield from tensors.facts(child, self.how)
        yield from _bounded(self._storages(member, tensors))
        if self.layout.is_bytecode(member.entry):
            yield from self._reached(child, bytecode_reaches(_whole(body)))

    def _trailing(self, child: Artifact, body: Reader, end: int) -> Iterator[Yield]:
        """What stands behind the pickle: torch leaves it unread."""
        length = body.size - end
        if length:
            message = f"{length} bytes stand behind the pickle in {child.name}; torch does not read them."
            yield Finding(TRAILING, (Evidence(child.name, message, self.how, end, length),), message)
            yield rest(child, body, end)
            yield Coverage(child.name, CoverageState.INSPECTED, "", self.how, end)

    def _storages(self, pickle: _Opened, tensors: Tensors) -> Iterator[Finding | Coverage]:
        for storage in tensors.storages.values():
            self.context.budget.spend_steps(1)
            entry = self.layout.storage(pickle.entry, storage.key)
            if entry is not None and self.layout.holds(pickle.entry, entry, storage.nbytes):
                yield from self._data(entry, storage.title)
            else:
                named = f"Storage {visible(storage.key, 60)} is a {storage.title} of {storage.nbytes} bytes"
                yield self._mismatch(pickle.artifact, f"{named}, but {holder(entry)}")

    def _data(self, entry: Entry, reason: str) -> Iterator[Coverage]:
        if entry.index not in self.spoken_for:
            self.spoken_for.add(entry.index)
            child = self.artifact.member(entry.name, entry.size)
            yield Coverage(child.name, CoverageState.DATA, reason, self.how)

    def _mismatch(self, child: Artifact, message: str) -> Finding:
        return Finding(MISMATCH, (Evidence(child.name, message, self.how),), f"{message}.")

    def _description(self, member: _Opened) -> Iterator[Yield]:
        """What says how the payloads of a torch.export archive are read."""
        folder = self.layout.payloads(member.entry) or ""
        self.described += payloads(self._json(member.body), folder)
        yield Coverage(member.artifact.name, CoverageState.INSPECTED, "", self.how)

    def _payloads(self) -> Iterator[Yield]:
        """Raw payloads are data where no description, and no compiled model, has them unpickled."""
        pickled = {payload.path for payload in self.described if payload.is_pickled}
        tensors: dict[tuple[str, int, tuple[int, ...]], str] = {}
        for payload in self.described:
            entry = self.layout.find(payload.path)
            views = payload.views
            self.context.budget.spend_steps(1 + len(views))
            if entry is None or (entry.size and not all(view.fits(entry.size) for view in views)):
                names = ", ".join(visible(view.name, 40) for view in views[:3])
                message = f"Payload {visible(payload.path, 80)} does not hold the tensors {names}: {holder(entry)}"
                yield self._mismatch(self.artifact, message)
            elif views and payload.path not in pickled and self.layout.is_raw(entry):
                yield from self._data(entry, f"raw payload of {len(views)} tensors")
            tensors |= {(payload.path, v.start, v.size): v.dtype for v in views if v.size is not None}
        yield from tensor_facts(tensors, self.artifact, self.how)

    def _json(self, body: Reader) -> Json:
        self.context.budget.spend_steps(1 + body.size // 10)
        return parse(_whole(body), exact=False).value

    def _program(self, member: _Opened) -> Iterator[Yield]:
        """A program of torch.export: a graph of operators, with formulas that torch evaluates."""
        child = member.artifact
        flaws = program_flaws(self._json(member.body), self.context.budget.spend_steps)
        yield from _bounded(Finding(flaw.rule, (_pointed(child, flaw, self.how),), flaw.message) for flaw in flaws)
        yield Coverage(child.name, CoverageState.INSPECTED, "", self.how)

    def _script(self, member: _Opened) -> Iterator[Yield]:
        """TorchScript source: never Python, but it can open files and call compiled code. Its names are ASCII."""
        self.context.budget.spend_steps(1 + member.body.size // 4)
        yield from self._reached(member.artifact, reaches(_whole(member.body).decode("latin-1")))
        yield Coverage(member.artifact.name, CoverageState.INSPECTED, "", self.how)

    def _reached(self, child: Artifact, found: Iterable[Reach]) -> Iterator[Finding | Coverage]:
        yield from _bounded(
            Finding(
                _REACH_RULES[reach.deed],
                (Evidence(child.name, reach.operator, self.how, reach.offset),),
                f"The program names {visible(reach.operator, 80)}, which {reach.deed.value}.",
            )
            for reach in found
        )

    def _other(self, member: _Opened) -> Iterator[Yield]:
        """A member that holds one word, or one that is recognized in turn."""
        token = self.layout.token(member.entry)
        body = member.body
        if token is not None and (self.context.remote or token.fullmatch(body.read_at(0, body.size))):
            reason = "one word that torch compares or counts with"
            yield Coverage(member.artifact.name, CoverageState.DATA, reason, self.how)
        else:
            yield Member(member.artifact, body)


def _pointed(child: Artifact, flaw: Flaw, how: str) -> Evidence:
    return Evidence(child.name, flaw.what, how, pointer=pointer(*flaw.steps))


def _bounded(found: Iterable[Finding | Coverage]) -> Iterator[Finding | Coverage]:
    """The same, up to `_MOST_FINDINGS`.

    Raises:
        BudgetExceeded: there are more.
    """
    left = _MOST_FINDINGS
    for record in found:
        left -= isinstance(record, Finding)
        if left < 0:
            raise BudgetExceeded(f"one member gives more than {_MOST_FINDINGS} reasons for concern")
        yield record


def _whole(body: Reader) -> bytes:
    """All bytes of a member that is looked at as text.

    Raises:
        Malformed: there are too many.
    """
    if body.size > _MAX_TEXT:
        raise Malformed(f"it has {body.size} bytes, more than the {_MAX_TEXT} that are looked at")
    return body.read_at(0, body.size)
