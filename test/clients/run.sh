#!/usr/bin/env bash
# Real clients against a running Muban: builds it (or takes $MUBAN_BIN), starts
# it, runs every program under test/clients against it, one after the other,
# and says which passed. Each program makes its own app and prints one line a
# step. Works from any folder. MUBAN_CLIENTS_DATABASE is a PostgreSQL database
# for it to work on; without it, it has the embedded store. Needs Go and, for the
# Node clients, node and npm.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
server=
export GOWORK=off

fail() {
	echo "test/clients: $*" >&2
	exit 1
}

# Its standard output ends when the server has stopped; one that does not stop
# in 15 seconds is killed.
stop_server() {
	[ -n "$server" ] || return 0
	kill -TERM "$server" 2>/dev/null || true
	local status=0 since=$SECONDS
	while IFS= read -r -t 15 _ <&3; do :; done
	[ $((SECONDS - since)) -lt 15 ] || kill -KILL "$server" 2>/dev/null || true
	wait "$server" || status=$?
	server=
	return "$status"
}

clean_up() {
	stop_server || true
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

command -v go >/dev/null || fail "missing: go. Install Go (https://go.dev/dl/)"
{ command -v node && command -v npm; } >/dev/null ||
	fail "missing: node and npm. Install Node.js 20 or newer with npm (https://nodejs.org/, Debian: apt-get install nodejs npm)"
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' ||
	fail "node $(node --version) is too old. Install Node.js 20 or newer (https://nodejs.org/)"

muban=${MUBAN_BIN:-$work/muban}
if [ -z "${MUBAN_BIN:-}" ]; then
	(cd "$root" && go build -o "$muban" ./cmd/muban) || fail "muban does not build"
fi

mkfifo "$work/stdout"
store=()
[ -z "${MUBAN_CLIENTS_DATABASE:-}" ] || store=(--database "$MUBAN_CLIENTS_DATABASE")
"$muban" dev --listen 127.0.0.1:0 --empty "${store[@]}" >"$work/stdout" 2>"$work/stderr" &
server=$!
exec 3<"$work/stdout"
MUBAN_URL=
while IFS= read -r -t 30 line <&3; do
	case $line in
	"listening on http://"*)
		MUBAN_URL=${line#listening on }
		break
		;;
	esac
done
if [ -z "$MUBAN_URL" ]; then
	cat "$work/stderr" >&2
	fail "$muban dev did not say \"listening on http://HOST:PORT\" within 30 seconds"
fi
export MUBAN_URL
echo "muban listens on $MUBAN_URL"

table=
failed=

# client LANGUAGE LIBRARY VERSION COMMAND... runs one program in its folder.
client() {
	local language=$1 library=$2 version=$3 status=0 count
	shift 3
	printf '\n-- %s: %s %s\n' "$language" "$library" "$version"
	(cd "$here/$language/$library" && "$@") 2>&1 | tee "$work/output" || status=$?
	count=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$work/output" | tail -n 1)
	if [ "$status" != 0 ] || [ -z "$count" ] || [ "${count#* }" != 0 ]; then
		failed="${failed:+$failed, }$language/$library $version"
	fi
	count=${count:-"- -"}
	table+=$(printf '%-15s %-10s %-8s %6s %6s' "$library" "$version" "$language" "${count% *}" "${count#* }")$'\n'
}

node_program() {
	npm ci --no-audit --no-fund --ignore-scripts >"$work/npm" 2>&1 || {
		cat "$work/npm"
		return 1
	}
	node main.js
}

go_version() { awk -v module="$2" '$1 == "require" && $2 == module { print $3 }' "$here/go/$1/go.mod"; }
node_version() { (cd "$here/node/$1" && node -p "require('./package.json').dependencies['$1']"); }

client go weapp "$(go_version weapp github.com/medivhzhan/weapp)" go run .
client go silenceper "$(go_version silenceper github.com/silenceper/wechat/v2)" go run .
client node co-wechat-api "$(node_version co-wechat-api)" node_program
client node wx-server-sdk "$(node_version wx-server-sdk)" node_program
client http baidu - go run .
client go smartwalle "$(go_version smartwalle github.com/smartwalle/alipay/v3)" go run .
client node alipay-sdk "$(node_version alipay-sdk)" node_program

printf '\n%-15s %-10s %-8s %6s %6s\n%s' library version language passed failed "$table"
stop_server || failed="${failed:+$failed, }muban itself, which did not exit with 0 on SIGTERM"
if [ -n "$failed" ]; then
	printf '\nthe last of what muban logged:\n' >&2
	tail -n 20 "$work/stderr" >&2
	fail "failed: $failed"
fi
