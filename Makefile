# Two commands do everything on a fresh machine with Python 3.11-3.13 and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: grade test lint types docs clean

# Set up and grade the sample submissions; prints where the report is.
grade: $(VENV)/.installed
	$(BIN)/grade submissions/

# Set up and run the tests. TESTS narrows them: make test TESTS=tests/wire
TESTS ?= tests
test: $(VENV)/.installed-dev
	$(BIN)/pytest --timeout=600 $(TESTS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

docs: $(VENV)/.installed-dev
	$(BIN)/mkdocs build --strict

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/pip install --quiet --editable ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) report site
