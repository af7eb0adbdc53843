#!/bin/sh
# Every Go test: what `make test` and CI run. What it needs besides Go it
# installs on Debian as root, saying so first, and nothing skips itself for want
# of something. Real clients are tried by test/clients/run.sh.
set -eu
cd "$(dirname "$0")/.."
. scripts/need.sh

section() { printf '\n== %s\n' "$*"; }

# The race detector needs a C compiler with the C library's headers.
compiles_c() {
	# `go env CC` may carry arguments, so it is split into words.
	# shellcheck disable=SC2046
	printf '#include <stdlib.h>\nint main(void) { return 0; }\n' |
		$(go env CC) -x c -o /dev/null - >/dev/null 2>&1
}

section "what the tests need"
command -v go >/dev/null 2>&1 || {
	echo "missing: go. Install Go $(awk '$1 == "go" { print $2 }' go.mod) or newer (https://go.dev/dl/)" >&2
	exit 1
}
trusts_somebody || lack "root certificates" ca-certificates
compiles_c || lack "a C compiler for the race detector" gcc libc6-dev
install_missing
echo "$(go version | cut -d ' ' -f 3), $(go env CC)"

# A checkout that belongs to another user must build too.
export GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"
# Where a change is judged, no result of an earlier run counts.
fresh=
if [ "${CI:-}" = true ]; then
	fresh=-count=1
fi

section "go vet"
go vet ./...

section "go test -race, on SQLite and PostgreSQL"
# shellcheck disable=SC2086
CGO_ENABLED=1 scripts/postgres.sh go test -race -timeout 8m $fresh ./...
