package sqlstore

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// noticeSilence has the system give a connection up when what was sent is not
// acknowledged for as long as a group may take.
func noticeSilence(_, _ string, conn syscall.RawConn) error {
	return conn.Control(func(fd uintptr) {
		// Where it cannot be set (a Unix socket), keep-alives have to do.
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(groupTimeout.Milliseconds()))
	})
}
