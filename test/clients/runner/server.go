package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// server is a running Muban.
type server struct {
	url     string
	command *exec.Cmd
	exited  chan error
	log     *tail
}

// startServer starts muban dev on a free port and waits until it listens.
func startServer(ctx context.Context, muban string, flags []string) (*server, error) {
	s := &server{log: &tail{}, exited: make(chan error, 1)}
	// It is stopped by stop, not by an interrupt of ours, so that how it stops
	// is always looked at.
	arguments := append([]string{"dev", "--listen", "127.0.0.1:0", "--empty"}, flags...)
	s.command = exec.CommandContext(context.WithoutCancel(ctx), muban, arguments...)
	s.command.Stderr = s.log
	output, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	address := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(output)
		for lines.Scan() {
			if url, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
				address <- url
				break
			}
		}
		_, _ = io.Copy(io.Discard, output) // Wait says how it ended
		s.exited <- s.command.Wait()
	}()
	select {
	case s.url = <-address:
		return s, nil
	case err := <-s.exited:
		return nil, fmt.Errorf("%s dev ended at once: %w\n%s", muban, err, s.logged())
	case <-time.After(30 * time.Second):
		_ = s.stop() // what is wrong is said below
		return nil, fmt.Errorf("%s dev did not say \"listening on http://HOST:PORT\" within 30 seconds\n%s", muban, s.logged())
	}
}

// stop ends it as a service manager would; it has to leave with 0.
func (s *server) stop() error {
	if err := s.command.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case err := <-s.exited:
		return err
	case <-time.After(15 * time.Second):
		err := errors.Join(s.command.Process.Kill(), <-s.exited)
		return fmt.Errorf("did not stop within 15 seconds of an interrupt: %w", err)
	}
}

func (s *server) logged() string { return s.log.String() }

// tailLimit is how much of the end of a log is kept, in bytes.
const tailLimit = 4096

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

func (t *tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, text...)
	if extra := len(t.kept) - tailLimit; extra > 0 {
		t.kept = append(t.kept[:0], t.kept[extra:]...)
	}
	return len(text), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
