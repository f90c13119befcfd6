# Everything one does with a checkout. `make help` lists it; settings are environment variables (docs/settings.md).

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# What a target needs is installed when it is first needed, and again when setup.cfg has changed.
INSTALLED := $(VENV)/installed
INSTALLED_FOR_DEVELOPMENT := $(VENV)/installed-for-development

.DEFAULT_GOAL := help
.PHONY: help run demo test lint format bench spec clean
.DELETE_ON_ERROR:

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Till codes carry the address at which this server is reached; pushes without Firebase can be read in the file.
run demo: export PUBLIC_URL ?= http://$(or $(HOST),127.0.0.1):$(or $(PORT),8000)
run demo: export PUSH_LOG_FILE ?= push.log

run: $(INSTALLED) ## Serve with the demo city on 127.0.0.1:8000; data stay from one run to the next
	@$(BIN)/meguri db upgrade
	@$(BIN)/meguri demo load --if-empty
	@exec $(BIN)/meguri run

demo: $(INSTALLED) ## Play the main job over HTTP against the running server
	@$(BIN)/meguri demo play

# A file at a time for each core: what the tests of a file share is then made once.
test: $(INSTALLED_FOR_DEVELOPMENT) ## Run all tests, on SQLite and PostgreSQL (ARGS="tests/points" for some)
	$(BIN)/pytest --numprocesses=auto --maxprocesses=8 --dist=loadfile $(ARGS)

lint: $(INSTALLED_FOR_DEVELOPMENT) ## Check style, types and floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED_FOR_DEVELOPMENT) ## Put style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED_FOR_DEVELOPMENT) ## Measure the performance goals (GOAL=startup for one)
	$(BIN)/python -m benchmarks $(GOAL)

spec: $(INSTALLED) ## Write mobile_api_spec/ from the routes
	$(BIN)/meguri spec write

clean: ## Remove what was installed, built and cached; the database stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): setup.cfg pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(INSTALLED_FOR_DEVELOPMENT): setup.cfg pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,lint]'
	@touch $(INSTALLED) $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Meguri needs Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is too old: Meguri needs Python 3.11 or newer (make PYTHON=...)." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "No virtual environment: on Debian, apt-get install python3-venv." >&2; exit 1; }
