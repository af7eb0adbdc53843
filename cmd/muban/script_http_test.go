package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// callServer is the script command
//
//	http METHOD PATH [body]
//
// It makes a request of the started server, as an app's backend would, and
// writes the answer's body to stdout. A status of 400 or more fails it.
func callServer(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: [!] http METHOD PATH [body]")
	}
	req, err := http.NewRequestWithContext(context.Background(), args[0], ts.Getenv(envServer)+args[1], strings.NewReader(strings.Join(args[2:], "")))
	ts.Check(err)
	if len(args) == 3 {
		req.Header.Set("Content-Type", "application/json")
	}
	client := http.Client{Timeout: 30 * time.Second}
	res, err := client.Do(req)
	ts.Check(err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	ts.Check(err)
	_, err = ts.Stdout().Write(body)
	ts.Check(err)
	if failed := res.StatusCode >= http.StatusBadRequest; failed != neg {
		ts.Fatalf("%s %s: status %d: %s", args[0], args[1], res.StatusCode, body)
	}
}
