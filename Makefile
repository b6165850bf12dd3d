# The only interface to this project. Every target sets up what it needs; a second call finds it there.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
export PYTHON

SDK2 := .venv/sdk2/bin
SDK3 := .venv/sdk3/bin
PYTEST := -m pytest -q
JS_READY := js/node_modules/.ready

.PHONY: help setup demo lab test lint types layers test-python test-sdk3 test-js test-notebooks test-browser \
	test-frameworks test-fronts test-labs soak bundles notebooks operations images constraints bench bench-writing bench-reading \
	bench-explorer gallery format clean

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 18

# -- what the targets stand on -----------------------------------------------------------------------------------

.venv/sdk2/.ready: pyproject.toml constraints/sdk2.txt scripts/venv.sh
	@scripts/venv.sh sdk2 dev

.venv/sdk3/.ready: pyproject.toml constraints/sdk3.txt scripts/venv.sh
	@scripts/venv.sh sdk3 test

$(JS_READY): js/package.json js/package-lock.json
	@scripts/headline.sh "JavaScript packages (js/node_modules)"
	@cd js && npm ci --loglevel=error --no-audit --no-fund >/dev/null
	@touch $@

setup: .venv/sdk2/.ready .venv/sdk3/.ready $(JS_READY) ## make both Python environments, fetch the npm packages and chromium
	@scripts/chromium.sh

# -- to look at --------------------------------------------------------------------------------------------------

demo: .venv/sdk2/.ready ## run the quick start on the embedded service, write build/demo/report.html
	@scripts/headline.sh "Demo: the quick start, headless, on the embedded service"
	@$(SDK2)/python scripts/demo.py

lab: .venv/sdk2/.ready ## open JupyterLab on the notebooks, with the demo's runs
	@scripts/lab.sh

# -- checks ------------------------------------------------------------------------------------------------------

test: lint types layers test-python test-sdk3 test-js test-notebooks test-browser ## everything below
	@scripts/headline.sh "All green"

lint: .venv/sdk2/.ready $(JS_READY) ## ruff, biome
	@scripts/headline.sh "Lint: ruff, biome"
	@$(SDK2)/ruff check --quiet .
	@$(SDK2)/ruff format --check --quiet .
	@cd js && node_modules/.bin/biome check --log-level=warn .

types: .venv/sdk2/.ready $(JS_READY) ## pyright strict, tsc strict
	@scripts/headline.sh "Types: pyright, tsc"
	@PYRIGHT_PYTHON_IGNORE_WARNINGS=1 scripts/quiet.sh " errors, " $(SDK2)/pyright
	@cd js && node_modules/.bin/tsc --noEmit

layers: .venv/sdk2/.ready ## import directions
	@scripts/headline.sh "Layers: import-linter"
	@scripts/quiet.sh "^Contracts:" $(SDK2)/lint-imports --no-cache --no-logo

test-python: .venv/sdk2/.ready ## unit, embedded, serve, faults, SDK 2.x, magics, widgets, docs
	@scripts/headline.sh "Python, SageMaker SDK 2.x"
	@$(SDK2)/python $(PYTEST) tests/unit tests/embedded tests/serve tests/faults tests/sdk tests/actions tests/magics \
		tests/widgets tests/docs

test-sdk3: .venv/sdk3/.ready ## what depends on the SDK, pandas or IPython, on SDK 3.x, pandas 3 and IPython 8
	@scripts/headline.sh "Python, SageMaker SDK 3.x, pandas 3"
	@$(SDK3)/python $(PYTEST) tests/sdk tests/unit tests/actions tests/widgets tests/magics

test-js: $(JS_READY) ## unit tests of js/src/lib and the views
	@scripts/headline.sh "JavaScript"
	@scripts/quiet.sh "^# (pass|fail) " npm --prefix js --silent test

test-notebooks: .venv/sdk2/.ready ## nbval over notebooks/, nbconvert's HTML
	@scripts/headline.sh "Notebooks: nbval, nbconvert"
	@$(SDK2)/python $(PYTEST) tests/notebooks

test-browser: .venv/sdk2/.ready $(JS_READY) ## JupyterLab in Chromium; screenshots in build/screenshots
	@scripts/chromium.sh
	@scripts/headline.sh "Browser: JupyterLab in Chromium"
	@$(SDK2)/python $(PYTEST) --reruns 1 tests/browser

soak: .venv/sdk2/.ready ## the long forms of tests: hundreds of kills, many processes for minutes
	@scripts/headline.sh "Soak"
	@$(SDK2)/python $(PYTEST) --soak -m soak --durations=0 tests

.venv/frameworks/.ready: scripts/frameworks_venv.sh
	@scripts/frameworks_venv.sh

