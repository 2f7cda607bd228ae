.DEFAULT_GOAL := help
.PHONY: help demo test lowest check lint types imports bench docs boundaries indicators notebooks clean

PYTHON ?= python3
BIN := .venv/bin

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

.venv/user: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "hubtiers needs Python 3.11 or newer; set PYTHON=python3.12 or the like.")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable '.[all]'
	@touch $@

.venv/developer: .venv/user
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

demo: .venv/user ## Set up and build the study zhang2022 into out/zhang2022
	$(BIN)/hubtiers build zhang2022 --out out/zhang2022

test: .venv/developer ## Set up and run all tests
	$(BIN)/python -m pytest

lowest: ## Run all tests with the oldest versions that pyproject.toml allows
	test -x .lowest/bin/python || $(PYTHON) -m venv .lowest
	.lowest/bin/python -m pip install --quiet uv
	.lowest/bin/uv pip install --quiet --python .lowest/bin/python --resolution lowest-direct --editable '.[all]' --group test
	.lowest/bin/python -m pytest

lint: .venv/developer ## Check style and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell README.md CONTRIBUTING.md CHANGELOG.md docs src

types: .venv/developer ## Check types
	$(BIN)/mypy

imports: .venv/developer ## Check that each room imports only from those above it
	$(BIN)/lint-imports

check: lint types imports test ## Everything that CI checks

bench: .venv/developer ## Measure speed against the peers
	$(BIN)/python -m pytest benchmarks -s --benchmark-only --benchmark-columns=median,rounds

docs: .venv/developer ## Write the pages of docs/ that are computed
	$(BIN)/python docs/build.py

boundaries: .venv/developer ## Rebuild data/boundaries from its sources (needs npm)
	$(BIN)/python -m pip install --quiet --group boundaries
	$(BIN)/python data/boundaries/build_china.py
	$(BIN)/python data/boundaries/build_world.py

notebooks: .venv/developer ## Run the notebooks and keep their output
	$(BIN)/jupyter-nbconvert --to notebook --execute --inplace notebooks/*.ipynb

clean: ## Remove what can be made again
	rm -rf .venv .lowest out dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
