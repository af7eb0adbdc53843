package sqlstore

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// TestFilesMayNotGrow: a disk that lets nobody write any more for another reason
// than being full, such as a quota, is like one that is full. What is limited
// here is how large the files of a process may be, so that it is one of its own.
func TestFilesMayNotGrow(t *testing.T) {
	t.Parallel()
	const limited = "MUBAN_TEST_FILES_MAY_NOT_GROW"
	if os.Getenv(limited) == "" {
		test := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFilesMayNotGrow$")
		test.Env = append(os.Environ(), limited+"=1")
		if out, err := test.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	store := openForTest(t, 0)
	log, err := os.Stat(store.engine.(*sqliteEngine).path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	var usual syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &usual); err != nil {
		t.Fatal(err)
	}
	runsOutOfRoom(t, store, func(room bool) {
		limit := usual
		if !room {
			limit.Cur = uint64(log.Size()) + 1<<18
		}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
	})
}
