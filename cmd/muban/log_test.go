package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// TestColours: a terminal's log has them unless the user asked for none.
func TestColours(t *testing.T) {
	for _, test := range []struct {
		noColour, terminal string
		want               bool
	}{
		{"", "xterm-256color", true},
		{"1", "xterm-256color", false},
		{"", "dumb", false},
	} {
		t.Setenv("NO_COLOR", test.noColour)
		t.Setenv("TERM", test.terminal)
		var out bytes.Buffer
		slog.New(terminalLog(&out)).Info("store open", "engine", "SQLite")
		if coloured := strings.Contains(out.String(), "\x1b["); coloured != test.want || !strings.Contains(out.String(), "store open") {
			t.Errorf("NO_COLOR=%s TERM=%s: %q", test.noColour, test.terminal, out.String())
		}
	}
}
