package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestByteOrderMark: files that a Windows editor saved, with its mark and
// CRLF, are read as others are.
func TestByteOrderMark(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("\uFEFF"+text+"\r\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	token := write("token", testToken)
	config := write("muban.toml", "listen = '127.0.0.1:0'\r\nadmin-token-file = '"+token+"'\r\ndata = '"+filepath.Join(dir, "data")+"'")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	log := &stoppingLog{said: "store open", stop: cancel}
	if code := run(ctx, []string{"serve", "--config", config}, strings.NewReader(""), io.Discard, log); code != exitOK {
		t.Errorf("serve: exit code %d; %s", code, log)
	}

	var stderr bytes.Buffer
	code := run(t.Context(), []string{
		"send", "--server", platform(t, nil), "--app", "app", "--user", "u", "--template", "t", "--grant", "g",
		"--data-file", write("data.json", `{"keyword1":"x"}`),
	}, strings.NewReader(""), io.Discard, &stderr)
	if code != exitOK {
		t.Errorf("send: exit code %d; %s", code, &stderr)
	}
}
