"""What pickles would do: every name each file imports, and each use that is not reviewed, where it stands."""

from __future__ import annotations

from verifier.records import Dossier, Finding
from verifier.reports._html import MOST, code, fold, table, text


def section(dossier: Dossier) -> str:
    """A fold a pickled file; empty where there is none."""
    symbols = {
        fact.evidence.artifact: fact.value
        for fact in dossier.facts
        if fact.kind == "pickle-symbols" and isinstance(fact.value, tuple)
    }
    events: dict[str, list[Finding]] = {name: [] for name in symbols}
    for finding in dossier.findings:
        if "offset" in dict(finding.parameters):
            events.setdefault(finding.evidence[0].artifact.partition("!")[0], []).append(finding)
    shown = "".join(_file(name, symbols.get(name, ()), found) for name, found in list(events.items())[:MOST])
    more = f"<p>and {len(events) - MOST} more files.</p>\n" if len(events) > MOST else ""
    return f"<h3>What its pickles do</h3>\n{shown}{more}" if events else ""


def _file(name: str, symbols: tuple[object, ...], found: list[Finding]) -> str:
    told = f"{len(symbols)} name{'' if len(symbols) == 1 else 's'} imported, {len(found)} not reviewed or misused"
    names = "".join(f"<li>{code(str(symbol))}</li>\n" for symbol in symbols[:MOST])
    more = f"<p>and {len(symbols) - MOST} more names.</p>\n" if len(symbols) > MOST else ""
    head = ("byte", "rule", "name", "use", "arguments")
    events = table(head, [_event(one) for one in found], "events") if found else ""
    content = events + (f"<p>Names it imports:</p>\n<ul>\n{names}</ul>\n{more}" if names else "")
    return fold(f"{text(name)} <small>{told}</small>", content, unfolded=bool(found))


def _event(finding: Finding) -> tuple[str, ...]:
    said, place = dict(finding.parameters), finding.evidence[0]
    stream = " → ".join([*place.artifact.split("!")[1:], *filter(None, [str(said.get("stream") or "")])])
    where = str(said["offset"]) + (f"<br><small>{text(stream)}</small>" if stream else "")
    seen = said.get("symbol", place.what)
    cells = [code(str(one)) if one not in (None, "") else "" for one in (seen, said.get("use"), said.get("arguments"))]
    return (where, code(finding.rule), *cells)
