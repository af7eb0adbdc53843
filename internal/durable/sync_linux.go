package durable

import (
	"os"
	"syscall"
)

// Sync returns when the file's data is on disk. It leaves out what only
// matters to its metadata.
func Sync(file *os.File) error {
	for {
		err := syscall.Fdatasync(int(file.Fd()))
		if err != syscall.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
