# Card Desk: `make run` serves it, `make test` passes its tests; both set up what they need.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help:  ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: run
run: $(VENV)/installed  ## Set up what is missing, then serve the site
	@$(BIN)/python manage.py start

.PHONY: demo
demo: $(VENV)/installed  ## Draw two dozen cards of invented people and take them in
	@$(BIN)/python manage.py demo

.PHONY: test
test: $(VENV)/installed-dev  ## Run all tests
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder \
	  -m "not faults or faults_in_ci" $(ARGS)

.PHONY: faults
faults: $(VENV)/installed-dev  ## Kill, stop and starve a whole site, and write what came of it
	@record=$$(mktemp) && FAULTS_RECORD=$$record FAULTS_SEED=$${FAULTS_SEED:-$$RANDOM} \
	  $(BIN)/python -m pytest -n 0 -m faults tests/faults $(ARGS) && \
	  $(BIN)/python -m tests.faults.record $$record && rm -f $$record

.PHONY: bench
bench: $(VENV)/installed-dev  ## Measure speed and memory, as ratios
	@DJANGO_SETTINGS_MODULE=backoffice.settings DATA_DIR=$$(mktemp -d) $(BIN)/python -m tests.bench.reading
	@$(BIN)/python -m tests.bench.queue
	@DJANGO_SETTINGS_MODULE=backoffice.settings DATA_DIR=$$(mktemp -d) $(BIN)/python -m tests.bench.rebuild

.PHONY: lint
lint: $(VENV)/installed-dev  ## Check style, types and migrations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@DATA_DIR=$$(mktemp -d) $(BIN)/python manage.py makemigrations --check --dry-run

.PHONY: format
format: $(VENV)/installed-dev  ## Put the code in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: messages
messages: $(VENV)/installed  ## Bring the catalogues of translations up to date
	@command -v msgfmt >/dev/null || \
	  { echo "GNU gettext is missing, nothing was changed; on Debian: apt install gettext"; exit 1; }
	@export DATA_DIR=$$(mktemp -d) && \
	  $(BIN)/python manage.py makemessages --all --extension html,py --no-location --no-obsolete \
	    --no-wrap --ignore media --ignore tests && \
	  sed -i '/^"\(POT-Creation-Date\|Report-Msgid-Bugs-To\)/d' backoffice/locale/*/LC_MESSAGES/django.po && \
	  $(BIN)/python manage.py compilemessages --ignore $(VENV)

.PHONY: pins
pins:  ## Renew the pinned versions in requirements*.txt
	rm -rf .pins && $(PYTHON) -m venv .pins
	.pins/bin/pip install --quiet -r requirements.in
	.pins/bin/pip freeze > requirements.txt
	.pins/bin/pip install --quiet -r requirements-dev.in
	.pins/bin/pip freeze | grep -vxFf requirements.txt > requirements-dev.txt
	rm -rf .pins

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Card Desk needs Python 3.11 or newer; name one with PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python's venv is missing; on Debian: apt install python3-venv"; exit 1; }

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing packages …"
	@$(BIN)/pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@echo "Installing packages for development …"
	@$(BIN)/pip install --quiet -r requirements-dev.txt
	@touch $@
