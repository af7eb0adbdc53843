//go:build unix

package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// TestBenchKilled: a bench that is killed leaves none of its servers behind.
// They share its standard error, which ends with the last of them.
func TestBenchKilled(t *testing.T) {
	t.Parallel()
	logs, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), "muban", "bench", "--sends", "1000000", "--users", "2", "--connections", "2", "--dir", t.TempDir())
	cmd.Stderr = theirs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = theirs.Close() // the processes have it
	t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	// The first line is a server's: by then both ceilings run too.
	rest := bufio.NewReader(logs)
	if line, err := rest.ReadString('\n'); err != nil {
		t.Fatalf("%q (%v); want a line of a server's", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // says that it was killed
	if err := logs.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if left, err := io.ReadAll(rest); err != nil {
		t.Errorf("30 s after the bench was killed some of its processes run (%v): %s", err, left)
	}
}
