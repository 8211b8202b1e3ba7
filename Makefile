# Few targets, each of which does its own set-up.

.PHONY: test check demo bench package

CARGO ?= cargo

# Everything that CI runs.
test: check
	$(CARGO) test --locked

# Formatting and lints.
check:
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets
	npm --prefix ui run --silent check

# Gitea (a stand-in), Samovar, and a FastAPI application behind nginx, with sample people; Ctrl-C ends all.
# `make demo JSON=FILE` also writes the addresses and people for scripts, once everything answers.
demo:
	@test -x "$${CARGO_TARGET_DIR:-target}/debug/examples/demo" || echo "Compiling Samovar and the demo. The first time takes about five minutes on two cores."
	$(CARGO) build --locked --bin samovar --example demo
	$(CARGO) run --locked --quiet --example demo -- $(if $(JSON),--json "$(abspath $(JSON))")

# Checks per second beside a bare handler, on one core; needs an otherwise idle machine with two.
bench:
	$(CARGO) run --locked --release --example bench

# In target/package: wheel and source archive of the FastAPI package, and a Debian package of a release build.
package:
	$(CARGO) build --locked --release
	packaging/fastapi/build.sh
	packaging/debian/build.sh
