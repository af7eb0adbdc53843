package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run the test binary as `muban`.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"muban": main})
}

// TestScripts runs testdata/*.txt: what people type, against real servers.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			// A program under the race detector sleeps a second before it exits
			// with 0, which hundreds of commands add up.
			env.Setenv("GORACE", "atexit_sleep_ms=0")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start":   startServer,
			"code":    wantCode,
			"capture": captureText,
			"member":  captureMember,
			"http":    callServer,
		},
	})
}
