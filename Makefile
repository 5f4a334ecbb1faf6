# Everything this project can do with one word. `make` or `make help` lists it.
# The work is in tools/*.py; each of them makes ready what it needs.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?=
HOST ?=
export PORT HOST
export SEEDS FROM STEPS SEED

.DEFAULT_GOAL := help
.PHONY: help setup run run-lan check test bench simulate draw-statistics screenshots fix clean

help: ## This list
	@"$(PYTHON)" tools/help.py Makefile

setup: ## Install what all the others need; done once, then instant
	@"$(PYTHON)" tools/setup.py test

run: ## The product with a demo bureau on http://127.0.0.1:8000 (PORT=, HOST=, SUICHA_INSTANCE=)
	@"$(PYTHON)" tools/start.py

run-lan: ## The same for real phones: TLS with a certificate authority of your own, and a page that explains it
	@"$(PYTHON)" tools/start.py --lan

check: ## Format, lint, types, layers, drift: what must hold before anything runs
	@"$(PYTHON)" tools/check.py

test: ## All tests: server, phone app, and journeys in a real browser (ONLY=server|client|journeys)
	@"$(PYTHON)" tools/test.py $(ONLY)

bench: ## Measure, and write docs/benchmarks.md and docs/benchmarks.json (ONLY=part of a file's name)
	@"$(PYTHON)" tools/bench.py $(ONLY)

simulate: ## Seeded lives of many phones on a bad line over the real server (SEEDS=, FROM=, STEPS=; MUTANTS=1)
	@"$(PYTHON)" tools/simulate.py

draw-statistics: ## Is the draw fair? The statistics with fresh seeds, which are printed (SEED= repeats a run)
	@"$(PYTHON)" tools/draw_statistics.py

screenshots: ## The pictures of docs/screenshots, taken anew
	@"$(PYTHON)" tools/test.py screenshots

fix: ## Format, and write anew all that is generated
	@"$(PYTHON)" tools/fix.py

clean: ## Remove what was made here, but never the instance folder with its data
	@"$(PYTHON)" tools/clean.py
