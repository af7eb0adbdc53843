package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// programLimit is how long a program may run, or a command of its preparation.
const programLimit = 5 * time.Minute

// prepared is a program that is ready to run, or why it is not.
type prepared struct {
	program program
	work    string
	why     string
}

// prepareAll makes the programs ready, as many at a time as there are
// processors. What a preparation says is shown where it failed.
func prepareAll(ctx context.Context, say io.Writer, work string, programs []program) []prepared {
	all := make([]prepared, len(programs))
	slots := make(chan struct{}, runtime.NumCPU())
	var ends sync.WaitGroup
	var printing sync.Mutex
	for i, p := range programs {
		ends.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			var output bytes.Buffer
			all[i] = p.prepare(ctx, &output, filepath.Join(work, filepath.FromSlash(p.folder)))
			if all[i].why != "" {
				printing.Lock()
				defer printing.Unlock()
				_, _ = fmt.Fprintf(say, "\n-- %s: %s\n%s", p.folder, all[i].why, output.Bytes()) // the console keeps its error
			}
		})
	}
	ends.Wait()
	return all
}

func (p program) prepare(ctx context.Context, output io.Writer, work string) prepared {
	ready := prepared{program: p, work: work}
	if missing := p.language.missing(ctx); len(missing) > 0 {
		ready.why = "missing: " + missing[0].Name
		if missing[0].Get != "" {
			ready.why += " (" + missing[0].Get + ")"
		}
		return ready
	}
	if err := os.MkdirAll(work, 0o755); err != nil {
		ready.why = err.Error()
		return ready
	}
	for _, command := range p.Prepare {
		if err := ready.command(ctx, command, output, ""); err != nil {
			ready.why = fmt.Sprintf("%s: %v", strings.Join(command, " "), err)
			return ready
		}
	}
	return ready
}

// command runs one in the program's folder, with {work} replaced.
func (p prepared) command(ctx context.Context, words []string, output io.Writer, url string) error {
	ctx, cancel := context.WithTimeout(ctx, programLimit)
	defer cancel()
	replaced := make([]string, len(words))
	for i, word := range words {
		replaced[i] = strings.ReplaceAll(word, "{work}", p.work)
	}
	command := exec.CommandContext(ctx, replaced[0], replaced[1:]...)
	command.Dir = p.program.path
	command.Stdout, command.Stderr = output, output
	command.WaitDelay = 5 * time.Second
	command.Env = append(os.Environ(), "GOWORK=off", "MUBAN_URL="+url)
	return command.Run()
}

// step is a line that a program printed.
type step struct {
	name string
	ok   bool
	said string // of one that failed: what came and what was expected
}

// result is what became of a program on a store.
type result struct {
	program program
	store   string
	steps   []step
	why     string // it did not run to its end
}

func (r result) failed() int { return len(r.steps) - r.passed() }

func (r result) passed() int {
	passed := 0
	for _, s := range r.steps {
		if s.ok {
			passed++
		}
	}
	return passed
}

// failure says in a few words what went wrong, or nothing.
func (r result) failure() string {
	switch {
	case r.failed() > 0:
		return fmt.Sprintf("%d of %d steps", r.failed(), len(r.steps))
	default:
		return r.why
	}
}

func (p prepared) run(ctx context.Context, say io.Writer, url string) result {
	r := result{program: p.program, why: p.why}
	if p.why != "" {
		return r
	}
	_, _ = fmt.Fprintf(say, "\n-- %s: %s %s\n", p.program.folder, p.program.Library, p.program.version) // the console keeps its error
	var output bytes.Buffer
	err := p.command(ctx, p.program.Run, io.MultiWriter(say, &output), url)
	r.steps, r.why = parse(output.String())
	if err != nil && r.failed() == 0 {
		r.why = err.Error()
	}
	return r
}

var lastLine = regexp.MustCompile(`^(\d+) passed, (\d+) failed$`)

// parse reads a program's output. The count of its last line has to be that of
// the steps before it.
func parse(output string) (steps []step, why string) {
	why = `it did not end with "N passed, M failed"`
	r := result{}
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if name, ok := strings.CutPrefix(line, "ok "); ok {
			r.steps = append(r.steps, step{name: name, ok: true})
		} else if text, ok := strings.CutPrefix(line, "not ok "); ok {
			name, said, _ := strings.Cut(text, ": got ")
			r.steps = append(r.steps, step{name: name, said: "got " + said})
		} else if counts := lastLine.FindStringSubmatch(line); counts != nil {
			why = ""
			if counts[1] != strconv.Itoa(r.passed()) || counts[2] != strconv.Itoa(r.failed()) || len(r.steps) == 0 {
				why = fmt.Sprintf("it says %q after %d steps that passed and %d that failed", line, r.passed(), r.failed())
			}
		}
	}
	return r.steps, why
}
