#!/bin/sh
# One PostgreSQL server in a folder, from Debian's packages, run by a user that
# is not root: initdb and postgres refuse to be.
#
#   scripts/cluster.sh init FOLDER           makes it
#   scripts/cluster.sh standby FOLDER PORT   makes it as a standby of the one on 127.0.0.1:PORT
#   scripts/cluster.sh start FOLDER PORT [SETTING…]
#                                            starts it on 127.0.0.1:PORT and waits for it
#   scripts/cluster.sh promote FOLDER        makes a standby a primary
#   scripts/cluster.sh stop FOLDER [MODE]    stops it; immediate is as a crash
set -eu
# Debian keeps the programs of each version in a folder of its own.
for bin in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V -r); do
	PATH="$PATH:$bin"
done
export PATH

owner=$(id -un)
if [ "$(id -u)" = 0 ]; then
	owner=postgres
	id "$owner" >/dev/null 2>&1 || owner=nobody
fi
as_owner() {
	if [ "$owner" = "$(id -un)" ]; then "$@"; else runuser -u "$owner" -- "$@"; fi
}

folder=$2
make_folder() {
	mkdir -p "$folder"
	chmod 0700 "$folder"
	chown "$owner" "$folder" 2>/dev/null || true
}
case $1 in
init)
	make_folder
	cd /
	as_owner initdb -D "$folder/data" -U muban -A trust -E UTF8 --locale=C --no-sync
	;;
standby)
	make_folder
	cd /
	as_owner pg_basebackup -h 127.0.0.1 -p "$3" -U muban -D "$folder/data" -R -X stream -c fast --no-sync
	;;
start)
	port=$3
	shift 3
	settings=
	for setting; do settings="$settings -c $setting"; done
	cd /
	as_owner pg_ctl -D "$folder/data" -l "$folder/server.log" -w -t 60 start -o \
		"-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c max_connections=300$settings"
	;;
promote)
	cd /
	as_owner pg_ctl -D "$folder/data" -w -t 60 promote
	;;
stop)
	cd /
	as_owner pg_ctl -D "$folder/data" -m "${3:-fast}" -w -t 60 stop
	;;
owner)
	echo "$owner"
	;;
*)
	echo "usage: scripts/cluster.sh init|standby|start|promote|stop FOLDER …" >&2
	exit 2
	;;
esac
