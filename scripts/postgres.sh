#!/bin/sh
# A PostgreSQL server of its own for the tests: from Debian's packages, as a
# user that is not root, on a free port, in a folder that goes when it stops.
#
#   scripts/postgres.sh COMMAND...
#
# runs the command with MUBAN_TEST_POSTGRES set to the server's address, a
# superuser's, and stops the server when the command ends. MUBAN_TEST_POSTGRES
# that is set already is kept, and no server is started.
set -eu
cd "$(dirname "$0")/.."
. scripts/need.sh

if [ -n "${MUBAN_TEST_POSTGRES:-}" ]; then
	exec "$@"
fi

# Debian keeps the programs of each version in a folder of its own.
for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V -r); do
	PATH="$PATH:$folder"
done
need initdb postgresql
install_missing
for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V -r); do
	PATH="$PATH:$folder"
done
export PATH

# initdb and postgres refuse to run as root.
if [ "$(id -u)" = 0 ]; then
	owner=postgres
	id "$owner" >/dev/null 2>&1 || owner=nobody
	as_owner() { runuser -u "$owner" -- "$@"; }
else
	owner=$(id -un)
	as_owner() { "$@"; }
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/muban-postgres-XXXXXX")
server=
clean_up() {
	if [ -n "$server" ]; then
		as_owner pg_ctl -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
	fi
	rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM
chmod 0700 "$folder"
chown "$owner" "$folder" 2>/dev/null || true

as_owner initdb -D "$folder/data" -U muban -A trust -E UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1 || {
	cat "$folder/initdb.log" >&2
	exit 1
}
# A port that is free now may be taken a moment later: then another is tried.
for attempt in 1 2 3 4 5; do
	port=$(go run ./scripts/freeport)
	if as_owner pg_ctl -D "$folder/data" -l "$folder/server.log" -w -t 60 start -o \
		"-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c max_connections=300" >/dev/null; then
		server=started
		break
	fi
	[ "$attempt" != 5 ] || {
		cat "$folder/server.log" >&2
		exit 1
	}
done
MUBAN_TEST_POSTGRES="postgres://muban@127.0.0.1:$port/postgres?sslmode=disable"
export MUBAN_TEST_POSTGRES
echo "$(as_owner postgres --version) as $owner on 127.0.0.1:$port"
"$@"
