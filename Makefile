# The verbs of the project. `make app` and `make test` need nothing but Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8501
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: app test setup check fix sample bench bench-intake fuzz docs lock clean

app: $(STAMP)  ## set up, load the sample case on the first run, open the web app
	$(BIN)/consent-risk serve --sample --workspace workspace --port $(PORT)

test: $(STAMP)  ## set up and run every test
	$(BIN)/python -m pytest $(TESTS)

setup: $(STAMP)  ## a .venv with everything, consent-risk in it

$(STAMP): requirements.lock requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "consent_risk needs Python 3.11 or newer; $(PYTHON) is `$(PYTHON) --version 2>&1`. Name another with PYTHON=..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --require-hashes -r requirements.lock -r requirements-dev.lock
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

check: $(STAMP)  ## formatter, linter, types: all of them, then how many failed
	@failed=0; \
	for tool in "ruff format --check ." "ruff check ." "mypy"; do \
	  echo "$$tool"; $(BIN)/$$tool || failed=$$((failed + 1)); \
	done; \
	echo "$$failed of 3 checks failed"; test $$failed = 0

fix: $(STAMP)  ## let the formatter and the linter mend what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

sample: $(STAMP)  ## make sample_data/ again from its seed
	$(BIN)/python sample_data/make_sample.py

bench: $(STAMP)  ## measure beside a hand-written DuckDB query, 1 and 10 million records
	$(BIN)/python bench/measure.py

bench-intake: $(STAMP)  ## measure `add` beside DuckDB's bare COPY of the same CSV files, 1 and 10 million records
	$(BIN)/python bench/intake.py

FUZZ ?= --seed 1 --count 20000
fuzz: $(STAMP)  ## damage exports in thousands of ways; each must be read or refused in words
	$(BIN)/python bench/fuzz.py $(FUZZ)

lock:  ## renew the lock files (needs uv); old hashes are not reused
	rm -f requirements.lock requirements-dev.lock
	uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-header --no-annotate pyproject.toml -o requirements.lock
	uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-header --no-annotate requirements-dev.in -o requirements-dev.lock

clean:  ## remove the environment and the app's workspace
	rm -rf $(VENV) workspace
