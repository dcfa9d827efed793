# Two commands do everything on a fresh Debian 12 (Python 3.11, make, git): `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: run test test-slow lint bench audit easyocr spark demo lock clean

run: .venv/.runtime          ## open the suite
	$(BIN)/streamlit run Home.py $(ARGS)

test: .venv/.tests           ## every test but the slow ones
	bash .ci/tests $(BIN)/python $(ARGS)

test-slow: .venv/.tests
	$(BIN)/python -m pytest -m slow $(ARGS)

lint: .venv/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.tests          ## recall, verdict rates, speed and memory; writes models/hazard_photo.json
	$(BIN)/python -m tests.benchmarks.hazard_photo $(ARGS)
	$(BIN)/python -m tests.benchmarks.screening main
	$(BIN)/python -m tests.benchmarks.links main
	$(BIN)/python -m tests.benchmarks.fetch main
	$(BIN)/python -m tests.benchmarks.addresses main
	$(BIN)/python -m tests.benchmarks.origin main
	$(BIN)/python -m tests.benchmarks.cargo main
	$(BIN)/python -m tests.benchmarks.audit main
	$(BIN)/python -m tests.benchmarks.jobs
	$(BIN)/python -m tests.benchmarks.load

audit: .venv/.tests          ## known weaknesses of everything installed; asks PyPI, so it needs the internet
	$(BIN)/pip install --quiet --group audit
	$(BIN)/pip-audit --strict --no-deps --disable-pip --requirement .ci/constraints.txt

easyocr: .venv/.runtime      ## the other reading engine, on a CPU build of torch
	bash .ci/easyocr

spark: .venv/.tests          ## the other feature engine (AX_ENGINE=spark); needs Java
	$(BIN)/pip install --quiet --group spark --constraint .ci/constraints.txt

demo: .venv/.tests           ## make the demo photos and tables anew (they are kept in git)
	$(BIN)/python -c "from pathlib import Path; from lib.entries.hazard_photo import demo; demo.write_demo(Path('data/hazard_photo/demo'))"
	$(BIN)/python -c "from lib.entries.duty_free import demo; demo.write()"
	$(BIN)/python -c "from lib.entries.pccc_theft import demo; demo.write()"
	$(BIN)/python -c "from lib.entries.fetch import demo; demo.write()"
	$(BIN)/python -c "from lib.entries.address_reading import demo; demo.write()"
	$(BIN)/python -c "from lib.entries.origin_laundering import demo; demo.write()"
	$(BIN)/python -c "from lib.entries.bonded_cargo import demo; demo.write()"

lock: .venv/.tests           ## pin everything that the direct pins bring along
	$(BIN)/pip freeze --exclude torch --exclude torchvision --exclude easyocr > .ci/constraints.txt

.venv/bin/python:
	bash .ci/venv $(PYTHON)

.venv/.runtime: .venv/bin/python requirements.txt .ci/constraints.txt .ci/fetch.py data/audit/cards
	$(BIN)/pip install --quiet --requirement requirements.txt --constraint .ci/constraints.txt
	$(BIN)/python .ci/fetch.py
	$(BIN)/python -m lib addresses build
	$(BIN)/python -m lib laws index
	touch $@

.venv/.tests: .venv/.runtime pyproject.toml .ci/system
	bash .ci/system
	$(BIN)/pip install --quiet --group test --constraint .ci/constraints.txt
	touch $@

clean:                       ## remove the environment and all state
	rm -rf .venv .local data/fetched
