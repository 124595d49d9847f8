# `make site` builds the sample site into public/, `make test` runs the tests, `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OLDEST := .venv-oldest
AHEAD ?= +365d

.PHONY: site help test fast fast-oldest test-ahead check lint types serve bench bench-preview bench-pictures bench-submissions bench-deploy docs pictures lighthouse lock locked tools clean

site: $(VENV)/site.stamp ## Build the sample site into public/
	$(BIN)/caresite build
	@echo "Look at it: make serve"

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: $(VENV)/dev.stamp ## Run the tests
	$(BIN)/python -m pytest -n auto $(ARGS)

fast: $(VENV)/dev.stamp ## Run the tests that need no browser, no server and little time
	$(BIN)/python -m pytest -n auto -m "not slow" $(ARGS)

fast-oldest: $(OLDEST)/test.stamp ## Run those with the oldest PyYAML, markdown-it-py, Jinja2 and click allowed
	$(OLDEST)/bin/python -m pytest -n auto -m "not slow" $(ARGS)

test-ahead: $(VENV)/dev.stamp ## Run the tests with the date a year ahead, or AHEAD=+2190d (needs faketime)
	NO_FAKE_STAT=1 PYTHONPATH=$(CURDIR)/tests/ahead faketime --exclude-monotonic -f $(AHEAD) $(BIN)/python -m pytest -n auto $(ARGS)

check: lint types ## Lint and check types
	$(BIN)/caresite check

lint: $(VENV)/dev.stamp ## Check format and style
	$(BIN)/ruff format --check src tests bench tools examples
	$(BIN)/ruff check src tests bench tools examples

types: $(VENV)/dev.stamp ## Check types
	$(BIN)/mypy

serve: $(VENV)/site.stamp ## Show the sample site in the browser, new with every save
	$(BIN)/caresite serve $(ARGS)

bench: $(VENV)/dev.stamp ## Measure builds of 100 to 10,000 posts, beside Hugo where it is installed
	$(BIN)/python bench/build.py $(ARGS)

bench-preview: $(VENV)/dev.stamp ## Measure how soon a save shows in a browser (needs Chromium)
	$(BIN)/python bench/preview.py $(ARGS)

lock: $(VENV)/dev.stamp ## Choose the newest allowed libraries and write their hashes to requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.5"
	echo "hatchling>=1.25" | $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	  --output-file requirements.lock pyproject.toml -

locked: ## Install from requirements.lock alone, as Netlify does, and build the sample site with it
	$(PYTHON) -m venv --clear $(VENV)-locked
	$(VENV)-locked/bin/python -m pip install --quiet --require-hashes -r requirements.lock
	$(VENV)-locked/bin/python -m pip install --quiet --no-deps --no-build-isolation .
	$(VENV)-locked/bin/caresite build --strict

bench-pictures: $(VENV)/dev.stamp ## Measure a site with 500 photographs of 12 megapixels
	$(BIN)/python bench/pictures.py $(ARGS)

bench-submissions: $(VENV)/dev.stamp ## Measure the private store with 10,000 submissions
	$(BIN)/python bench/submissions.py $(ARGS)

bench-deploy: $(VENV)/dev.stamp ## Measure deploys of 5,000 files to servers on this machine
	$(BIN)/python bench/deploy.py $(ARGS)

docs: $(VENV)/dev.stamp ## Write the generated pages of docs/reference/
	$(BIN)/python -m caresite.reference docs/reference

pictures: $(VENV)/dev.stamp ## Photograph every type of page into pictures/ (needs Chromium)
	PYTHONPATH=tests $(BIN)/python -m browser.pictures $(ARGS)

lighthouse: $(VENV)/dev.stamp ## Ask Lighthouse about every type of page (needs Chromium and `make tools`)
	PYTHONPATH=tests $(BIN)/python -m browser.lighthouse $(ARGS)

tools: ## Fetch the HTML and accessibility checkers that some tests use (needs Node.js and Java)
	npm ci --prefix tests/tools --no-audit --no-fund

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/site.stamp: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/dev.stamp: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $@ $(VENV)/site.stamp

$(OLDEST)/test.stamp: pyproject.toml tools/oldest.py
	$(PYTHON) -m venv --clear $(OLDEST)
	$(PYTHON) tools/oldest.py pyyaml markdown-it-py jinja2 click > $(OLDEST)/constraints.txt
	$(OLDEST)/bin/python -m pip install --quiet --disable-pip-version-check -c $(OLDEST)/constraints.txt -e ".[test]"
	touch $@

clean: ## Remove what the commands made
	rm -rf public .public.caresite-output .caresite $(VENV) $(VENV)-locked $(OLDEST) dist
