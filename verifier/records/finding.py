"""What an inspector saw that may matter. It carries no severity: the catalogue and the policy do."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.records.evidence import SENTENCE_LIMIT, Evidence, Parameters, visible


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that matched.

    Args:
        rule: id of the rule's page.
        evidence: at least one place; the first is the primary one.
        message: one sentence for a person: what was seen, and what it would do; escaped by `visible`.
        parameters: named details, for machines.
    """

    rule: str
    evidence: tuple[Evidence, ...]
    message: str
    parameters: Parameters = ()

    def __post_init__(self) -> None:
        if not self.rule or not self.evidence or not self.message:
            raise ValueError("a finding names its rule, its evidence and what was seen")
        object.__setattr__(self, "message", visible(self.message, SENTENCE_LIMIT))
