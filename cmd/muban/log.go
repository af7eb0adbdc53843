package main

import (
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"golang.org/x/term"
)

// isTerminal reports whether a person reads what is written to w.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// terminalLog is for people, in colours unless they asked for none.
func terminalLog(w io.Writer) slog.Handler {
	plain := os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" // no-color.org
	return tint.NewTextHandler(w, &tint.Options{TimeFormat: time.TimeOnly, NoColor: plain})
}
