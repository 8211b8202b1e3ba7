#!/bin/sh
# Builds the wheel and the source archive of the FastAPI package into target/package. Python's `build` gets a virtual
# environment of its own, below target/, so that nothing is installed elsewhere. Needs python3 with venv, and on the first
# run a package index.
set -eu
cd "$(dirname "$0")/../.."
target="${CARGO_TARGET_DIR:-target}"
tools="$target/package-tools"

if ! python3 -c 'import ensurepip, venv' 2> /dev/null; then
    echo "missing: python3-venv; install with: sudo apt-get install python3-venv" >&2
    exit 1
fi
if ! [ -x "$tools/bin/pyproject-build" ]; then
    python3 -m venv --clear "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check build==1.6.1
fi
mkdir -p "$target/package"
rm -f "$target"/package/samovar_fastapi-*
"$tools/bin/pyproject-build" --outdir "$target/package" packaging/fastapi
