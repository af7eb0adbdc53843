package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/apiclient"
)

// The exit codes; newExitCodesTopic documents them.
const (
	exitOK           = 0
	exitFailed       = 1
	exitUsage        = 2
	exitNotFound     = 3
	exitTimedOut     = 4
	exitRefused      = 5
	exitUnreachable  = 6
	exitUnauthorized = 7
)

func newExitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use: "exit-codes", Short: "What the exit codes mean",
		Long: `Every command ends with one of these exit codes:

  0  done; also a list that is empty, and a send that was accepted
  1  failed, for a reason that has no code of its own
  2  wrong usage: unknown command or flag, missing or empty argument
  3  what was named does not exist
  4  message wait: the time was over before a message matched or ended
  5  refused: the platform's rules refused the send or the token,
     the message that was waited for ended refused or failed,
     or callback verify: the app's server does not answer, or does not
     know its token
  6  the server cannot be reached, or broke off
  7  the server refuses the admin token, or who asks

What went wrong is said on standard error; standard output has results only.`,
	}
}

// failure is an error with an exit code of its own and what can be done.
type failure struct {
	code  int
	what  string
	hints []string // each a line of its own
}

func (f *failure) Error() string { return f.what }

// report says on standard error what was wrong and what to do, and returns
// the exit code. asked is the command that was running.
func (s *shell) report(asked *cobra.Command, err error) int {
	f := s.failureOf(asked, err)
	s.note("muban: %s", f.what)
	for _, hint := range f.hints {
		s.note("  %s", hint)
	}
	return f.code
}

func (s *shell) failureOf(asked *cobra.Command, err error) *failure {
	if own, ok := errors.AsType[*failure](err); ok {
		return own
	}
	if usage, ok := errors.AsType[*usageError](err); ok || !s.began {
		text := usageWords(err)
		if ok {
			text = usage.text
		}
		return &failure{exitUsage, text + "; see " + asked.CommandPath() + " --help", nil}
	}
	if errors.Is(err, context.Canceled) {
		return &failure{exitFailed, "interrupted", nil}
	}
	if problem, ok := errors.AsType[*apiclient.Problem](err); ok {
		return failureOfProblem(problem)
	}
	if away, ok := errors.AsType[*apiclient.UnreachableError](err); ok {
		return &failure{exitUnreachable, away.Error(), []string{"is `muban dev` running? or name the server with --server or " + envServer}}
	}
	if strange, ok := errors.AsType[*apiclient.StrangeAnswerError](err); ok {
		return &failure{exitFailed, strange.Error(), []string{"is that a Muban? name the server with --server or " + envServer}}
	}
	return &failure{exitFailed, err.Error(), nil}
}

// failureOfProblem gives what the native API refused its exit code.
func failureOfProblem(p *apiclient.Problem) *failure {
	switch p.Code {
	case apiclient.CodeNotFound:
		return &failure{exitNotFound, p.Error(), nil}
	case apiclient.CodeUnauthorized:
		return &failure{exitUnauthorized, p.Error(), []string{"give the server's admin token with --token or " + envToken}}
	case apiclient.CodeForbidden:
		return &failure{exitUnauthorized, p.Error(), nil}
	case apiclient.CodeBusy:
		return &failure{exitFailed, p.Error(), []string{"nothing was changed; try again in a moment"}}
	default:
		return &failure{exitFailed, p.Error(), nil}
	}
}
