# shellcheck shell=sh
# Functions to source, not to run: what the tests need besides Go and Node, and
# how it is had. A script names everything it needs and then calls
# install_missing once. On Debian as root that installs it and says so first;
# anywhere else, or with MUBAN_TEST_INSTALL=0, one line names what to install.

missing_things=
missing_packages=

# need COMMAND PACKAGES... notes that COMMAND (a name or a path) is needed and
# that on Debian PACKAGES bring it.
need() {
	command -v "$1" >/dev/null 2>&1 || lack "$@"
}

# lack THING PACKAGES... notes that THING is missing, for what no command's
# presence shows.
lack() {
	missing_things="${missing_things:+$missing_things, }$1"
	shift
	missing_packages="${missing_packages:+$missing_packages }$*"
}

# trusts_somebody finds the root certificates without which nothing can be
# downloaded over TLS: a minimal Debian has none.
trusts_somebody() {
	[ "$(uname -s)" != Linux ] || [ -n "${SSL_CERT_FILE:-}${SSL_CERT_DIR:-}" ] ||
		[ -n "$(ls -d /etc/ssl/certs/* /etc/pki/tls/certs/* 2>/dev/null)" ]
}

# may_install says whether install_missing could install something.
may_install() {
	[ "${MUBAN_TEST_INSTALL:-1}" != 0 ] && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]
}

# install_missing installs what was noted, or stops with one line that names it.
install_missing() {
	[ -n "$missing_packages" ] || return 0
	if [ "${MUBAN_TEST_INSTALL:-1}" = 0 ]; then
		echo "missing: $missing_things. Install it (Debian: apt-get install $missing_packages); MUBAN_TEST_INSTALL=0 forbids doing so here" >&2
		exit 1
	fi
	if ! may_install; then
		echo "missing: $missing_things. Install it (Debian, as root: apt-get install $missing_packages)" >&2
		exit 1
	fi
	echo "missing: $missing_things. Installing Debian packages $missing_packages (MUBAN_TEST_INSTALL=0 forbids it)"
	install_log=$(mktemp)
	if ! {
		# An update that fails is no reason to stop: the lists may be there already.
		DEBIAN_FRONTEND=noninteractive apt-get -q update ||
			echo "apt-get update failed; going on with the lists that are here"
		# shellcheck disable=SC2086
		DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing_packages
	} >"$install_log" 2>&1 </dev/null; then
		cat "$install_log" >&2
		rm -f "$install_log"
		echo "apt-get install $missing_packages failed, see above" >&2
		exit 1
	fi
	rm -f "$install_log"
	missing_things=
	missing_packages=
}
