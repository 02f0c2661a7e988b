.DELETE_ON_ERROR:
PYTHON ?= python3
BASE := .venv/.base
DEV := .venv/.dev
VIDEOS ?=

.PHONY: demo test test-all lint check fix bench lock schema docs help

help: ## List what make can do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Twinseek needs Python 3.11 or newer; try make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv

$(BASE): locks/base.txt pyproject.toml | .venv/bin/python
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --ignore-requires-python -r locks/base.txt
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(DEV): locks/dev.txt pyproject.toml | .venv/bin/python
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --ignore-requires-python -r locks/dev.txt
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@ $(BASE)

demo: $(BASE) ## Render and index a sample library, ask it questions, write a report (VIDEOS=folder: your own clips)
	.venv/bin/twinseek demo $(if $(VIDEOS),--videos "$(VIDEOS)")

# In the order of their folders, the long files of e2e come first and short ones last: no core is idle at the end.
test: $(DEV) ## Run the tests
	.venv/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test-all: $(DEV) ## Run the slow tests too
	.venv/bin/python -m pytest -m 'not gpu and not live'

lint: $(DEV) ## Check style, types and the direction of imports
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

check: lint test ## Lint and test

fix: $(DEV) ## Mend what can be mended automatically
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: $(DEV) ## Print the figures of docs/benchmarks.md
	.venv/bin/python -m benchmarks

# The locks are installed with --no-deps; locks/overrides*.txt say what they leave out and why.
LOCK := compile --universal --python-version 3.11 --fork-strategy fewest --no-annotate --no-header --quiet
lock: ## Resolve the committed locks anew (needs uv)
	uv pip $(LOCK) pyproject.toml --group dev --extra serve --overrides locks/overrides-dev.txt -o locks/dev.txt
	uv pip $(LOCK) pyproject.toml --overrides locks/overrides.txt -c locks/dev.txt -o locks/base.txt

schema: $(DEV) ## Write docs/result.schema.json anew
	.venv/bin/python -c 'import json; from twins.queries import ResultRecord as R; print(json.dumps(R.model_json_schema(mode="serialization"), indent=2))' > docs/result.schema.json

docs: $(DEV) ## Write docs/cli.md anew
	.venv/bin/python docs/write_cli.py
