# Every target that needs the environment makes it; `make help` lists them.

PYTHON ?= python3
PIPENV_VERSION := 2026.10.3

# No command of ours sends usage figures or asks for news.
export CHECKPOINT_DISABLE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIPENV_VENV_IN_PROJECT := 1
export PIPENV_IGNORE_VIRTUALENVS := 1
export PIPENV_VERBOSITY := -1

python := .venv/bin/python
pipenv := .venv-pipenv/bin/python -m pipenv

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help prerequisites env local local-down test synth unit check format bench docs lock layers clean
.PHONY: bootstrap bootstrap-down diff drift deploy destroy matrix comment reap

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  Settings follow the target: make diff ENVIRONMENT_SUFFIX=staging (README.md names them)"

# --- The environment ------------------------------------------------------------------------------

prerequisites:
	@$(PYTHON) tools/prerequisites.py

.venv-pipenv/.stamp: Makefile | prerequisites
	@echo "environment: pipenv $(PIPENV_VERSION)"
	@$(PYTHON) -m venv --clear .venv-pipenv
	@.venv-pipenv/bin/python -m pip install --quiet pipenv==$(PIPENV_VERSION)
	@touch $@

.venv/.stamp: Pipfile.lock .venv-pipenv/.stamp | prerequisites
	@echo "environment: Python packages from Pipfile.lock (a minute or two)"
	@test -x $(python) || $(PYTHON) -m venv .venv
	@$(pipenv) sync --categories "packages dev-packages data-layer"
	@touch $@

node_modules/.stamp: package-lock.json | prerequisites
	@echo "environment: cdktf-cli from package-lock.json (half a minute)"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

env: .venv/.stamp node_modules/.stamp  ## Make the Python and Node environments, and nothing else

lock: .venv-pipenv/.stamp  ## Lock the Python packages anew
	@.venv-pipenv/bin/python tools/lock.py $(pipenv)

# --- On this machine ------------------------------------------------------------------------------

local: env  ## Deploy the stack to an AWS on this machine and run real trades through it (TRADES=, LOCAL_AWS_PORT=)
	@$(python) -m tools.local_up

local-down: env  ## Destroy what `make local` made, prove that nothing is left, stop the local AWS
	@$(python) -m tools.local_down

synth: .venv/.stamp layers  ## Write cdktf.out/stacks/<stack id>/cdk.tf.json
	@$(python) -m tools.synthesize

layers: .venv/.stamp  ## Build the functions' layers from the lock: arm64 for AWS, and this machine's own
	@$(python) -m tools.build_layers

unit: .venv/.stamp layers  ## Run the unit tests
	@$(python) -m pytest tests/unit

test: env layers  ## Run every test, the real applies included
	@$(python) -m pytest tests

check: .venv/.stamp  ## Lint, format check, types, workflows
	@$(python) -m ruff check
	@$(python) -m ruff format --check
	@$(python) -m mypy
	@.venv/bin/zizmor --offline --quiet --pedantic .github
	@.venv/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

format: .venv/.stamp  ## Format the code
	@$(python) -m ruff check --fix
	@$(python) -m ruff format

.venv/.bench: .venv/.stamp
	@$(pipenv) sync --categories "packages dev-packages data-layer bench"
	@touch $@

bench: env layers .venv/.bench  ## Measure synthesis, the functions and the steps of `make local` (BENCH= names some)
	@$(python) -m tools.bench $(BENCH)

docs: .venv/.stamp layers  ## Write the generated documents anew: pictures, tables, costs, traceability
	@$(python) -m tools.architecture
	@$(python) -m tools.reference
	@$(python) -m tools.cost
	@$(python) -m tools.traceability

clean:  ## Remove what was built; the environment and a running local AWS stay
	@rm -rf build cdktf.out .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv*' -not -path './node_modules/*' -prune -exec rm -rf {} +

# --- Against a real account, or with LOCAL=1 the same against the AWS on this machine -----------------------
# STACK= or ENVIRONMENT_SUFFIX= say what is meant; credentials are of the AWS SDK's usual kind.

bootstrap: env layers  ## Make what the other stacks need: state bucket, roles for the workflows
	@$(python) -m tools.bootstrap

bootstrap-down: env layers  ## Destroy that again, once no other state is in the bucket
	@$(python) -m tools.bootstrap_down

diff: env layers  ## Show what a deployment would change; writes build/plan/
	@$(python) -m tools.deployment.diff

drift: env layers  ## Fail if anything differs from what was deployed
	@$(python) -m tools.deployment.diff --drift

deploy: env layers  ## Deploy (asks before it changes anything; stops where data would be lost)
	@$(python) -m tools.deployment.deploy

destroy: env layers  ## Destroy the stack that STACK= names (asks first)
	@$(python) -m tools.deployment.destroy

# --- What the workflows run beside these --------------------------------------------------------------------

matrix:  ## Tell the workflows what is configured (ENVIRONMENTS=)
	@$(PYTHON) -m tools.github.matrix

comment:  ## Write the plan of STACK= to its pull request, in place of the earlier one
	@$(PYTHON) -m tools.github.comment

reap: env  ## Destroy pull requests' environments that nobody needs any more (DRY_RUN=1, PREVIEW_MAX_DAYS=14)
	@$(python) -m tools.reaper
