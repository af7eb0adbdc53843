package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/muban-dev/muban/internal/retention"
)

// Options are what a running Muban is told from outside.
type Options struct {
	// Listen is the address of the one port that everything is on; port 0
	// picks a free one.
	Listen string
	// Data is the folder of the embedded store.
	Data string
	// Database is the address of a PostgreSQL database instead of Data.
	Database string
	// AdminToken is what the native API asks for; needed unless Sandbox is set.
	AdminToken string
	// CloudApp is the app that requests without an access token are made for,
	// as in WeChat's cloud hosting; empty refuses them.
	CloudApp string
	// Sandbox makes it `muban dev`: no login, secrets shown, a clock that can
	// be moved, refusals explained.
	Sandbox bool
	// CallbackPrivate lets callbacks go to private, loopback and link-local
	// addresses in `muban serve`; the sandbox lets them go anywhere.
	CallbackPrivate bool
	// Inspect keeps the last platform calls in memory, for the native API to
	// show; the sandbox always does.
	Inspect bool
	// Keep is how old messages and expired grants may grow before they are
	// deleted; 0 keeps everything.
	Keep time.Duration
	Log  *slog.Logger
	// Refill makes what the sandbox begins with, after a reset; nil makes
	// nothing.
	Refill func(ctx context.Context, s *Server) error
}

// shortestAdminToken is the contract's.
const shortestAdminToken = 32

// Validate reports everything that is wrong with the options at once.
func (o Options) Validate() error {
	var problems []error
	if _, _, err := net.SplitHostPort(o.Listen); err != nil {
		problems = append(problems, fmt.Errorf("listen address %q: want HOST:PORT, like 127.0.0.1:8080", o.Listen))
	}
	switch {
	case o.Data == "" && o.Database == "":
		problems = append(problems, errors.New("data: name the folder of the embedded store with --data DIR, or a PostgreSQL database with --database postgres://…"))
	case o.Data != "" && o.Database != "":
		problems = append(problems, errors.New("data and database name two stores; give one of them"))
	}
	if o.Keep != 0 && o.Keep < retention.Shortest {
		problems = append(problems, fmt.Errorf("keep: %v; the shortest is %v, and none at all keeps everything", o.Keep, retention.Shortest))
	}
	if !o.Sandbox {
		problems = append(problems, checkAdminToken(strings.TrimSpace(o.AdminToken)))
	}
	return errors.Join(problems...)
}

// checkAdminToken refuses a token that is short, and one that clients cannot
// send, or that they refuse themselves. What it says does not show the token.
func checkAdminToken(token string) error {
	const where = "in a file (--admin-token-file) or in MUBAN_ADMIN_TOKEN, for example from: openssl rand -hex 32"
	if n := utf8.RuneCountInString(token); n < shortestAdminToken {
		return fmt.Errorf("admin token: %d characters; give at least %d %s", n, shortestAdminToken, where)
	}
	if at := strings.IndexFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }); at >= 0 {
		return fmt.Errorf("admin token: character %d is a space, a line break or one that no HTTP header can carry; give one line of ASCII letters, digits and signs %s",
			utf8.RuneCountInString(token[:at])+1, where)
	}
	return nil
}

// Loopback reports whether the listen address can be reached from this
// machine only.
func (o Options) Loopback() bool {
	host, _, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
