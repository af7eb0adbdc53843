//go:build (!unix && !windows) || solaris || illumos || aix

package client

import (
	"errors"
	"fmt"
	"runtime"
)

// tryLock: the standard library has no lock of files here.
func tryLock(string) (unlock func(), err error) {
	return nil, fmt.Errorf("FileTokens on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
