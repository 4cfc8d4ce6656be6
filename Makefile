# `make` alone prints what there is.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench fix messages diagrams lock

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup:  ## virtual environment, locked packages, styles, translations
	@$(PYTHON) -m tools.setup dev

demo:  ## run the whole portal with demo data on http://localhost:8000 (RESET=1 starts afresh, PORT=8001 elsewhere)
	@$(PYTHON) -m tools.setup demo
	@$(VENV) -m tools.demo --port $(PORT) $(if $(RESET),--reset)

test:  ## every test, on the embedded PostgreSQL and in a real browser (ARGS="-k journey" chooses)
	@$(PYTHON) -m tools.setup dev
	@$(VENV) -m pytest $(ARGS)

check:  ## lint, types, import contracts, templates, migrations, deployment settings, generated docs, translations
	@$(PYTHON) -m tools.setup dev
	@$(VENV) -m tools.check

bench:  ## measure speed against the bare view and the goals (bench/README.md)
	@$(PYTHON) -m tools.setup dev
	@$(VENV) -m bench

fix:  ## format and repair what tools can repair
	@$(VENV) -m ruff check --fix --quiet . ; $(VENV) -m ruff format --quiet . ; $(VENV) -m tools.check --fix-templates

messages:  ## gather the texts of code and templates into the translation files, and compile them
	@$(VENV) -m tools.messages update
	@$(VENV) -m tools.messages compile

diagrams:  ## write docs/roles.md and docs/workflows/ from the code
	@$(VENV) -m tools.throwaway write_docs

lock:  ## renew the hashed locks in requirements/ from pyproject.toml (needs uv)
	@uv pip compile -q --generate-hashes --universal --no-header --no-annotate --python-version 3.11 pyproject.toml -o requirements/base.txt
	@uv pip compile -q --generate-hashes --universal --no-header --no-annotate --python-version 3.11 pyproject.toml --group demo -o requirements/demo.txt
	@uv pip compile -q --generate-hashes --universal --no-header --no-annotate --python-version 3.11 pyproject.toml --group demo --group dev -o requirements/dev.txt
