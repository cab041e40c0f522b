# One word per chore. `make app` and `make test` set up .venv by themselves; the second time that costs nothing.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# TORCH=cpu takes PyTorch's CPU build (a fifth of the download) instead of the default one.
TORCH ?= default
CPU_INDEX := https://download.pytorch.org/whl/cpu

.PHONY: app test slow claims warm gallery golden bench house-model lint format

app: $(VENV)/.ready
	$(PY) -m streamlit run app/main.py

test: $(VENV)/.ready-test
	$(PY) -m pytest -n 2 -m "not slow" --ignore tests/browser
	$(PY) -m pytest tests/browser  # one after the other: a server, its workers and a browser fill two cores

slow: $(VENV)/.ready-test
	$(PY) -m pytest -m slow

claims: $(VENV)/.ready
	$(PY) -m app claims --report

warm: $(VENV)/.ready
	$(PY) -m app warm

# What ships, made anew: the stored runs (and with them the weights that others start from), then the verdicts.
gallery: $(VENV)/.ready
	$(PY) -m app warm --gallery
	$(PY) -m app claims --write

golden: $(VENV)/.ready-test
	$(PY) -m tests.golden

bench: $(VENV)/.ready-test
	$(PY) -m app bench --report

house-model: $(VENV)/.ready
	$(PY) -m core.house

lint: $(VENV)/.ready-test
	$(PY) -m ruff check . && $(PY) -m ruff format --check .

format: $(VENV)/.ready-test
	$(PY) -m ruff check --fix . && $(PY) -m ruff format .

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "This needs Python 3.11, 3.12 or 3.13: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import platform, sys; mac = platform.mac_ver()[0]; fits = not mac or platform.machine() == "arm64" and int(mac.split(".")[0]) >= 14; fits or sys.exit(f"PyTorch needs macOS 14 or newer and a Python for Apple silicon; this one is for {platform.machine()}, on macOS {mac}.")'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python has no venv here. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --upgrade "pip>=25.1"

$(VENV)/.ready: requirements.txt | $(VENV)/bin/python
ifeq ($(TORCH),cpu)
	$(PY) -m pip install --quiet --index-url $(CPU_INDEX) "$$(grep '^torch==' requirements.txt)"
endif
	$(PY) -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/.ready-test: pyproject.toml $(VENV)/.ready
	$(PY) -m pip install --quiet --group test
	@touch $@
