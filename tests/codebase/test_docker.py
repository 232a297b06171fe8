from __future__ import annotations

import time

from verifier.codebase.docker import LANGUAGE, find

FILE = """\
FROM org/image
ARG MODEL=org/arg
ENV MODEL_ID=org/env \\
    OTHER=x/y
ENV MODEL_NAME org/old
RUN pip install x && \\
    hf download $MODEL --revision v1
RUN python -c "from transformers import pipeline; pipeline('ner', model='org/inline')"
COPY a/b c/d
CMD ["vllm", "serve", "org/served", "--revision", "v3"]
ENTRYPOINT text-generation-launcher --model-id org/tgi
ENV BROKEN="org/x
"""


def test_variables_and_commands_name_models() -> None:
    assert [(one.line, one.name, one.revision) for one in find(FILE)] == [
        (3, "org/env", None),
        (5, "org/old", None),
        (6, "org/arg", "v1"),
        (8, "org/inline", None),
        (10, "org/served", "v3"),
        (11, "org/tgi", None),
    ]


def test_names_of_files() -> None:
    assert all(LANGUAGE.holds(name) for name in ("Dockerfile", "Dockerfile.gpu", "x.dockerfile", "Containerfile"))
    assert not LANGUAGE.holds("docker.md")


def test_blanks_unclosed_defaults_and_many_instructions_take_time_in_line_with_them() -> None:
    begun = time.process_time()
    for text in (" " * 200_000, "RUN echo " + "${a-" * 50_000, "RUN a\n" * 20_000):
        assert list(find(text)) == []
    assert time.process_time() - begun < 20
