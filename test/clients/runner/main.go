// Command runner runs the programs of test/clients, real third-party clients,
// against a Muban that it starts, and says which steps passed. It is what
// test/clients/run.sh calls; test/clients/README.md says how a program is
// described.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "test/clients:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

// options are what run.sh passes.
type options struct {
	clients  string // the folder test/clients
	work     string // where programs are prepared
	muban    string // the program to test
	postgres string // a database to run on besides the embedded store
	only     string // programs to run, by folder, comma-separated
	missing  bool   // list missing tools instead of running
	docs     string // the folder of the pages that tell of the run
	update   bool   // write the pages instead of comparing them
}

func run(ctx context.Context, arguments []string) error {
	var o options
	flags := flag.NewFlagSet("runner", flag.ContinueOnError)
	flags.StringVar(&o.clients, "clients", ".", "the folder of the programs")
	flags.StringVar(&o.work, "work", "", "a folder to prepare programs in")
	flags.StringVar(&o.muban, "muban", "", "the program to test")
	flags.StringVar(&o.postgres, "postgres", "", "run on this PostgreSQL database, too")
	flags.StringVar(&o.only, "only", "", "run these only, as node/co-wechat-api,http/baidu")
	flags.BoolVar(&o.missing, "missing", false, "list the tools that are missing, and the Debian packages that bring them")
	flags.StringVar(&o.docs, "docs", "", "compare the pages in this folder with the run, if it was of every program")
	flags.BoolVar(&o.update, "update", false, "write the pages instead")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	programs, err := findPrograms(o.clients, o.only)
	if err != nil {
		return err
	}
	if o.missing {
		return listMissing(ctx, programs)
	}
	return runAll(ctx, o, programs)
}

// listMissing prints a line for each tool that is missing: its name, a tab and
// the Debian packages that bring it.
func listMissing(ctx context.Context, programs []program) error {
	seen := map[string]bool{}
	for _, p := range programs {
		for _, t := range p.language.missing(ctx) {
			if !seen[t.Name] {
				seen[t.Name] = true
				if _, err := fmt.Fprintf(os.Stdout, "%s\t%s\n", t.Name, strings.Join(t.Debian, " ")); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// runAll runs the programs on each store and reports what became of them.
func runAll(ctx context.Context, o options, programs []program) error {
	say := &console{out: os.Stdout}
	prepared := prepareAll(ctx, say, o.work, programs)
	var results []result
	var failures []string
	for _, store := range stores(o.postgres) {
		server, err := startServer(ctx, o.muban, store.flags)
		if err != nil {
			return err
		}
		say.printf("\n== muban on %s, listening on %s\n", store.name, server.url)
		broken := false
		for _, p := range prepared {
			r := p.run(ctx, say, server.url)
			r.store = store.name
			results = append(results, r)
			broken = broken || r.failure() != ""
		}
		if err := server.stop(); err != nil {
			failures = append(failures, "muban itself: "+err.Error())
			broken = true
		}
		if broken {
			say.printf("\nthe last of what muban logged:\n%s", server.logged())
		}
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
	}
	return report(say, o, results, failures)
}

// report prints the table, names in its error what failed, and has the pages
// compared if all programs ran and none failed.
func report(say *console, o options, results []result, failures []string) error {
	unavailable, err := findUnavailable(o.clients)
	if err != nil {
		return err
	}
	say.table(results)
	if o.only == "" {
		say.unavailable(unavailable)
	}
	for _, r := range results {
		if why := r.failure(); why != "" {
			failures = append(failures, fmt.Sprintf("%s on %s: %s", r.program.folder, r.store, why))
		}
	}
	if say.err != nil {
		return say.err
	}
	if len(failures) > 0 {
		return errors.New("failed: " + strings.Join(failures, "; "))
	}
	if o.docs == "" || o.only != "" {
		return nil
	}
	return document(o.docs, o.update, results, unavailable)
}

// store is where Muban keeps its data in a run.
type store struct {
	name  string
	flags []string
}

func stores(postgres string) []store {
	all := []store{{name: "SQLite"}}
	if postgres != "" {
		all = append(all, store{name: "PostgreSQL", flags: []string{"--database", postgres}})
	}
	return all
}

// console writes what people read; its first error is kept.
type console struct {
	out *os.File
	err error
}

func (c *console) Write(text []byte) (int, error) {
	n, err := c.out.Write(text)
	c.err = cmp.Or(c.err, err)
	return n, err
}

func (c *console) printf(format string, values ...any) {
	_, err := fmt.Fprintf(c.out, format, values...)
	c.err = cmp.Or(c.err, err)
}

// table prints a row for each program and store.
func (c *console) table(results []result) {
	c.printf("\n%-34s %-12s %-10s %6s %6s\n", "program", "version", "store", "passed", "failed")
	for _, r := range results {
		passed, failed := fmt.Sprint(r.passed()), fmt.Sprint(r.failed())
		note := ""
		if why := r.failure(); why != "" && r.failed() == 0 {
			passed, failed, note = "-", "-", "  "+why
		}
		c.printf("%-34s %-12s %-10s %6s %6s%s\n", r.program.folder, r.program.version, r.store, passed, failed, note)
	}
}

// unavailable prints a row for each library that cannot be had where CI runs.
func (c *console) unavailable(programs []program) {
	for _, p := range programs {
		c.printf("%-34s %-12s not run: %s\n", p.folder, p.version, p.Unavailable.English)
	}
}
