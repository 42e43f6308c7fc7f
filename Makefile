# Needs nothing but Python 3.11-3.13 and pip; everything else is installed by scripts/setup.py.

PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13; do command -v $$name && break; done)
ifeq ($(PYTHON),)
$(error Vesper needs Python 3.11, 3.12 or 3.13, and none is installed)
endif
BIN := .venv/bin

.PHONY: run setup dev test check bench lock clean

run:  ## set up what is missing, then open the window (the terminal demonstration where there is no display)
	@$(PYTHON) scripts/setup.py --run

setup:  ## only set up
	@$(PYTHON) scripts/setup.py

dev:
	@$(PYTHON) scripts/setup.py --dev

test: dev check  ## set up everything for development, check, run all tests
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

check:  ## format, lint, types, layers, dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry assistant

bench: dev  ## every benchmark, or BENCH=name
	@for name in $(or $(BENCH),asr llm tts sketch start talk turns); do $(BIN)/vesper bench $$name || exit 1; done

lock:  ## resolve the dependencies anew
	scripts/lock.sh

clean:
	rm -rf .venv build dist *.egg-info
