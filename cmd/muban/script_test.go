package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// startServer is the script command
//
//	start dev|serve [flag…]
//
// It starts a server on a free port, waits until it is ready and puts its
// address into MUBAN_SERVER; what it printed until then is there for stdout and
// capture. The server is stopped at the script's end.
func startServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: start dev|serve [flag…]")
	}
	cmd := exec.CommandContext(context.Background(), "muban", append(args, "--listen", "127.0.0.1:0")...) // ends by stopServer
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "TMPDIR="+ts.Getenv("TMPDIR"), "MUBAN_ADMIN_TOKEN="+ts.Getenv("MUBAN_ADMIN_TOKEN"), "MUBAN_INSPECT="+ts.Getenv("MUBAN_INSPECT"))
	var logs bytes.Buffer
	cmd.Stderr = &logs
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() { stopServer(ts, cmd, &logs) })

	var printed strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		printed.WriteString(lines.Text() + "\n")
		if address, ready := strings.CutPrefix(lines.Text(), "listening on "); ready {
			ts.Setenv(envServer, address)
			_, err := io.WriteString(ts.Stdout(), printed.String())
			ts.Check(err)
			go func() { _, _ = io.Copy(io.Discard, out) }() // a full pipe would hold the server up
			return
		}
	}
	_ = cmd.Wait()
	ts.Fatalf("muban %s ended before it was ready:\n%s%s", args[0], printed.String(), logs.String())
}

func stopServer(ts *testscript.TestScript, cmd *exec.Cmd, logs *bytes.Buffer) {
	if cmd.ProcessState != nil {
		return
	}
	if runtime.GOOS == "windows" { // has no interrupt for others
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return
	}
	_ = cmd.Process.Signal(os.Interrupt)
	if err := cmd.Wait(); err != nil {
		ts.Logf("the server did not stop well: %v\n%s", err, logs)
	}
}

// wantCode is the script command
//
//	code N muban [arg…]
//
// It runs muban and fails unless it exits with that code. Its output is there
// for stdout, stderr, capture and member.
func wantCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N program [arg…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// captureText is the script command
//
//	capture NAME regexp
//
// It sets a variable to the first group of the match in the last output.
func captureText(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: capture NAME regexp")
	}
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	found := pattern.FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) < 2 {
		ts.Fatalf("no match of %s", pattern)
	}
	ts.Setenv(args[0], found[1])
}

// captureMember is the script command
//
//	[!] member path [want [NAME]]
//
// It looks for a member of the JSON that was printed last, like items.0.id; a
// list is its length. The member must be there (with !, must not) and, unless
// want is _, have that value. NAME is a variable to be set to it.
func captureMember(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 1 || len(args) > 3 || neg && len(args) != 1 {
		ts.Fatalf("usage: [!] member path [want [NAME]]")
	}
	var value any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &value))
	for name := range strings.SplitSeq(args[0], ".") {
		value = memberOf(value, name)
	}
	if neg != (value == nil) {
		ts.Fatalf("member %s: %v", args[0], value)
	}
	if len(args) > 1 && args[1] != "_" && textOf(value) != args[1] {
		ts.Fatalf("member %s is %s, want %s", args[0], textOf(value), args[1])
	}
	if len(args) > 2 {
		ts.Setenv(args[2], textOf(value))
	}
}

func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []any:
		return strconv.Itoa(len(v))
	default:
		return fmt.Sprint(v)
	}
}

// memberOf is nil where there is no such member.
func memberOf(value any, name string) any {
	switch v := value.(type) {
	case map[string]any:
		return v[name]
	case []any:
		if i, err := strconv.Atoi(name); err == nil && i < len(v) {
			return v[i]
		}
	}
	return nil
}
