# A bare checkout needs Python >= 3.11, pip and make; everything else is installed into $(VENV).
PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=
BIN := $(VENV)/bin
# The versions that were tested together; CONSTRAINTS= takes the newest that pyproject.toml allows.
CONSTRAINTS ?= constraints.txt
# UV=uv installs by uv, in a tenth of pip's time.
PIP = $(if $(UV),$(UV) pip install --compile-bytecode --python $(BIN)/python,$(BIN)/python -m pip install)
INSTALL = $(PIP) --quiet $(addprefix --constraint ,$(CONSTRAINTS)) --editable

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help verify errata results counterexamples smoke test coverage bench docs certificates constraints rooms coq lint clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' Makefile

verify: $(VENV)/.installed ## check every claim; table here, out/ledger.json, out/report/index.html
	@mkdir -p out
	$(BIN)/signproof verify --json out/ledger.json --html out/report

errata: verify ## list the errors found in the papers: docs/errata.md
	$(BIN)/signproof errata out/ledger.json > docs/errata.md

# Half an hour or more. CLAIMS='scaled-sign/theorem-1.*' judges a few, SEED another seed; a release has the archive.
CLAIMS ?=
SEED ?= 0
JOBS ?= $(shell nproc 2>/dev/null || echo 1)
results: $(VENV)/.installed ## judge every claim at full effort: out/results.tar.gz, docs/results/index.md
	@mkdir -p out/results docs/results
	$(BIN)/signproof verify $(if $(CLAIMS),'$(CLAIMS)') --profile full --seed $(SEED) --jobs $(JOBS) --json out/results/ledger.json --html out/results/report
	$(BIN)/signproof report out/results/ledger.json --markdown docs/results/index.md
	tar -czf out/results.tar.gz -C out results

counterexamples: $(VENV)/.installed ## run the named counterexamples: docs/counterexamples.md, docs/figures
	$(BIN)/signproof counterexamples --figures docs/figures > docs/counterexamples.md

smoke: $(VENV)/.installed-test ## a first green test, within a minute: claims, kernel, exact numbers, a verdict
	$(BIN)/pytest --numprocesses auto tests/face/test_house.py tests/theory/test_claim.py tests/theory/derivation/test_kernel.py tests/checks/numbers/test_exact.py tests/theory/border/test_lying_parts.py
	$(BIN)/signproof verify scaled-sign/theorem-1.2

test: $(VENV)/.installed-test ## run the tests; PYTEST_ARGS='-m slow' for the slow ones
	$(BIN)/pytest --numprocesses auto -rs $(PYTEST_ARGS)
	@echo "make test: what was skipped is told above, with the way to run it; make test PYTEST_ARGS='-m slow' runs the slow tests"

# Branches too, in every process that Python starts; what is killed says nothing of what it ran. [tool.coverage]
coverage: $(VENV)/.installed-test ## run the tests and see what they run; table here, out/coverage/index.html
	@rm -rf out/coverage && mkdir -p out/coverage
	$(BIN)/coverage run -m pytest --numprocesses auto $(PYTEST_ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage html --quiet
	$(BIN)/coverage report

bench: $(VENV)/.installed-bench ## measure speed; table here, out/benchmarks.json, out/benchmarks.md
	$(BIN)/pytest benchmarks $(PYTEST_ARGS)

docs: $(VENV)/.installed-docs ## build the site: out/docs/index.html
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

certificates: $(VENV)/.installed ## search for the certificates that come with the package: theory/papers/certificates.json
	$(BIN)/python -m signproof.theory.keeping

constraints: ## take the newest versions that pyproject.toml allows, for every Python, by uv: constraints.txt
	$(or $(UV),uv) pip compile pyproject.toml --extra test --extra bench --universal --python-version 3.11.0 \
	  --upgrade --no-annotate --no-header --quiet --output-file constraints.txt

rooms: $(VENV)/.installed-test ## draw the rooms and their imports: docs/rooms.svg
	$(BIN)/python docs/drawing/rooms.py

# Coq is no Python package; Debian has it as coq and libcoq-coquelicot. With REQUIRE_COQ=1 its absence is an error.
coq: ## check the Coq library with coqc: theory/coq, built in out/coq
	@if ! command -v coqc > /dev/null; then \
	  echo "make coq: there is no coqc here, so the Coq library was not checked"; test -z "$(REQUIRE_COQ)"; exit; \
	fi; \
	mkdir -p out/coq && cp -p theory/coq/*.v theory/coq/_CoqProject out/coq && cd out/coq && \
	coq_makefile -f _CoqProject -o Makefile && $(MAKE) --no-print-directory && echo "make coq: coqc accepts the library"

lint: $(VENV)/.installed-test ## ruff (check and format), mypy, and the layers of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy signproof
	$(BIN)/lint-imports --no-cache

clean: ## remove what make made, the virtual environment included
	rm -rf .venv out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# The installs are editable, so only a change of pyproject.toml or of the versions calls for a new one. The interpreter
# is an order-only prerequisite: it is a link, and its time is that of the system's Python.
$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) .
	@touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) '.[test]'
	@touch $(VENV)/.installed $@

$(VENV)/.installed-bench: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) '.[bench]'
	@touch $(VENV)/.installed $@

$(VENV)/.installed-docs: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) '.[docs]'
	@touch $(VENV)/.installed $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and "signproof needs Python >= 3.11, \
	$(PYTHON) is %d.%d: run  make $(MAKECMDGOALS) PYTHON=/path/to/a/newer/python3" % v[:2])'
	$(PYTHON) -m venv $(VENV)
