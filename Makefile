SHELL := bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run build gpu test lint format bench audit data feed screenshots rehearse clean

PYTHON := .venv/bin/python
DATA := $(or $(DATAXCHANGE_DATA),var)
SAMPLE := $(DATA)/.sample-$(shell printf %s '$(DATABASE_URL)' | cksum | cut -d' ' -f1)
CERTIFIED := DATAXCHANGE_TLS_CERTIFICATE=$(DATA)/tls/certificate.pem DATAXCHANGE_TLS_KEY=$(DATA)/tls/key.pem
ROWS ?= 10_000_000
SPEED ?= 3600

help: ## Show this
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

run: build $(SAMPLE) ## Prepare what is missing, start on port 8050 (or PORT) and print the URL; TLS=1: over HTTPS
	@$(if $(TLS),$(PYTHON) -m deploy.local_ca && )exec $(if $(TLS),env $(CERTIFIED)) $(PYTHON) app.py

build: .venv/.kernels node_modules/.ready

gpu: build ## Install CuPy, and RAPIDS with cuxfilter beside it (some 4 GB): for a machine with an NVIDIA GPU
	@deploy/build.sh python-gpu python-cuxfilter

test: build .venv/.development .venv-cux/.ready .public-files/.ready ## Run every check and test, and print totals
	@deploy/build.sh test-tools
	@$(PYTHON) tests/all.py

lint: .venv/.development node_modules/.ready ## Run the checks that need no start: style, types, imports
	@$(PYTHON) tests/all.py lint

format: .venv/.development ## Put the Python files in their uniform layout
	@.venv/bin/ruff check --fix --quiet . && .venv/bin/ruff format --quiet .

audit: build .audit/.ready ## Look for weaknesses in the program and in what it uses
	@deploy/build.sh audit-tools
	@$(PYTHON) -m tests.audit

bench: build .venv/.development $(SAMPLE) ## Measure what we claim, beside DuckDB and Polars
	@$(PYTHON) -m bench

data: build $(SAMPLE) ## Make a larger dataset of the sample: make data ROWS=100_000_000
	@.venv/bin/dataxchange datasets resample --rows $(ROWS)

feed: build $(SAMPLE) ## Let flights come in live at the service on PORT, SPEED times as fast as they left: make feed SPEED=3600; TLS=1: where it runs so
	@$(if $(TLS),env SSL_CERT_FILE=$(DATA)/tls/authority.pem $(CERTIFIED) )$(PYTHON) -m realtime.feeds --speed $(SPEED)

screenshots: build .venv/.development ## Take the pictures in docs/screenshots anew
	@.venv/bin/pytest -q tests/e2e/test_keyboard.py -k test_looks
	@cp test-results/explore*.png docs/screenshots/

rehearse: ## Build and start in a clean clone, as a newcomer would, twice
	@deploy/rehearse.sh

clean: ## Remove what was built and fetched; the data folder stays
	rm -rf .venv .venv-cux .venv-cuxfilter .audit .public-files node_modules assets/vendor test-results
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.runtime: requirements.txt pyproject.toml
	@deploy/build.sh python
	@touch $@

.venv/.development: requirements-dev.txt .venv/.runtime
	@deploy/build.sh python-dev
	@touch $@

.venv-cux/.ready: tests/standin/requirements.txt
	@deploy/build.sh python-cux
	@touch $@

.public-files/.ready: tests/public_files/requirements.txt
	@deploy/build.sh public-files
	@touch $@

.audit/.ready: requirements-audit.txt
	@deploy/build.sh python-audit
	@touch $@

.venv/.kernels: $(shell find gpu -name '*.py') .venv/.runtime
	@deploy/build.sh kernels
	@touch $@

node_modules/.ready: package-lock.json deploy/vendor.mjs
	@deploy/build.sh browser
	@touch $@

$(SAMPLE): node_modules/.ready .venv/.runtime
	@.venv/bin/dataxchange datasets sample
	@touch $@
