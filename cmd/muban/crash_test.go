package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestKilledUnderLoad: kill -9 while 32 workers send; after a restart on the
// same data every acknowledged message is there and gets delivered, and no
// grant is overspent.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := serve(t, dir)
	s := newShop(first)
	grants := append(s.mint("form", 3000), s.mint("payment", 200)...)
	underWay, stop := make(chan struct{}), make(chan struct{})
	go func() {
		<-underWay
		first.kill()
		close(stop)
	}()
	acknowledged := s.sendAll(grants, 32, 4, sync.OnceFunc(func() { close(underWay) }), stop)
	if len(acknowledged) < 500 {
		t.Fatalf("only %d sends were acknowledged before the kill", len(acknowledged))
	}
	s.process = serve(t, dir)
	s.checkLedger(grants, acknowledged)
}

// TestStoppedUnderLoad: SIGTERM while 64 workers send; the server exits with
// code 0 within 10 seconds and nothing acknowledged is lost.
func TestStoppedUnderLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := serve(t, dir)
	s := newShop(first)
	grants := s.mint("form", 3000)
	underWay, stop := make(chan struct{}), make(chan struct{})
	stopped := make(chan error, 1)
	go func() {
		<-underWay
		began := time.Now()
		if err := first.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		stopped <- first.cmd.Wait()
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("stopping took %v", took)
		}
		close(stop)
	}()
	acknowledged := s.sendAll(grants, 64, 1, sync.OnceFunc(func() { close(underWay) }), stop)
	if err := <-stopped; err != nil {
		t.Errorf("exit: %v\n%s", err, first.logs)
	}
	if len(acknowledged) == len(grants) {
		t.Fatal("everything was sent before the stop: the test shows nothing")
	}
	s.process = serve(t, dir)
	s.checkLedger(grants, acknowledged)
}

// TestClosedTerminal: SIGHUP stops muban dev as SIGTERM does, and its temporary
// folder goes; where nohup has it ignored it changes nothing.
func TestClosedTerminal(t *testing.T) {
	t.Parallel()
	// What is handled here is not ignored in what is started, though nohup had
	// this test ignore it.
	handled := make(chan os.Signal, 1)
	signal.Notify(handled, syscall.SIGHUP)
	defer signal.Stop(handled)
	for _, trap := range []string{"", "trap '' HUP; "} {
		temporary := t.TempDir()
		//nolint:noctx // the test itself decides when and how it ends
		cmd := exec.Command("sh", "-c", trap+"exec muban dev --empty --listen 127.0.0.1:0")
		cmd.Env = append(os.Environ(), "TMPDIR="+temporary)
		p := await(t, cmd)
		if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		if trap != "" {
			if !ignores(t, p.cmd.Process.Pid, syscall.SIGHUP) {
				t.Error("SIGHUP was ignored when it began, and is not any more")
			}
			continue
		}
		if err := p.cmd.Wait(); err != nil {
			t.Errorf("exit: %v\n%s", err, p.logs)
		}
		if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v (%v)", left, err)
		}
	}
}

// ignores asks Linux whether a process ignores a signal.
func ignores(t *testing.T, pid int, which syscall.Signal) bool {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "SigIgn:\t")
	mask, err := strconv.ParseUint(after[:strings.IndexByte(after, '\n')], 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return mask&(1<<(which-1)) != 0
}

// TestSecondProcessIsRefused: the data belongs to one process, and the error
// names it.
func TestSecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := serve(t, dir)
	second := exec.CommandContext(t.Context(), "muban", "serve", "--data", dir, "--listen", "127.0.0.1:0")
	second.Env = append(os.Environ(), adminTokenEnv+"="+testToken)
	said, err := second.CombinedOutput()
	if want := fmt.Sprintf("in use by process %d", first.cmd.Process.Pid); err == nil || !strings.Contains(string(said), want) {
		t.Errorf("the second process said (%v): %s, want %q in it", err, said, want)
	}
}
