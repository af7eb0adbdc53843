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

func colouredLog(w io.Writer) slog.Handler {
	return tint.NewTextHandler(w, &tint.Options{TimeFormat: time.TimeOnly})
}
