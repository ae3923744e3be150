# `make` alone lists what there is. `make book` and `make test` set themselves up.

VENV  := .venv
BIN   := $(VENV)/bin
READY := $(VENV)/.ready
HTML  := _build/html/index.html
PORT  ?= 8000
SEEDS ?= 0 1 2 3 4 5 6 7 8 9

# The first Python of at least 3.11; name another with `make PYTHON=… …`.
FIND_PYTHON = for p in python3 python python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
  && echo $$p && break; done
PYTHON ?= $(shell $(FIND_PYTHON))

NOTEBOOKS := $(sort $(wildcard chapters/*.ipynb exercises/*.ipynb))
# Behind bubblewrap a submission is graded. Debian's package, where that is allowed.
SANDBOX = command -v bwrap >/dev/null || ! command -v apt-get >/dev/null || \
  test "$$(id -u)" != 0 || { echo "installing bubblewrap with apt-get"; \
  apt-get -qq update && apt-get -qq install -y bubblewrap >/dev/null; }
NBVAL := $(BIN)/python -m pytest --nbval-lax --nbval-current-env \
  --nbval-cell-timeout=900

# A process for each core; a file's tests stay together, for they share what they set up.
SIDE_BY_SIDE := -n auto --dist loadfile
# Most of a notebook is work for one thread: so do as many at a time as there are cores,
# which takes a third less time than one after the other with all threads.
NBVAL_SIDE_BY_SIDE := OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} $(NBVAL) $(SIDE_BY_SIDE)

# Machines that round otherwise, each with a weight seed of its own: one thread; no
# AVX-512; no vector units; the other library for products; three by lot (see
# grokcore/backend/rounding.py).
ROUNDINGS ?= \
  GROKCORE_SEED=5,OMP_NUM_THREADS=1 \
  GROKCORE_SEED=6,ONEDNN_MAX_CPU_ISA=AVX2,ATEN_CPU_CAPABILITY=avx2 \
  GROKCORE_SEED=7,ONEDNN_MAX_CPU_ISA=SSE41,ATEN_CPU_CAPABILITY=default \
  GROKCORE_SEED=8,GROKCORE_PRODUCTS=torch \
  GROKCORE_SEED=9,GROKCORE_ROUNDING=1 \
  GROKCORE_SEED=5,GROKCORE_ROUNDING=2 \
  GROKCORE_SEED=6,GROKCORE_ROUNDING=3

COMMIT ?= $(shell git rev-parse HEAD)

# A bar in a stored page would become a widget that asks the network for scripts.
export GROKCORE_PROGRESS ?= 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Nothing is sent anywhere.
export WANDB_MODE ?= offline

.DEFAULT_GOAL := help
.PHONY: help setup book lab follow kernel serve test test-unit test-notebooks seeds roundings \
  lot bench lint exercises grade slides pdf test-browser test-colab \
  format repository clean distclean

help: ## list these targets
	@echo "usage: make TARGET   (PYTHON=python3.12 picks the interpreter)"
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | \
	  awk 'BEGIN {FS = ":.*## "} {printf "  %-15s %s\n", $$1, $$2}'

setup: $(READY) ## make .venv with the pinned packages (the others do that themselves)

# Made again only when what it was made from changes.
$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" && $(PYTHON) -c \
	  'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "error: grokcore needs Python 3.11 or newer; found:" \
	    "$(or $(PYTHON),python3) ($$($(or $(PYTHON),python3) -V 2>&1 || true))" >&2; \
	  echo "Install one, or name it: make PYTHON=/path/to/python3.12 …" >&2; \
	  exit 1; }
	@test -x $(BIN)/python || { echo "making $(VENV) with $(PYTHON)"; \
	  $(PYTHON) -m venv $(VENV); }
	@echo "installing the pinned packages (minutes, once)"
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[book,test]"
	@touch $@

book: $(READY) ## run every chapter, build the HTML book and its zip; warnings are errors
	@$(BIN)/python -m classroom build --no-check
	@$(BIN)/python -m lab.build >/dev/null
	@$(BIN)/python -m follow.build >/dev/null
	@$(BIN)/jupyter-book build . --all -n -W --keep-going --builder html
	@echo
	@echo "The book is built. Open it in a browser:"
	@echo "  $(CURDIR)/$(HTML)"
	@$(BIN)/python tools/zip_book.py

lab: $(READY) ## dist/lab.html: the network that trains in a page, as a page of its own
	@$(BIN)/python -m lab.build

follow: $(READY) ## dist/follow.html: a recorded network adds, as a page of its own
	@$(BIN)/python -m follow.build

kernel: $(READY) ## compile what pages calculate with, lab/kernel.c and follow/network.c
	@$(BIN)/python -m inpage.compiling lab/kernel.c follow/network.c

serve: ## serve the built book at http://localhost:8000 (PORT=… for another)
	@test -f $(HTML) || { echo "no book yet: run 'make book' first" >&2; exit 1; }
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

pdf: $(READY) ## dist/grokking-book.pdf: the built book, one file to print or carry
	@test -f $(HTML) || { echo "no book yet: run 'make book' first" >&2; exit 1; }
	@$(BIN)/python tools/chromium.py
	@$(BIN)/python tools/pdf_book.py

test: lint test-unit test-notebooks ## ruff, unit and property tests, doctests, every notebook

test-unit: $(READY) ## unit and property tests, and the doctests of grokcore
	@$(SANDBOX)
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE)

test-notebooks: $(READY) ## run every notebook's cells and asserts (nbval)
	@$(if $(NOTEBOOKS),$(NBVAL_SIDE_BY_SIDE) $(NOTEBOOKS),echo "no notebooks yet")

seeds: $(READY) ## the chapters' asserts for weight seeds 0-9 (SEEDS="0 1" for fewer)
	@failed=""; for seed in $(SEEDS); do \
	  echo "== weight seed $$seed"; \
	  GROKCORE_SEED=$$seed $(NBVAL_SIDE_BY_SIDE) chapters || failed="$$failed $$seed"; \
	done; \
	if [ -n "$$failed" ]; then echo "asserts failed for seeds:$$failed"; exit 1; \
	else echo "every assert holds for seeds: $(SEEDS)"; fi

exercises: $(READY) ## dist/: notebooks for students, solutions, autograders, rubrics
	@$(SANDBOX)
	@$(BIN)/python -m classroom build

grade: $(READY) ## grade a folder of notebooks: SUBMISSIONS=folder (ARGS="--help" for more)
	@test -n "$(SUBMISSIONS)$(ARGS)" || { \
	  echo "error: which folder? make grade SUBMISSIONS=folder" >&2; exit 1; }
	@$(SANDBOX)
	@$(BIN)/python -m classroom grade $(if $(SUBMISSIONS),"$(SUBMISSIONS)") $(ARGS)

slides: $(READY) ## dist/slides: a deck of slides for each chapter, for a browser offline
	@$(BIN)/python -m classroom.slides

test-browser: $(READY) ## open every page of the built book in Chromium, without a network
	@test -f $(HTML) || { echo "no book yet: run 'make book' first" >&2; exit 1; }
	@$(BIN)/python tools/chromium.py
	@$(BIN)/python -m pytest tests/browser $(SIDE_BY_SIDE)

test-colab: $(READY) ## the chapters with Colab's old widgets (ARGS="--help" for more)
	@$(BIN)/python tools/colab.py $(ARGS)

roundings: $(READY) ## the chapters as machines that round otherwise train them
	@failed=""; for setting in $(ROUNDINGS); do \
	  echo "== $$setting"; store=$$(mktemp -d); \
	  env $$(echo $$setting | tr , ' ') GROKCORE_STORE=$$store $(NBVAL) chapters || \
	  failed="$$failed $$setting"; rm -rf $$store; \
	done; test -z "$$failed" || { echo "asserts failed with:$$failed"; exit 1; }

lot: $(READY) ## two chapters with a weight seed and a rounding drawn by the commit
	@$(BIN)/python tools/by_lot.py $(COMMIT)

bench: $(READY) ## measure speed, against peers and against plain matrix products
	@$(BIN)/python -m benchmarks

lint: $(READY) ## ruff, and which room may import which; changes nothing
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo --no-cache

format: $(READY) ## ruff: mend and format; strip the notebooks' outputs
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(if $(NOTEBOOKS),$(BIN)/nbstripout --keep-id $(NOTEBOOKS))

repository: $(READY) ## set the repository's address everywhere: URL=https://…
	@$(BIN)/python tools/set_repository.py $(URL)

clean: ## remove what was built, keep .venv and the run store
	@rm -rf _build dist .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean ## remove .venv as well
	@rm -rf $(VENV) .venv-colab
