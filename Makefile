# Casebook's commands. Each sets up what it needs first; `make` alone lists them.
#
#   PYTHON=python3.13 make run    choose the Python (3.11 to 3.13); otherwise the first suitable one is taken
#   PORT=8001 make run            serve on another port

PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help run test faults demo bench lint reset lock screenshots environment environment-dev

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: environment ## start everything and serve on 127.0.0.1:$PORT (8000); Ctrl-C stops it
	@exec $(PY) manage.py runstack

test: environment-dev ## the whole fast suite: PostgreSQL, Valkey, a worker and a browser, all real
	@exec $(PY) -m pytest $(ARGS)

faults: environment-dev ## kills, repeats, storms and broken bodies in full size: half an hour and more (CASEBOOK_STORM_MIN=1: less)
	@exec env CASEBOOK_FAULTS=whole $(PY) -m pytest tests/faults $(ARGS)

demo: environment ## play one whole case through the API on a throw-away instance
	@exec $(PY) manage.py play_demo

bench: environment-dev ## measure what docs/performance.md reports, beside the floor
	@exec $(PY) -m bench

lint: environment-dev ## style, types, import contracts, templates, migrations, schema
	@exec scripts/lint

screenshots: environment-dev ## take the README's pictures from the running product
	@exec $(PY) scripts/screenshots.py

reset: ## stop a running stack and drop .local/ with all its data
	@exec scripts/reset

lock: environment-dev ## pin requirements*.txt, with hashes, from requirements*.in
	@exec scripts/lock

environment:
	@exec scripts/environment requirements.txt

environment-dev:
	@exec scripts/environment requirements.txt requirements-dev.txt
