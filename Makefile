# `make dev` starts Handbill here, `make test` tests it. Each target sets up what
# it needs (tools/setup.mjs) and is quick when nothing is missing.

# Not /bin/sh: GNU make would then start simple commands itself, past the PATH below.
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(CURDIR)/.tools/bin:$(PATH)
export CLOUDFLARE_CF_FETCH_ENABLED := false
export WRANGLER_SEND_METRICS := false

.PHONY: dev test check bench clean setup test-tools build

# As many files at a time as there are cores; Node would leave one idle.
RUN_TESTS = node --test --test-concurrency="$$(node -p 'os.availableParallelism()')"

# PORT (8787) and STATE (.state) say where it answers and where its data is.
dev: build
	@exec node tools/dev.mjs

test: build test-tools
	cargo test --workspace
	node tools/cargo-wasm.mjs test -p handbill-wasm --tests
	$(RUN_TESTS) 'npm/test/**/*.test.ts'
	$(RUN_TESTS) 'tests/**/*.test.ts'

check: build
	cargo fmt --all --check
	cargo clippy --quiet --workspace --all-targets --exclude handbill-worker -- -D warnings
	node tools/cargo-wasm.mjs clippy --quiet -p handbill-worker -p handbill-wasm -- -D warnings
	tsc -p .
	wrangler deploy --dry-run --outdir .tools/dry-run

bench: build
	node tests/bench/run.ts

setup:
	@node tools/setup.mjs

test-tools: setup
	@node tools/setup.mjs --tests

build: setup
	@node tools/build-worker.mjs

# Not the data in .state: that is yours.
clean:
	rm -rf target worker/build npm/build npm/dist node_modules tests/runtimes/*/node_modules .tools .wrangler
