# `make demo` and `make test` do all the set-up on a fresh machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: venv demo test lint coverage matrix wheel clean

venv: $(READY)

# The project itself is installed as a link, so that MMAction2's own scripts
# find it from anywhere.
$(READY): requirements/runtime.txt requirements/dev.txt setup.cfg
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; \
	sys.exit(None if (3, 9) <= v <= (3, 12) else "Python 3.9 to 3.12 is " \
	"needed, this is %d.%d: make PYTHON=/path/to/python3.11 ..." % v)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --disable-pip-version-check -r requirements/dev.txt
	$(BIN)/pip install --disable-pip-version-check --no-deps -e .
	touch $@

demo: $(READY)
	PATH="$(CURDIR)/$(BIN):$$PATH" bash tools/demo.sh

# Two processes, of which each has all tests of a file.
test: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(READY)
	$(BIN)/flake8 projects configs tools tests
	$(BIN)/isort --check-only --diff projects configs tools tests
	$(BIN)/yapf --diff --recursive projects configs tools tests
	$(BIN)/mypy
	$(BIN)/interrogate -c setup.cfg projects tools

# Of the package, by all tests that are not slow.
coverage: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile \
		--cov projects/tc_clip --cov-branch --cov-report term:skip-covered \
		--cov-fail-under 90

# Other versions of Python, torch, numpy and mmcv: tools/matrix.sh lists them.
matrix:
	bash tools/matrix.sh $(ROWS)

wheel: $(READY)
	$(BIN)/python -m build --wheel

clean:
	rm -rf $(VENV) build dist work_dirs data/motion *.egg-info
