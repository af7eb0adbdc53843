#!/bin/sh
# A PostgreSQL server of its own for the tests, on a free port, in a folder that
# goes when it stops. Debian's packages are installed where they are missing.
#
#   scripts/postgres.sh COMMAND...
#
# runs the command with MUBAN_TEST_POSTGRES set to the server's address, a
# superuser's, and MUBAN_TEST_POSTGRES_SOCKET to its address by its Unix socket
# (left out where TMPDIR is too long for one), and stops the server when the
# command ends. Where MUBAN_TEST_POSTGRES is set already no server is started.
set -eu
cd "$(dirname "$0")/.."
. scripts/need.sh

if [ -n "${MUBAN_TEST_POSTGRES:-}" ]; then
	exec "$@"
fi
if ! command -v initdb >/dev/null 2>&1 && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
	lack "PostgreSQL's initdb and pg_ctl" postgresql
fi
install_missing

folder=$(mktemp -d "${TMPDIR:-/tmp}/muban-postgres-XXXXXX")
running=
clean_up() {
	[ -z "$running" ] || scripts/cluster.sh stop "$folder" immediate >/dev/null 2>&1 || true
	rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

scripts/cluster.sh init "$folder" >"$folder.log" 2>&1 || {
	cat "$folder.log" >&2
	rm -f "$folder.log"
	exit 1
}
rm -f "$folder.log"
# The path of a socket has 107 characters at most, and stands in an address.
sockets=$folder
case $folder in
*[!A-Za-z0-9/._-]*) sockets= ;;
esac
[ ${#folder} -le 85 ] || sockets=
# A port that is free now may be taken a moment later: then another is tried.
for attempt in 1 2 3 4 5; do
	port=$(go run ./scripts/freeport)
	if scripts/cluster.sh start "$folder" "$port" "unix_socket_directories=$sockets" >/dev/null; then
		running=yes
		break
	fi
done
[ -n "$running" ] || {
	cat "$folder/server.log" >&2
	exit 1
}
MUBAN_TEST_POSTGRES="postgres://muban@127.0.0.1:$port/postgres?sslmode=disable"
export MUBAN_TEST_POSTGRES
if [ -n "$sockets" ]; then
	export MUBAN_TEST_POSTGRES_SOCKET="postgres://muban@/postgres?host=$sockets&port=$port&sslmode=disable"
fi
echo "PostgreSQL as user $(scripts/cluster.sh owner -) on 127.0.0.1:$port"
"$@"
