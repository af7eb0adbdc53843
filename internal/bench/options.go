package bench

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// Engine is a kind of store.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Name is the engine's name as it is written.
func (e Engine) Name() string {
	if e == Postgres {
		return "PostgreSQL"
	}
	return "SQLite"
}

// Options say what to measure.
type Options struct {
	Program  string // the muban to run, for the servers and the ceilings
	Platform string // whose sends
	Dir      string // where the stores are; its disk is what is measured
	// Database is a PostgreSQL database, in which each store is a schema that
	// is dropped at the end.
	Database string
	Engines  []Engine
	Nodes    []int // how many processes work on one PostgreSQL, side by side
	// Preload is how many messages a store has before it is measured beside an
	// empty one; 0 measures the empty one alone.
	Preload     int
	Sends       int           // in each round, to each server
	Rounds      int           // how many, unless Duration says so
	Duration    time.Duration // if not 0: rounds until each server was loaded so long
	Connections int
	Apps        int  // that the sends are of, in turns
	Users       int  // of each app
	Callbacks   bool // push the events of an official account's sends, too
	// Profile is a file for a CPU profile of the first server, of the last
	// round; empty takes none.
	Profile string
	Logs    io.Writer
	// Progress shows how far it is.
	Progress Progress
}

// Progress is told what goes on. Add may be called from many goroutines.
type Progress interface {
	// Begin says what begins, and how many steps it has.
	Begin(doing string, steps int)
	// Add says that so many more steps are done.
	Add(steps int)
}

// Check says what of the options cannot be measured.
func (o Options) Check() error {
	var problems []error
	refuse := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	for _, least := range []struct {
		name  string
		value int
		least int
	}{{"sends", o.Sends, 1}, {"rounds", o.Rounds, 1}, {"connections", o.Connections, 1}, {"apps", o.Apps, 1}, {"users", o.Users, 1}, {"preload", o.Preload, 0}} {
		if least.value < least.least {
			refuse("--%s is %d; it must be at least %d", least.name, least.value, least.least)
		}
	}
	if o.Users > mostUsers {
		refuse("--users is %d; it must be at most %d", o.Users, mostUsers)
	}
	if o.Duration < 0 {
		refuse("--duration is %s; it must be more than 0, like 30s", o.Duration)
	}
	if o.Callbacks && o.Platform != "wechat-oa" {
		refuse("--callbacks is for --platform wechat-oa: %s pushes no events", o.Platform)
	}
	if o.Platform == "alipay" && (o.Preload > 0 || o.several() || len(o.Engines) > 1 || o.Duration > 0 || o.Apps > 1 || o.Profile != "") {
		refuse("--platform alipay measures signing: leave out --preload, --duration, --profile and further --apps, --nodes and --engines")
	} else {
		o.checkStores(refuse)
	}
	return errors.Join(problems...)
}

// checkStores says which of the stores cannot be measured.
func (o Options) checkStores(refuse func(format string, args ...any)) {
	for _, engine := range o.Engines {
		if engine != SQLite && engine != Postgres {
			refuse("--engines has %q; it must be sqlite, postgres or both, as sqlite,postgres", string(engine))
		}
	}
	if slices.Contains(o.Engines, Postgres) && o.Database == "" {
		refuse("--engines postgres needs a database: add --database postgres://…")
	}
	if o.Database != "" && !slices.Contains(o.Engines, Postgres) {
		refuse("--database is for PostgreSQL, which --engines leaves out; add postgres to it")
	}
	for _, n := range o.Nodes {
		if n < 1 || n > mostNodes {
			refuse("--nodes has %d; it must be from 1 to %d", n, mostNodes)
		}
	}
	if o.several() && !slices.Contains(o.Engines, Postgres) {
		refuse("--nodes above 1 needs PostgreSQL: SQLite's store has one process; add --database postgres://…")
	}
}

// several is whether some store has more than one process.
func (o Options) several() bool {
	return slices.ContainsFunc(o.Nodes, func(n int) bool { return n > 1 })
}

// makeProfile makes the profile's file, so that one that cannot be made is
// found before anything is measured. What is in it stays until there is a new one.
func (o Options) makeProfile() error {
	if o.Profile == "" {
		return nil
	}
	file, err := os.OpenFile(o.Profile, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("the file of --profile: %w", err)
	}
	return file.Close()
}

const (
	// mostUsers is how many one filling knows.
	mostUsers = 10_000
	// mostNodes keeps a slip of the pen from taking the machine.
	mostNodes = 8
)

// variants are the servers to measure, one after the other in each round.
func (o Options) variants() (all []variant) {
	for _, engine := range o.Engines {
		counts := o.Nodes
		if engine == SQLite {
			counts = []int{1}
		}
		for _, nodes := range counts {
			all = append(all, variant{engine, nodes, 0})
			if o.Preload > 0 {
				all = append(all, variant{engine, nodes, o.Preload})
			}
		}
	}
	return all
}

// variant is one server to measure.
type variant struct {
	engine  Engine
	nodes   int
	preload int
}

func (v variant) name() string {
	parts := []string{v.engine.Name()}
	if v.nodes > 1 {
		parts = append(parts, fmt.Sprintf("%d nodes", v.nodes))
	}
	if v.preload > 0 {
		parts = append(parts, fmt.Sprintf("%d stored", v.preload))
	}
	return strings.Join(parts, ", ")
}