test-frameworks: .venv/frameworks/.ready ## the callbacks for Keras, Lightning, Transformers; brings gigabytes, not part of test
	@scripts/headline.sh "Callbacks: Keras, Lightning, Transformers"
	@HF_HUB_OFFLINE=1 .venv/frameworks/bin/python $(PYTEST) tests/frameworks

.venv/fronts/.ready: scripts/fronts_venv.sh constraints/fronts.txt
	@scripts/fronts_venv.sh

test-fronts: .venv/fronts/.ready ## the widgets in marimo and Notebook 7, in an environment of their own; not part of test
	@scripts/chromium.sh
	@scripts/headline.sh "Front ends: marimo, Notebook 7"
	@.venv/fronts/bin/python $(PYTEST) tests/fronts

LABS := 4.4.10 4.5.11
$(LABS:%=.venv/lab-%/.ready): .venv/lab-%/.ready: scripts/lab_venv.sh constraints/sdk2.txt
	@scripts/lab_venv.sh $*

test-labs: $(LABS:%=.venv/lab-%/.ready) ## linked widgets in older JupyterLabs, in environments of their own; not part of test
	@scripts/chromium.sh
	@for version in $(LABS); do \
		scripts/headline.sh "Browser: JupyterLab $$version"; \
		PATH="$$PWD/.venv/lab-$$version/bin:$$PATH" .venv/lab-$$version/bin/python $(PYTEST) tests/browser/test_dashboard.py \
			tests/browser/test_table.py tests/browser/test_param_grid.py tests/browser/test_reload.py; \
	done

# -- making ------------------------------------------------------------------------------------------------------

bundles: $(JS_READY) ## rebuild sm_track_widgets/static from js/
	@scripts/headline.sh "Bundles: js/ -> sm_track_widgets/static"
	@cd js && npm run --silent build

notebooks: .venv/sdk2/.ready ## execute notebooks/ and save them with their outputs
	@scripts/headline.sh "Notebooks, executed and saved"
	@$(SDK2)/python scripts/notebooks.py

operations: .venv/sdk2/.ready ## rewrite docs/operations.md, limits.md and moto.md from the tests
	@scripts/headline.sh "Operations and limits of the embedded service, from the tests"
	@$(SDK2)/python scripts/operations.py
	@$(SDK2)/python scripts/limits.py

images: test-browser ## the README's pictures, from the browser tests' screenshots
	@for theme in light dark; do cp build/screenshots/readme-$$theme.png docs/images/notebook-$$theme.png; done

gallery: .venv/sdk2/.ready $(JS_READY) ## the pictures of docs/explorer.md
	@scripts/chromium.sh
	@scripts/headline.sh "Gallery: docs/images/explorer"
	@$(SDK2)/python scripts/gallery.py

format: .venv/sdk2/.ready $(JS_READY) ## let ruff and biome rewrite the sources
	@$(SDK2)/ruff check --quiet --fix . ; $(SDK2)/ruff format --quiet .
	@cd js && npm run --silent fix

# They need the peers' environments or Chromium, and have targets of their own.
BENCH_APART := benchmarks/writing.py benchmarks/reading_scale.py benchmarks/explorer.py

bench: .venv/sdk2/.ready ## baseline and ours, interleaved, ratio printed
	@scripts/headline.sh "Benchmarks"
	@for file in $(filter-out $(BENCH_APART),$(wildcard benchmarks/*.py)); do $(SDK2)/python "$$file"; done

BENCH_PEERS := mlflow wandb trackio

bench-writing: .venv/sdk2/.ready ## ours, the SDK, MLflow, W&B, trackio: the table of docs/benchmarks.md; about 10 minutes
	@scripts/bench_env.sh $(BENCH_PEERS)
	@scripts/headline.sh "Benchmarks of writing"
	@$(SDK2)/python benchmarks/writing.py --write docs/benchmarks.md

bench-reading: .venv/sdk2/.ready ## ours, the SDK, MLflow, trackio: more tables of docs/benchmarks.md; about 10 minutes
	@scripts/bench_env.sh mlflow trackio
	@scripts/headline.sh "Benchmarks of reading"
	@$(SDK2)/python benchmarks/reading_scale.py --write docs/benchmarks.md

bench-explorer: .venv/sdk2/.ready $(JS_READY) ## 100,000 runs in Chromium, beside pandas and crossfilter2: a table of docs/benchmarks.md; about 8 minutes
	@scripts/chromium.sh
	@scripts/headline.sh "Benchmarks of the explorer"
	@$(SDK2)/python benchmarks/explorer.py --write docs/benchmarks.md

constraints: ## resolve both environments afresh and write constraints/*.txt
	@scripts/constraints.sh

clean: ## remove environments and everything built
	@rm -rf .venv build dist js/node_modules .pytest_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
