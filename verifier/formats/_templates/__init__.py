"""Chat templates: Jinja text in, findings about what rendering it would do out. Nothing is rendered or compiled."""

RULES: tuple[str, ...] = (
    "template-unsafe-expression",
    "template-unknown-call",
    "template-loads-template",
    "template-gated-content",
    "template-malformed",
)
"""Rules a template can break."""
