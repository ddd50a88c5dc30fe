# make serve, make check and make test set up what they need.

PY ?= python3
V = .venv/bin
PORT ?= 8000
INSTALL = $(V)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes

.PHONY: serve test check lint unit postgres browser languages fuzz benchmark bench drills stack-up stack-down lock

serve: .venv/.serve-stamp
	@exec $(V)/python manage.py serve --port $(PORT)

test: lint unit postgres browser

lint: .venv/.test-stamp
	$(V)/ruff check .
	$(V)/ruff format --check .
	$(V)/djade --target-version 5.2 --check $$(find templates -name '*.html')
	$(V)/djhtml --check --tabwidth 2 templates
	$(V)/mypy
	$(V)/python manage.py check
	$(V)/python manage.py makemigrations --check --dry-run

unit: .venv/.test-stamp
	$(V)/python -m pytest -q -n 2 -m "not browser"

# The quick part, to run before each commit.
check: lint
	$(V)/python -m pytest -q -n 2 -m fast

# The tests that depend on the database, on a real PostgreSQL: the one that DATABASE_URL names, or
# one from a wheel.
postgres: .venv/.test-stamp
	$(V)/python tests/support/with_postgres.py $(V)/python -m pytest -q -n 2 -m both_databases

# The random requests and edit orders of the unit tests, but many more of them.
fuzz: .venv/.test-stamp
	FUZZ=1 $(V)/python -m pytest -q tests/test_fuzz.py tests/history/test_conflicts.py tests/editions/test_answers.py

browser: .venv/.test-stamp
	$(V)/python -m pytest -q -n 2 -m browser

# Opens every page in every language and prints what is wrong. ONLY=ur does one language.
languages: .venv/.test-stamp
	@$(V)/python -m tests.browser.every_page

# Prints figures; run by hand.
benchmark: .venv/.test-stamp
	$(V)/python tests/benchmarks/first_page.py
	$(V)/python tests/benchmarks/editions.py
	$(V)/python tests/benchmarks/pages.py
	$(V)/python tests/benchmarks/search.py
	$(V)/python tests/benchmarks/search_quality.py
	$(V)/python tests/benchmarks/checked_year.py
	$(V)/python tests/benchmarks/worklist.py
	$(V)/python tests/benchmarks/log_of_changes.py
	$(V)/python tests/benchmarks/bulk.py
	$(V)/python tests/benchmarks/spreadsheets.py
	$(V)/python tests/benchmarks/markup.py
	$(V)/python tests/benchmarks/fuzz.py

# The production stack on loopback: real nginx, real PostgreSQL, both roles. See tests/support/stack.py.
stack-up: .venv/.test-stamp
	@$(V)/python -m tests.support.stack up

stack-down:
	@$(V)/python -m tests.support.stack down

# Breaks that stack under load and counts what readers get. DRILL=database runs only some drills.
drills: .venv/.test-stamp
	@$(V)/python -m tests.drills $(DRILL)

# How many pages a second, side by side.
bench: .venv/.test-stamp
	@$(V)/python -m tests.benchmarks.side_by_side

lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements.txt
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements-dev.txt

.venv/bin/python:
	@$(PY) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "This needs Python 3.11, 3.12 or 3.13. Name one: make PY=python3.12 ..."; exit 1; }
	@$(PY) -m venv .venv || { echo "Python's venv is missing. On Debian: apt-get install python3-venv"; exit 1; }

.venv/.serve-stamp: requirements.txt | .venv/bin/python
	@echo "Installing what the site needs..."
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/.test-stamp: requirements-dev.txt | .venv/bin/python
	@echo "Installing what the tests need..."
	@$(INSTALL) -r requirements-dev.txt
	@touch $@
