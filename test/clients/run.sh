#!/usr/bin/env bash
# Real clients against a running Muban: builds it (or takes $MUBAN_BIN), starts
# it, runs every program under test/clients against it, one after the other,
# and says which passed (see README.md here). Works from any folder.
#
# It runs them on the embedded store and, if MUBAN_TEST_POSTGRES is a database
# (scripts/postgres.sh sets it), on PostgreSQL too. MUBAN_CLIENTS_ONLY names the
# programs to run, as node/co-wechat-api,http/baidu. A language whose tools are
# missing is installed on Debian as root, unless MUBAN_TEST_INSTALL=0; elsewhere
# its programs do not run, and the end is an error that names it.
#
# docs/clients.md and docs/clients.zh-CN.md have to be what a run of every program
# gives; MUBAN_CLIENTS_UPDATE=1 writes them.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/need.sh

command -v go >/dev/null || {
	echo "test/clients: missing: go. Install Go (https://go.dev/dl/)" >&2
	exit 1
}
trusts_somebody || lack "root certificates" ca-certificates
# A checkout that belongs to another user must build too.
export GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"

work=$PWD/.cache/clients
mkdir -p "$work"
go build -o "$work/runner" ./test/clients/runner
if [ -z "${MUBAN_BIN:-}" ]; then
	MUBAN_BIN=$work/muban
	go build -o "$MUBAN_BIN" ./cmd/muban
fi

runner() { "$work/runner" -clients "$here" -only "${MUBAN_CLIENTS_ONLY:-}" "$@"; }
missing=$(runner -missing)
while IFS=$'\t' read -r tool packages; do
	# A tool without Debian packages is named by its programs' rows.
	# shellcheck disable=SC2086
	[ -z "$packages" ] || lack "$tool" $packages
done <<<"$missing"
if may_install; then
	install_missing
fi
update=
[ -z "${MUBAN_CLIENTS_UPDATE:-}" ] || update=-update
runner -work "$work" -muban "$MUBAN_BIN" -postgres "${MUBAN_TEST_POSTGRES:-}" -docs docs $update
