# `make run` serves the product, `make test` checks everything; both start from nothing but Python 3.11 and make.
# Other targets: lint types imports bench lock format clean.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
OWN_CODE := engine scenarios data dashapp tests
LOCK = $(UV) pip compile setup.cfg --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --quiet

# Vietnamese text must read and print the same whatever the locale of the machine.
export PYTHONUTF8 := 1
# The certificates the machine trusts are the ones pip trusts too (offices often have their own).
export UV_SYSTEM_CERTS := true
# The tests start PostgreSQL with runuser, which not everybody's PATH shows.
export PATH := $(PATH):/usr/sbin:/sbin
# Compiled modules are kept, or every start would cost two seconds more.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test programs lint format types imports bench lock clean

run: $(VENV)/.ready
	@exec $(BIN)/chitieu serve $(ARGS)

test: lint types imports programs
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

lint: $(VENV)/.ready-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.ready-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.ready-test
	$(BIN)/mypy

imports: $(VENV)/.ready-test
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/.ready-test
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 RAYON_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks $(ARGS)

# Keeps what is pinned already; `make lock ARGS=--upgrade` takes the newest.
lock: $(VENV)/.uv
	$(LOCK) --output-file requirements.lock $(ARGS)
	$(LOCK) --extra test --constraint requirements.lock --output-file requirements-test.lock $(ARGS)

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# --- the environment -------------------------------------------------------------------------------------------------
# Each stamp is remade when what it stands for changes, so a second `make run` starts at once.

$(VENV)/.python:
	@PYTHON="$(PYTHON)" sh .ci/python $(VENV)
	@touch $@

# uv installs in seconds; where it has no build for the machine, pip does the same from the same lock, slower.
$(VENV)/.uv: requirements-uv.lock $(VENV)/.python
	@$(PIP_INSTALL) --require-hashes -r requirements-uv.lock || echo "uv is not available here: pip installs instead"
	@touch $@

$(VENV)/.ready: requirements.lock setup.cfg pyproject.toml $(VENV)/.uv
	@$(call install,requirements.lock)
	@touch $@

$(VENV)/.ready-test: requirements-test.lock setup.cfg pyproject.toml $(VENV)/.uv
	@$(call install,requirements-test.lock)
	@touch $@ $(VENV)/.ready

define install
if test -x $(UV); then install="$(UV) pip install --quiet --python $(BIN)/python"; else install="$(PIP_INSTALL)"; fi; \
	echo "installing $(1)" && $$install --require-hashes -r $(1) && \
	$$install --no-build-isolation --no-deps --editable .
endef

programs:
	@sh .ci/programs
