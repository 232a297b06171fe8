"""Chat templates: Jinja text in, findings about what rendering it would do out. Nothing is rendered or compiled."""

from verifier.formats._templates.inspection import (
    RULES,
    TemplateText,
    inspect_all,
    inspect_template,
    inspect_templates,
    template_fact,
)

__all__ = ["RULES", "TemplateText", "inspect_all", "inspect_template", "inspect_templates", "template_fact"]
