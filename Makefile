# The one door. `make demo` and `make test` set up everything they need, with Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/dev.txt
STAMP := $(VENV)/.stamp
PATHS := clients schemas connectors streams agents sinks backoffice store runtime deploy tests bench

.DEFAULT_GOAL := help
.PHONY: help setup demo stop test simulate faults check contracts bench derive lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## install everything into .venv

$(STAMP): $(LOCK) requirements/uv.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("balcao needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name one: make PYTHON=python3.12 setup" if sys.version_info < (3, 11) else 0)'
	@echo "installing $$(grep -c == $(LOCK)) packages into $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(LOCK) \
	  || $(BIN)/python -m pip install --disable-pip-version-check --require-hashes --no-deps -r $(LOCK)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable . \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## run the whole platform and watch it (ONCE=1: headless, ends with one JSON line)
	@$(BIN)/balcao demo $(if $(ONCE),--once)

stop: $(STAMP) ## stop the local stack
	@$(BIN)/balcao down

test: $(STAMP) ## every test, on one local stack of its own
	@$(BIN)/python -m pytest $(ARGS)

simulate: $(STAMP) ## more schedules of the simulator (SEEDS=2000 FIRST=0)
	@$(BIN)/python -m tests.simulation.simulate $(or $(SEEDS),2000) $(or $(FIRST),0)

faults: $(STAMP) ## break the real stack by seeded schedules and judge what is left (SEEDS=25 FIRST=1)
	@$(BIN)/python -m tests.faults $(or $(SEEDS),25) $(or $(FIRST),1)

check: $(STAMP) ## format, lint, types, architecture, derived files, compose file, locks
	@$(BIN)/ruff format --check --quiet $(PATHS)
	@$(BIN)/ruff check --quiet $(PATHS)
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/balcao derive --check
	@$(BIN)/python -m pytest -q tests/policy

contracts: $(STAMP) ## what this checkout changes for those who read our topics (REF=the commit to compare with)
	@$(BIN)/balcao contracts check --against $(or $(REF),HEAD~1)

bench: $(STAMP) ## measure against the peers; writes bench/results/latest.json (PARTS="history snapshot" for some)
	@$(BIN)/python -m bench $(PARTS)

derive: $(STAMP) ## write what derives from the register
	@$(BIN)/balcao derive

lock: $(STAMP) ## compile requirements/*.txt from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml -o requirements/runtime.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml --extra local --extra dev -o requirements/dev.txt

clean: ## stop the stack and remove what was made here
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m deploy.local clean; fi
	@rm -rf $(VENV) .local .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
