#!/usr/bin/env bash
# The console in a real browser: sees that the committed assets and client are
# those of the source, builds Muban (or takes $MUBAN_BIN) and runs every
# *.test.js here, or those named as arguments, in Debian's Chromium. With
# MUBAN_PICTURES=DIR it leaves a picture of every view there. Works from any
# folder. What is missing is installed on Debian as root, unless
# MUBAN_TEST_INSTALL=0.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/need.sh

for tool in go node npm; do
	command -v $tool >/dev/null || {
		echo "test/console: missing: $tool. Install Go (https://go.dev/dl/) and Node.js 20 or newer with npm (https://nodejs.org/)" >&2
		exit 1
	}
done
[ -n "${CHROMIUM:-}" ] || need chromium chromium fonts-noto-cjk
install_missing
export CHROMIUM=${CHROMIUM:-$(command -v chromium)}

# A checkout that belongs to another user must build too.
export GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"
mkdir -p .cache/console
if [ -z "${MUBAN_BIN:-}" ]; then
	MUBAN_BIN=$PWD/.cache/console/muban
	go build -o "$MUBAN_BIN" ./cmd/muban
fi
export MUBAN_BIN

# What is committed must be what the source makes; make console makes both anew.
(
	cd web
	npm ci --no-audit --no-fund --loglevel=error
	npm run --silent check
	npm run --silent build -- --outDir ../.cache/console/dist --logLevel error
	diff -r ../.cache/console/dist ../internal/console/dist || {
		echo "internal/console/dist is not what web/ makes; run make console and commit" >&2
		exit 1
	}
)

cd "$here"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
[ $# -gt 0 ] || set -- ./*.test.js
# One after the other: the limits of time are for a machine that does nothing else.
node --test --test-concurrency=1 --test-reporter=spec "$@"
