#!/bin/sh
# Measures PostgreSQL as it is once it has been in use for a while:
#     scripts/postgres.sh scripts/bench-postgres.sh --nodes 1,2 …
# with the flags of `muban bench`. A new server has no files of its log to use
# again. Each new one, 16 MB, is filled with zeros and synced first, a pause of
# 50 ms every ten thousand sends or so. So it is made to leave some behind.
set -eu
: "${MUBAN_TEST_POSTGRES:?is not set; run this by scripts/postgres.sh}"
{
	for checkpoint in 1 2 3; do # the more it has seen, the more files it leaves
		file=0
		while [ "$file" -lt 60 ]; do
			echo "SELECT pg_logical_emit_message(true, 'checkpoint $checkpoint', ''); SELECT pg_switch_wal();"
			file=$((file + 1))
		done
		echo "CHECKPOINT;"
	done
} | psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 "$MUBAN_TEST_POSTGRES" >/dev/null
exec bin/muban bench --database "$MUBAN_TEST_POSTGRES" "$@"
