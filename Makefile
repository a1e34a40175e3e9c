# SPDX-License-Identifier: Apache-2.0
# One place for every command: people, pre-commit and CI call these targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export TRA_HOME ?= ./data
# `make check` and `make test` want the development lock; all else the short one.
LOCK   ?= requirements.lock

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo serve scanner check format test fuzz golden vectors conformance bench lock clean

help: ## List the targets
	@awk 'BEGIN{FS=":.*## "} /^[a-z-]+:.*## /{printf "  make %-11s %s\n",$$1,$$2}' $(MAKEFILE_LIST)

setup: ## Make .venv from the hash-pinned lock file
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh .ci/venv $(LOCK)

setup-dev:
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh .ci/venv requirements-dev.lock

demo: setup ## Issue, verify, tamper, revoke: the main job end to end
	@$(BIN)/tra demo

serve: setup ## Start the one-machine server on http://127.0.0.1:8000/
	@$(BIN)/tra serve

scanner: ## Install the scanner for browsers that have none, pinned by hash (needs npm)
	@sh .ci/scanner

check: setup-dev ## Format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup-dev ## Rewrite the code the way `check` wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: setup-dev ## Run every test; what the machine lacks is skipped by name
	$(BIN)/pytest -n 2 --dist loadfile

conformance: setup-dev ## Let veraPDF and EU DSS judge what we issue: PDF/A, PDF/UA, PAdES (needs Maven, Java)
	$(BIN)/pytest tests/conformance

fuzz: setup-dev ## Break real files in 100,000 ways and verify each; goes on where it was stopped
	nice -n 19 $(BIN)/python -m tests.fuzz

golden: setup-dev ## Draw the golden images of the built-in types anew; look at them
	$(BIN)/python -m tests.golden.make_golden

vectors: setup-dev ## Write the test vectors of docs/spec anew; a second run changes nothing
	$(BIN)/python -m tests.vectors.make_vectors
	$(BIN)/python -m tests.vectors.make_trust_vectors
	$(BIN)/python -m tests.vectors.make_publication

bench: setup-dev ## Print speed beside a baseline measured in the same run
	$(BIN)/python -m benchmarks.bench_render
	$(BIN)/python -m benchmarks.bench_sign
	$(BIN)/python -m benchmarks.bench_issue
	$(BIN)/python -m benchmarks.bench_verify
	$(BIN)/python -m benchmarks.bench_status

lock: ## Resolve the lock files anew (needs uv)
	uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header pyproject.toml .ci/build.in -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header pyproject.toml .ci/build.in --group dev -c requirements.lock -o requirements-dev.lock

clean: ## Remove the virtual environment and the caches (never data)
	rm -rf $(VENV) .judges .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
