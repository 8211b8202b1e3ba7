#!/bin/sh
# Makes sure that the programs which the demo and the tests start are there: nginx and openssl from Debian, and a virtual
# environment `.venv` with the packages of each `requirements.txt` below `tests/`; with `browser` as its argument also
# Chromium, what drives it and curl, with `clients` the generators of TypeScript clients, with `oauth` OAuth libraries, with
# `keycloak` a Keycloak from Maven Central and Java; with `demo` only what the demo needs. Does nothing when all is there;
# a second run at the same time waits. Installs system packages only as root; otherwise it says what is missing.
set -eu
cd "$(dirname "$0")/.."
mkdir -p tests/.tools
KEYCLOAK=keycloak-26.7.3
exec 9> tests/.tools/lock
flock 9

missing=
PATH="$PATH:/usr/sbin"
command -v nginx > /dev/null || missing="$missing nginx"
command -v openssl > /dev/null || missing="$missing openssl"
python3 -c 'import ensurepip, venv' 2> /dev/null || missing="$missing python3-venv"
if [ "${1-}" = browser ]; then
    command -v chromium > /dev/null || missing="$missing chromium"
    command -v curl > /dev/null || missing="$missing curl"
fi
if [ "${1-}" = keycloak ]; then
    command -v java > /dev/null || missing="$missing default-jre-headless"
    [ -x "tests/.tools/$KEYCLOAK/bin/kc.sh" ] || command -v mvn > /dev/null || missing="$missing maven"
fi
if [ -n "$missing" ]; then
    if [ "$(id -u)" != 0 ]; then
        echo "missing:$missing; install with: sudo apt-get install$missing" >&2
        exit 1
    fi
    echo "Installing$missing …" >&2
    apt-get update -qq
    # shellcheck disable=SC2086 # several packages
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing > /dev/null
fi

all=$(cat tests/*/requirements.txt)
wanted=$all
if [ "${1-}" = demo ]; then
    wanted=$(cat tests/demo/requirements.txt)
fi
installed=$(cat .venv/installed 2> /dev/null || true)
if [ "$installed" != "$wanted" ] && [ "$installed" != "$all" ]; then
    echo "Installing Python packages into .venv …" >&2
    python3 -m venv .venv
    echo "$wanted" | .venv/bin/pip install -q --disable-pip-version-check -r /dev/stdin
    echo "$wanted" > .venv/installed
fi

if [ -f "tests/${1-}/package-lock.json" ] && ! cmp -s "tests/$1/package-lock.json" "tests/$1/node_modules/.installed"; then
    npm --prefix "tests/$1" ci --silent
    cp "tests/$1/package-lock.json" "tests/$1/node_modules/.installed"
fi

# Built once with the store in memory, so that a start has nothing to build.
if [ "${1-}" = keycloak ] && ! [ -e tests/.tools/keycloak/.built ]; then
    rm -rf "tests/.tools/$KEYCLOAK" tests/.tools/keycloak
    mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
        -Dartifact="org.keycloak:keycloak-quarkus-dist:${KEYCLOAK#keycloak-}:tar.gz" -DoutputDirectory=tests/.tools > /dev/null
    tar -xzf "tests/.tools/keycloak-quarkus-dist-${KEYCLOAK#keycloak-}.tar.gz" -C tests/.tools
    rm "tests/.tools/keycloak-quarkus-dist-${KEYCLOAK#keycloak-}.tar.gz"
    "tests/.tools/$KEYCLOAK/bin/kc.sh" build --db=dev-mem > /dev/null
    ln -sfn "$KEYCLOAK" tests/.tools/keycloak
    touch tests/.tools/keycloak/.built
fi
