package callback_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client/callback"
)

// An event that fails about when its answer is due: the platform is told
// "success" only of what will not come again, and the log says the same.
func TestFailingWhenTheAnswerIsDue(t *testing.T) {
	t.Parallel()
	const due = 4 * time.Second
	for name, test := range map[string]struct {
		handling, forgetting, logging time.Duration
		want                          int // 0 is either
	}{
		"before":                          {due - time.Second, 0, 0, http.StatusInternalServerError},
		"before, and it is logged slowly": {due - time.Second, 0, 2 * time.Second, http.StatusInternalServerError},
		"in the same moment":              {due, 0, 0, 0},
		"while it is forgotten":           {due - time.Second, 2 * time.Second, 0, http.StatusOK},
		"after":                           {due + time.Second, 0, 0, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 20 { // what is ready in one moment is chosen by chance
				synctest.Test(t, func(t *testing.T) {
					log := &slowLog{takes: test.logging, lines: make(chan string, 10)}
					c := config(muban.CallbackPlain, func(callback.Finished) error {
						time.Sleep(test.handling) //nolint:forbidigo // in a bubble
						return errors.New("the database is away")
					})
					c.AnswerWithin, c.Seen, c.Logger = due, slowSeen{test.forgetting}, slog.New(log)
					status, text := answerOf(newHandler(t, c), push(t, muban.CallbackPlain, 7, theTime))
					if test.want != 0 && status != test.want || (status == http.StatusOK) != (text == "success") {
						t.Errorf("answered %d %q, want %d", status, text, test.want)
					}
					want := map[bool]string{true: "it will not come again", false: "it will come again"}[status == http.StatusOK]
					if line := log.of("an event failed"); !strings.Contains(line, want) {
						t.Errorf("answered %d, and the log says %q", status, line)
					}
				})
			}
		})
	}
}

// slowSeen is always first, and takes its time to forget.
type slowSeen struct{ takes time.Duration }

func (slowSeen) First(context.Context, string) (bool, error) { return true, nil }

func (s slowSeen) Forget(context.Context, string) error {
	time.Sleep(s.takes) //nolint:forbidigo // in a bubble
	return nil
}

// slowLog takes its time for each line.
type slowLog struct {
	takes time.Duration
	lines chan string
}

func (*slowLog) Enabled(context.Context, slog.Level) bool { return true }
func (l *slowLog) WithAttrs([]slog.Attr) slog.Handler     { return l }
func (l *slowLog) WithGroup(string) slog.Handler          { return l }

func (l *slowLog) Handle(_ context.Context, r slog.Record) error {
	time.Sleep(l.takes) //nolint:forbidigo // in a bubble
	l.lines <- r.Message
	return nil
}

// of waits for the line that begins like that.
func (l *slowLog) of(begin string) string {
	for line := range l.lines {
		if strings.HasPrefix(line, begin) {
			return line
		}
	}
	return ""
}
