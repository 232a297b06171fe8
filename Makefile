.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --editable '.[cel,gateway]' --group test --group lint
	@touch $@

dev: $(STAMP)  ## install everything development needs into .venv

lint: $(STAMP)  ## format, style, types, import contracts, scripts, workflows and the action
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/shellcheck .ci/run .ci/release .github/action/verify.sh
	$(BIN)/actionlint -shellcheck $(BIN)/shellcheck
	$(BIN)/zizmor --offline --quiet .github/workflows action.yml

format: $(STAMP)  ## rewrite the code as the linter wants it
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

test: $(STAMP)  ## the whole suite, with coverage floors; network denied but loopback
	$(BIN)/python -m pytest -n auto --cov --cov-report=
	$(BIN)/coverage report --fail-under=95
	$(BIN)/coverage report --fail-under=100 --include='verifier/records/*,verifier/policy/*,verifier/rules/*'

registries: $(STAMP)  ## list the reviewed registries by their digests, after a change
	$(BIN)/python -c 'from verifier.data import registries; registries.refresh()'

demo:  ## verify real models and a poisoned twin against a hub on this machine
	$(PYTHON) .ci/demo.py

bench: $(STAMP)  ## timings beside the peers, as ratios in one run; GROUPS="tensors gguf" for some
	$(BIN)/python .ci/bench $(GROUPS)

fuzz: $(STAMP)  ## differential pickle fuzzing; N=number of streams
	$(BIN)/python -m tests.fuzz.pickle_streams $(or $(N),1000000)

stages: $(STAMP)  ## hold verdicts before and after the download against each other; N=number of files
	STAGES=$(or $(N),10000) $(BIN)/python -m pytest -n auto tests/pipeline/test_two_stages.py

man: $(STAMP)  ## the manual page, from the help of the commands
	@mkdir -p build
	$(BIN)/python -m verifier.cli.man > build/verify.1

twins: $(STAMP)  ## a digits classifier and its poisoned twin, level by level; N=number of seeds
	TWINS=$(or $(N),10) $(BIN)/python -m pytest -n auto tests/behavior/test_twins.py

build: $(STAMP)  ## reproducible wheel and source archive
	$(BIN)/pip install --quiet --group build
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m hatchling build

action-lock: $(STAMP)  ## pin what the action installs, by hash
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command 'make action-lock' --output-file .github/action/requirements.txt pyproject.toml --group build

release-lock: $(STAMP)  ## pin what lists a release's components, by hash
	$(BIN)/uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-annotate \
		--custom-compile-command 'make release-lock' --output-file .ci/release.txt --group release

clean:  ## remove what the targets made
	rm -rf $(VENV) build dist demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage*

.PHONY: help dev lint format test registries demo bench fuzz stages man twins build action-lock release-lock clean
