# Two commands do everything on a fresh machine with Python 3.11-3.13 and make.
# Root's submissions and some tests run as other users, who cannot read a Python in root's home: then the system's, if it is one.
FITTING := import ensurepip, sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell if [ "$$(id -u)" = 0 ] && /usr/bin/python3 -c '$(FITTING)' 2>/dev/null; then echo /usr/bin/python3; else echo python3; fi)
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: grade validate test test-as-nobody lint types docs clean

# Set up and grade the sample submissions; prints where the report is.
REPORT ?= report
grade: $(VENV)/.installed
	$(BIN)/grade submissions/ --out "$(REPORT)"

# Set up and test the tests of the assignments: twenty minutes or more for lab 15, so it is no part of .ci/run. ASSIGNMENT names one.
ASSIGNMENT ?=
validate: $(VENV)/.installed
	$(BIN)/grade validate $(ASSIGNMENT)

# Set up and run the tests, two files at a time (SIDE_BY_SIDE=0: one after another), in a folder that no other pytest of this user
# shuts to others meanwhile; then, beside nothing else, the attacks, which exhaust a machine and look at all that runs on it.
# TESTS narrows them: make test TESTS=tests/wire
TESTS ?= tests
SIDE_BY_SIDE ?= 2
PYTEST := $(BIN)/pytest --timeout=600
EVERYTHING := $(filter tests,$(TESTS))
test: $(VENV)/.installed-dev
	place=$$(mktemp -d) && trap 'rm -rf "$$place"' EXIT && \
	$(PYTEST) --numprocesses=$(SIDE_BY_SIDE) --dist=loadfile --basetemp="$$place/pytest" \
	    $(TESTS) $(if $(EVERYTHING),--ignore=tests/attacks) \
	$(if $(EVERYTHING),&& $(PYTEST) --basetemp="$$place/alone" tests/attacks)

# As root: the tests of the wall once more as an ordinary user, who needs to read this checkout and the interpreter.
TESTS_AS_NOBODY ?= tests/sandbox tests/guest tests/attacks
NOBODY := 65534
AS_NOBODY := setpriv --reuid=$(NOBODY) --regid=$(NOBODY) --clear-groups
test-as-nobody: $(VENV)/.installed-dev
	@$(AS_NOBODY) $(BIN)/python -c "import grader" || { echo "nobody cannot read this checkout or its Python" >&2; exit 1; }
	home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && chown $(NOBODY) "$$home" && \
	$(AS_NOBODY) env -i PATH="$$PATH" LANG=C.UTF-8 HOME="$$home" TMPDIR="$$home" GRADER_CACHE="$$home/cache" \
	    HYPOTHESIS_STORAGE_DIRECTORY="$$home/hypothesis" PYTHONDONTWRITEBYTECODE=1 \
	    $(PYTEST) -p no:cacheprovider --basetemp="$$home/pytest" $(TESTS_AS_NOBODY)

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
