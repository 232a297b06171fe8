from __future__ import annotations

import re
import subprocess
import sys

from verifier.cli._app import COMMANDS
from verifier.cli.man import page


def test_the_manual_page_names_every_command_option_and_exit_code() -> None:
    text = page()
    commands = re.findall(r"^\.SS verify ([a-z]+) ?([a-z\\-]*)", text, re.MULTILINE)
    assert {first for first, _ in commands} == COMMANDS
    assert {("lock", "add"), ("policy", "explain"), ("trust", "add")} <= {*commands}
    assert ".B \\-o, \\-\\-output FORMAT=FILE\nAlso write a report to a file; may be repeated.\n" in text
    assert ".SH EXIT STATUS\n0 accepted, 1 rejected," in text
    assert text.count(".nf\n") == text.count(".fi\n") == len(commands) + 1


def test_it_holds_only_requests_that_man_knows() -> None:
    requests = {".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".br", ".nf", ".fi", ".RS", ".RE"}
    assert {line.split()[0] for line in page().splitlines() if line.startswith((".", "'"))} == requests


def test_the_module_prints_it() -> None:
    done = subprocess.run([sys.executable, "-m", "verifier.cli.man"], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == page()
