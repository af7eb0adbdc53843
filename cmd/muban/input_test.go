package main

import (
	"bytes"
	"context"
	"io"
	"testing"
)

// TestInterrupted: what waits for standard input, or makes a long key, ends
// when it is told to.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	server := platform(t, nil)
	for _, args := range [][]string{
		{"library", "import", "--platform", "baidu", "-"},
		{"send", "--server", server, "--app", "app", "--user", "u", "--template", "t", "--grant", "g", "--data-file", "-"},
		{"app", "create", "--platform", "alipay", "--name", "n", "--app-public-key-file", "-"},
		{"import", "--data", t.TempDir()},
		{"alipay", "keygen", "--bits", "4096"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		terminal, keyboard := io.Pipe() // nobody types
		if args[0] == "alipay" {
			cancel()
		}
		var stderr bytes.Buffer
		code := run(ctx, args, stoppingReader{terminal, cancel}, io.Discard, &stderr)
		if code != exitFailed || stderr.String() != "muban: interrupted\n" {
			t.Errorf("%v: exit code %d, %s", args, code, &stderr)
		}
		cancel()
		_ = keyboard.Close()
	}
}

// stoppingReader stops the program that reads it.
type stoppingReader struct {
	io.Reader
	stop func()
}

func (r stoppingReader) Read(p []byte) (int, error) {
	r.stop()
	return r.Reader.Read(p)
}
