package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/apiclient"
)

// shell is what every command works with: the streams, and the flags that all
// commands share.
type shell struct {
	in       io.Reader
	out, err io.Writer

	server, token string
	json          bool

	// began is set once a command's own work has begun: an error before that
	// is one of usage.
	began bool
}

// The shared flags and the environment variables that stand in for them.
const (
	defaultServer = "http://127.0.0.1:8080"
	envServer     = "MUBAN_SERVER"
	envToken      = "MUBAN_TOKEN"
)

func (s *shell) addFlags(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.StringVar(&s.server, "server", "", "address of the Muban to drive (default $"+envServer+" or "+defaultServer+")")
	flags.StringVar(&s.token, "token", "", "its admin token (default $"+envToken+"); muban dev needs none")
	flags.BoolVar(&s.json, "json", false, "print the API's JSON")
}

// client makes the client of the Muban that the flags or the environment
// name.
func (s *shell) client() (*apiclient.Client, error) {
	client, err := apiclient.New(firstOf(s.server, os.Getenv(envServer), defaultServer), firstOf(s.token, os.Getenv(envToken)))
	if err != nil {
		return nil, usageErrorf("%v", err)
	}
	return client, nil
}

// native is a command's work that needs the native API.
type native func(ctx context.Context, c *apiclient.Client, args []string) error

// with makes it what cobra runs.
func (s *shell) with(work native) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := s.client()
		if err != nil {
			return err
		}
		return work(cmd.Context(), c, args)
	}
}

// show prints an answer: the API's JSON, or what view makes of the value. It
// passes an error on, so that a command can end with its call.
func show[T any](s *shell, answer apiclient.Answer[T], err error, view func(T) view) error {
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(answer.JSON)
	}
	return s.print(view(answer.Value))
}

// showList prints a list and says where there is more of it.
func showList[T any](s *shell, list apiclient.Answer[apiclient.List[T]], err error, table func([]T) view) error {
	return show(s, list, err, func(l apiclient.List[T]) view {
		s.noteRest(len(l.Items), l.NextCursor)
		return table(l.Items)
	})
}

// noteRest tells who reads a table that it is not all of it.
func (s *shell) noteRest(shown int, next string) {
	switch {
	case shown == 0:
		s.note("none")
	case next != "":
		s.note("the newest %d; there are more: see --limit", shown)
	}
}

// done confirms what has no answer to print.
func (s *shell) done(err error, format string, args ...any) error {
	if err != nil || s.json {
		return err
	}
	return s.say(format, args...)
}

// say prints a line of the result.
func (s *shell) say(format string, args ...any) error {
	_, err := fmt.Fprintln(s.out, printable(fmt.Sprintf(format, args...)))
	return err
}

// note prints a line beside the result. That it cannot be printed is not worth
// an error, which could not be printed either.
func (s *shell) note(format string, args ...any) {
	_, _ = fmt.Fprintln(s.err, printable(fmt.Sprintf(format, args...)))
}

func (s *shell) printJSON(body []byte) error {
	if len(body) == 0 || body[len(body)-1] != '\n' {
		body = append(slices.Clip(body), '\n')
	}
	_, err := s.out.Write(body)
	return err
}

func (s *shell) print(v view) error {
	text := v.render(paperOf(s.out))
	_, err := io.WriteString(s.out, text)
	return err
}

// firstOf is the first text that is not empty.
func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
