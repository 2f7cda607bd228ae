.DEFAULT_GOAL := help
.PHONY: help demo test fuzz lowest bounds check lint types imports audit bench docs boundaries indicators notebooks clean

PYTHON ?= python3
BIN := .venv/bin
# Files of tests side by side, one process a core; a process that dies, of a test that hangs say, ends the run.
TESTS := -m pytest -n auto --dist loadfile --max-worker-restart 0
# Tests of compiled code: natural breaks, point location, draws.
COMPILED := tests/unit/tiers tests/unit/table/points tests/properties/test_tiers.py tests/properties/test_points.py \
  tests/properties/test_robustness.py tests/unit/robustness

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

test: .venv/developer ## Set up (packages, Chromium, a Chinese font) and run all tests
	tests/prepare.sh $(BIN)/python
	$(BIN)/python $(TESTS)

fuzz: .venv/developer ## Try more than 20,000 inputs and 200 kills, in some minutes, and write docs/reliability.md
	$(BIN)/python tests/fuzz/run.py --out tests/fuzz/fuzz.json
	$(BIN)/python tests/fuzz/kills.py --out tests/fuzz/kills.json
	$(BIN)/python tests/fuzz/page.py

lowest: ## Run all tests with the oldest versions that pyproject.toml allows
	test -x .lowest/bin/python || $(PYTHON) -m venv .lowest
	.lowest/bin/python -m pip install --quiet uv
	.lowest/bin/uv pip install --quiet --python .lowest/bin/python --resolution lowest-direct --editable '.[all]' --group test
	tests/prepare.sh .lowest/bin/python
	.lowest/bin/python $(TESTS)

bounds: .venv/developer ## Run what is compiled with its array bounds checked
	NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR=$(CURDIR)/.bounds $(BIN)/python $(TESTS) $(COMPILED)

lint: .venv/developer ## Check style and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell README.md CONTRIBUTING.md CHANGELOG.md docs src

types: .venv/developer ## Check types
	$(BIN)/mypy

imports: .venv/developer ## Check that each room imports only from those above it
	$(BIN)/lint-imports

audit: .venv/developer ## Look for known weaknesses of the packages, where PyPI can be reached
	tests/audit.sh $(BIN)/python

check: lint types imports test ## Everything that CI checks

.venv/bench: .venv/user
	$(BIN)/python -m pip install --quiet --group bench
	@touch $@

bench: .venv/bench ## Measure speed against the peers, and write benchmarks/README.md
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/page.py
	$(BIN)/python -m pytest benchmarks -s --benchmark-columns=median,rounds

docs: .venv/developer ## Write the pages of docs/ that are computed, and build the site into docs/_build/html
	$(BIN)/python docs/build.py
	$(BIN)/python docs/reference.py
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html opens in a browser, without a server or a network."

boundaries: .venv/developer ## Rebuild data/boundaries from its sources (needs npm)
	$(BIN)/python -m pip install --quiet --group boundaries
	$(BIN)/python data/boundaries/build_china.py
	$(BIN)/python data/boundaries/build_world.py

notebooks: .venv/developer ## Run the notebooks and keep their output
	$(BIN)/python tests/run_notebooks.py

clean: ## Remove what can be made again
	rm -rf .venv .lowest .bounds out dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
