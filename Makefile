# Everything one needs is here: `make demo` to see it, `make test` to trust it. Python 3.11 and its venv are enough.
PYTHON ?= python3
BIN := .venv/bin
CODE := router transforms adapters cli.py tests examples bench docs

.PHONY: venv check servers test fuzz faults demo bench docs clean

venv: .venv/.ready-dev

# The plain install (what a user gets) and the one for work on the code; a second run finds its stamp and is quick.
.venv/.ready: setup.cfg pyproject.toml requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint requirements.lock --editable .
	touch $@

.venv/.ready-dev: .venv/.ready
	$(BIN)/pip install --quiet --constraint requirements.lock --editable '.[dev,docs]'
	touch $@

.venv/.ready-docs: .venv/.ready
	$(BIN)/pip install --quiet --constraint requirements.lock --editable '.[docs]'
	touch $@

check: .venv/.ready-dev
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -q tests/test_mirror.py

# What the integration tests talk to, from Debian's packages, where that may be; quick where all is there.
servers:
	@$(PYTHON) -m tests.integration.servers.debian
	@$(PYTHON) -m tests.integration.servers.yaml_language_server

# Three at a time, file by file: much of a test is waiting for something to die and to come back.
test: check servers
	$(BIN)/pytest -q -n 3 --dist loadfile --no-loadscope-reorder

# SECONDS for all targets together; it prints its seed and how to see again what it found.
fuzz: .venv/.ready-dev
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),60) $(if $(SEED),--seed $(SEED)) $(if $(TARGET),--target $(TARGET))

# The proofs that nothing is lost, whatever breaks: PROOF=name COMBO=ledger-broker FORM=short|long SEED=n MARKDOWN=file KEEP=folder.
# The hour's soak is played by its name alone: PROOF=soak MINUTES=60.
faults: .venv/.ready-dev servers
	$(BIN)/python -m tests.faults --form $(or $(FORM),long) $(if $(PROOF),--proof $(PROOF)) $(if $(COMBO),--combo $(COMBO)) \
		$(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(MARKDOWN),--markdown $(MARKDOWN)) $(if $(KEEP),--keep $(KEEP))

demo: .venv/.ready
	$(BIN)/python -m examples.demo.run

bench: .venv/.ready
	$(BIN)/python -m bench.run

# The site, in site/: guides, and a reference that is printed from the declarations. A dead link fails.
docs: .venv/.ready-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "site/index.html"

clean:
	rm -rf .venv build dist site var *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
