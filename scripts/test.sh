#!/bin/sh
# Every test there is: what `make test` and CI run. It needs Go and Node; what
# it needs besides it installs on Debian as root, saying so first, and nothing
# skips itself for want of something.
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

# Modules are downloaded over TLS; a minimal Debian trusts nobody yet.
trusts_somebody() {
	[ "$(uname -s)" != Linux ] || [ -n "${SSL_CERT_FILE:-}${SSL_CERT_DIR:-}" ] ||
		[ -n "$(ls -d /etc/ssl/certs/* /etc/pki/tls/certs/* 2>/dev/null)" ]
}

section "what the tests need"
command -v go >/dev/null 2>&1 || {
	echo "missing: go. Install Go $(awk '$1 == "go" { print $2 }' go.mod) or newer (https://go.dev/dl/)" >&2
	exit 1
}
command -v node >/dev/null 2>&1 || {
	echo "missing: node. Install Node.js 20 or newer with npm (https://nodejs.org/)" >&2
	exit 1
}
need npm npm
trusts_somebody || lack "root certificates" ca-certificates
compiles_c || lack "a C compiler for the race detector" gcc libc6-dev
install_missing
echo "$(go version | cut -d ' ' -f 3), node $(node --version), npm $(npm --version), $(go env CC)"

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

section "real clients against a running server, on SQLite"
test/clients/run.sh

section "real clients against a running server, on PostgreSQL"
# shellcheck disable=SC2016
scripts/postgres.sh sh -c 'MUBAN_CLIENTS_DATABASE=$MUBAN_TEST_POSTGRES test/clients/run.sh'
