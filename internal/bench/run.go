package bench

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Options say what to measure.
type Options struct {
	Program     string // the muban to run, for the server and the ceilings
	Dir         string // where the stores are; its disk is what is measured
	Database    string // a PostgreSQL database that the server works on instead
	Sends       int    // in each round, to each server
	Rounds      int
	Connections int
	Users       int
	// Profile is a file for the server's CPU profile of the last round; empty
	// takes none.
	Profile  string
	Logs     io.Writer
	Progress func(int) // told of every answered request
}

// Report is what was measured: each server's loads round by round.
type Report struct {
	Engine                string // of the server's store
	Decode, Append, Muban []Load
	GroupSize             float64       // mean writes a commit
	PeakMiB               int           // the server's memory at most
	Behind                time.Duration // from the last answer to an empty outbox
}

// Run measures. The three servers are up together and take turns within each
// round, so that what else the machine does falls on all of them.
func Run(ctx context.Context, o Options) (report Report, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	dir, err := os.MkdirTemp(o.Dir, "muban-bench-")
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	decode, err := startChild(ctx, o.Program, []string{"bench", "ceiling", string(DecodeOnly)}, nil, o.Logs)
	if err != nil {
		return report, err
	}
	file := filepath.Join(dir, "append.log")
	appendSync, err := startChild(ctx, o.Program, []string{"bench", "ceiling", string(AppendSync), "--file", file}, nil, o.Logs)
	if err != nil {
		return report, err
	}
	token := rand.Text() + rand.Text()
	store := []string{"--data", filepath.Join(dir, "store")}
	report.Engine = "SQLite"
	if o.Database != "" {
		store, report.Engine = []string{"--database", o.Database}, "PostgreSQL"
	}
	server, err := startChild(ctx, o.Program, append([]string{"serve", "--listen", "127.0.0.1:0"}, store...),
		[]string{"MUBAN_ADMIN_TOKEN=" + token}, o.Logs)
	if err != nil {
		return report, err
	}
	api := native{"http://" + server.addr, token}
	from, err := api.newSender(ctx, o.Users)
	if err != nil {
		return report, err
	}
	to := target{
		path: "/cgi-bin/message/wxopen/template/send?access_token=" + from.token, contentType: "application/json",
		accepted: `{"errcode":0,`,
	}
	for round := range o.Rounds {
		bodies, err := api.bodies(ctx, from, o.Sends)
		if err != nil {
			return report, err
		}
		for _, turn := range []struct {
			on   *child
			into *[]Load
		}{{decode, &report.Decode}, {appendSync, &report.Append}, {server, &report.Muban}} {
			profiled := make(chan error, 1)
			if o.Profile != "" && round == o.Rounds-1 && turn.on == server {
				go func() { profiled <- api.profile(ctx, o.Profile) }()
			} else {
				profiled <- nil
			}
			before := turn.on.processor()
			to.addr = turn.on.addr
			load, err := drive(ctx, to, bodies, o.Connections, o.Progress)
			if err != nil {
				return report, err
			}
			if err := <-profiled; err != nil {
				return report, err
			}
			load.Processor = turn.on.processor() - before
			*turn.into = append(*turn.into, load)
		}
		if report.Behind, err = drained(ctx, api, report.Behind); err != nil {
			return report, err
		}
	}
	return finish(ctx, report, api, decode, appendSync, server)
}

// drained waits until nothing is left to deliver and returns the longest time
// that took so far.
func drained(ctx context.Context, api native, longest time.Duration) (time.Duration, error) {
	for began := time.Now(); ; {
		values, err := api.metrics(ctx)
		if err != nil {
			return longest, err
		}
		if values["muban_outbox_waiting"] == 0 {
			return max(longest, time.Since(began)), nil
		}
	}
}

func finish(ctx context.Context, report Report, api native, ceilings ...*child) (Report, error) {
	values, err := api.metrics(ctx)
	if err != nil {
		return report, err
	}
	if groups := values["muban_commit_group_size_count"]; groups > 0 {
		report.GroupSize = values["muban_commit_group_size_sum"] / groups
	}
	var problems []error
	for _, c := range ceilings {
		peak, err := c.stop()
		report.PeakMiB = peak // the server is the last
		problems = append(problems, err)
	}
	return report, errors.Join(problems...)
}

// Ratios are the server's rate over a ceiling's, round by round, sorted.
func Ratios(server, ceiling []Load) []float64 {
	ratios := make([]float64, len(server))
	for i := range server {
		ratios[i] = server[i].Rate() / ceiling[i].Rate()
	}
	slices.Sort(ratios)
	return ratios
}

// Write prints the report as a table.
func (r Report) Write(w io.Writer) error {
	var table strings.Builder
	table.WriteString("                        sends/s   p50        p95        p99        processor a send\n")
	for _, row := range []struct {
		name  string
		loads []Load
	}{{"decode only", r.Decode}, {"decode, append, sync", r.Append}, {"muban, durable send", r.Muban}} {
		l := median(row.loads)
		fmt.Fprintf(&table, "%-22s %8.0f   %-10s %-10s %-10s %d µs\n", row.name, l.Rate(),
			short(l.Percentile(50)), short(l.Percentile(95)), short(l.Percentile(99)), (l.Processor / time.Duration(l.Requests)).Microseconds())
	}
	first, second := Ratios(r.Muban, r.Decode), Ratios(r.Muban, r.Append)
	fmt.Fprintf(&table, "\nof decode only          %.2f  (%.2f to %.2f over %d rounds)\nof decode, append, sync %.2f  (%.2f to %.2f)\n",
		middle(first), first[0], first[len(first)-1], len(first), middle(second), second[0], second[len(second)-1])
	fmt.Fprintf(&table, "engine                  %s\n", r.Engine)
	fmt.Fprintf(&table, "writes a commit         %.1f\npeak memory             %d MiB\ndelivery behind by      %s\n", r.GroupSize, r.PeakMiB, short(r.Behind))
	_, err := io.WriteString(w, table.String())
	return err
}

// median is the round with the middle rate.
func median(loads []Load) Load {
	sorted := slices.SortedFunc(slices.Values(loads), func(a, b Load) int { return cmp.Compare(a.Rate(), b.Rate()) })
	return sorted[len(sorted)/2]
}

func middle(sorted []float64) float64 { return sorted[len(sorted)/2] }

func short(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }
