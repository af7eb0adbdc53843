#!/usr/bin/env bash
# The native API against its own OpenAPI document: builds Muban (or takes
# $MUBAN_BIN), starts muban dev with its demo, and has schemathesis send what
# the document allows and what it does not, one call alone and calls that follow
# from each other. No answer may be a 500, nor have a status, a content type, a
# header or a body that the document does not describe. Works from any folder.
# Needs Go and Python with venv; Debian's packages are installed as root, unless
# MUBAN_TEST_INSTALL=0.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/need.sh

fail() {
	echo "test/openapi: $*" >&2
	exit 1
}

command -v go >/dev/null || fail "missing: go. Install Go (https://go.dev/dl/)"
python3 -c 'import ensurepip, venv' 2>/dev/null || lack "python3 with venv" python3 python3-venv
trusts_somebody || lack "root certificates" ca-certificates
install_missing
# A checkout that belongs to another user must build too.
export GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"

cache=$PWD/.cache/openapi
mkdir -p "$cache"
muban=${MUBAN_BIN:-$cache/muban}
[ -n "${MUBAN_BIN:-}" ] || go build -o "$muban" ./cmd/muban
python3 -m venv "$cache/venv"
"$cache/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$here/requirements.txt"

work=$(mktemp -d)
server=
stop_server() {
	[ -n "$server" ] || return 0
	local status=0
	kill -TERM "$server" 2>/dev/null || true
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

mkfifo "$work/stdout"
"$muban" dev --listen 127.0.0.1:0 >"$work/stdout" 2>"$work/stderr" &
server=$!
exec 3<"$work/stdout"
url=
while IFS= read -r -t 30 line <&3; do
	case $line in
	"listening on http://"*)
		url=${line#listening on }
		break
		;;
	esac
done
if [ -z "$url" ]; then
	cat "$work/stderr" >&2
	fail "$muban dev did not say \"listening on http://HOST:PORT\" within 30 seconds"
fi

# explore PHASES OPTIONS... sends what schemathesis makes up. The seed is fixed, so
# that a change is judged by what it changes; MUBAN_OPENAPI_SEED is another one. An
# answer may take as long as the longest wait that the API has. The stream is left
# out: its answer never ends, and it has tests of its own.
explore() {
	local phases=$1
	shift
	"$cache/venv/bin/schemathesis" run "$url/api/openapi.json" \
		--phases "$phases" "$@" --exclude-path /api/v1/stream --seed "${MUBAN_OPENAPI_SEED:-1}" --continue-on-failure --request-timeout 70 \
		--checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
		--suppress-health-check all --warnings off
}

cd "$work"
status=0
explore examples,coverage,fuzzing --max-examples 12 || status=$?
explore stateful --max-examples 12 --max-time 40 || status=$?
if [ "$status" != 0 ]; then
	printf '\nthe last of what muban logged:\n' >&2
	tail -n 20 "$work/stderr" >&2
	fail "schemathesis found what is above"
fi
stop_server || fail "muban did not exit with 0 on SIGTERM"
