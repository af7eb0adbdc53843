package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
)

// TestStoppedWhileStarting: a server that is told to stop before it answers
// ends well, as one that answers does.
func TestStoppedWhileStarting(t *testing.T) {
	t.Setenv(adminTokenEnv, testToken)
	for _, test := range []struct {
		name string
		args []string
		said string // once this is in the log; at once where it is empty
	}{
		{"serve, before its store is open", []string{"serve", "--data", "data"}, ""},
		{"serve, with its store open", []string{"serve", "--data", "data"}, "store open"},
		{"dev, before its store is open", []string{"dev"}, ""},
		{"dev, before it is filled", []string{"dev"}, "store open"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			log := &stoppingLog{said: test.said, stop: cancel}
			if test.said == "" {
				cancel()
			}
			code := run(ctx, append(test.args, "--listen", "127.0.0.1:0"), strings.NewReader(""), io.Discard, log)
			if code != exitOK || strings.Contains(log.String(), "muban:") {
				t.Errorf("exit code %d, want 0; %s", code, log)
			}
		})
	}
}

// stoppingLog stops the program that writes it once it says something.
type stoppingLog struct {
	bytes.Buffer
	said string
	stop func()
}

func (l *stoppingLog) Write(p []byte) (int, error) {
	if l.said != "" && bytes.Contains(p, []byte(l.said)) {
		l.stop()
	}
	return l.Buffer.Write(p)
}
