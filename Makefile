# Few targets, each of which does its own set-up.

.PHONY: test check

CARGO ?= cargo

# Everything that CI runs.
test: check
	$(CARGO) test --locked

# Formatting and lints.
check:
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets
	npm --prefix ui run --silent check
