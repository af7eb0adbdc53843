package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// run is a measurement while it goes on.
type run struct {
	Options
	dir, token   string
	ceilings     []*ceiling
	servers      []*server
	cleanUps     []func(context.Context) error // in the order of what they undo
	profileTaken bool
}

// ceiling is one of the ceilings while it is measured.
type ceiling struct {
	name    string
	process *child
	loads   []Load
}

// cleanUpTime bounds what is cleaned up after a broken measurement.
const cleanUpTime = 30 * time.Second

// Run measures. All servers are up together and take turns within each round,
// so that what else the machine does falls on all of them.
func Run(ctx context.Context, o Options) (report Report, err error) {
	if err := o.makeProfile(); err != nil {
		return report, err
	}
	r := &run{Options: o, token: rand.Text() + rand.Text()}
	if r.dir, err = os.MkdirTemp(o.Dir, "muban-bench-"); err != nil {
		return report, err
	}
	r.cleanUps = append(r.cleanUps, func(context.Context) error { return os.RemoveAll(r.dir) })
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
		defer cancel()
		for _, cleanUp := range slices.Backward(r.cleanUps) {
			err = errors.Join(err, cleanUp(ctx))
		}
	}()
	if err := r.start(ctx); err != nil {
		return report, err
	}
	rounds := 0
	for ; !r.done(rounds); rounds++ {
		if err := r.round(ctx, rounds); err != nil {
			return report, fmt.Errorf("round %d: %w", rounds+1, err)
		}
	}
	for _, s := range r.servers {
		if s.inbox, err = s.readInbox(ctx, r.Progress); err != nil {
			return report, err
		}
		if err := s.stop(); err != nil {
			return report, err
		}
	}
	return r.report(rounds), nil
}

func (r *run) start(ctx context.Context) error {
	for _, one := range []struct {
		name string
		args []string
	}{
		{"decode only", []string{string(DecodeOnly)}},
		{"decode, append, sync", []string{string(AppendSync), "--file", filepath.Join(r.dir, "append.log")}},
	} {
		args := append([]string{"bench", "ceiling", "--platform", r.Platform}, one.args...)
		process, err := startChild(ctx, r.Program, args, nil, r.Logs)
		if err != nil {
			return err
		}
		r.cleanUps = append(r.cleanUps, func(context.Context) error {
			_, err := process.stop()
			return err
		})
		r.ceilings = append(r.ceilings, &ceiling{name: one.name, process: process})
	}
	for _, v := range r.variants() {
		s, err := r.startServer(ctx, v)
		if err != nil {
			return fmt.Errorf("%s: %w", v.name(), err)
		}
		r.servers = append(r.servers, s)
	}
	return nil
}

// done says whether so many rounds are enough.
func (r *run) done(rounds int) bool {
	if r.Duration == 0 {
		return rounds >= r.Rounds
	}
	return !slices.ContainsFunc(r.servers, func(s *server) bool { return loaded(s.loads) < r.Duration })
}

// last guesses whether the round that begins is the last.
func (r *run) last(round int) bool {
	if r.Duration == 0 {
		return round == r.Rounds-1
	}
	so := loaded(r.servers[0].loads)
	return round > 0 && so+so/time.Duration(round) >= r.Duration
}

func loaded(loads []Load) (sum time.Duration) {
	for _, l := range loads {
		sum += l.Took
	}
	return sum
}

// round mints what each server's sends need, then loads the ceilings and the
// servers in turns, then the servers at half the rate that they just had.
func (r *run) round(ctx context.Context, round int) error {
	half := max(1, r.Sends/2)
	full, halves := make([][][]byte, len(r.servers)), make([][][]byte, len(r.servers))
	for i, s := range r.servers {
		r.Progress.Begin(fmt.Sprintf("round %d: writing sends, %s", round+1, s.name()), r.Sends+half)
		var err error
		if full[i], err = s.api.bodies(ctx, s.from, r.Sends, r.Progress); err != nil {
			return err
		}
		if halves[i], err = s.api.bodies(ctx, s.from, half, r.Progress); err != nil {
			return err
		}
	}
	for _, c := range r.ceilings {
		to := r.servers[0].target()
		to.addrs = []string{c.process.addr}
		r.Progress.Begin(fmt.Sprintf("round %d: %s", round+1, c.name), r.Sends)
		load, err := to.load(ctx, []*child{c.process}, r.Connections, burst{bodies: full[0]}, r.Progress)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		c.loads = append(c.loads, load)
	}
	for i, s := range r.servers {
		r.Progress.Begin(fmt.Sprintf("round %d: %s", round+1, s.name()), r.Sends)
		profiled := r.profile(ctx, s, round)
		err := r.full(ctx, s, full[i])
		if err := errors.Join(err, <-profiled); err != nil {
			return fmt.Errorf("%s: %w", s.name(), err)
		}
	}
	for i, s := range r.servers {
		r.Progress.Begin(fmt.Sprintf("round %d: %s at half its rate", round+1, s.name()), half)
		if err := r.half(ctx, s, halves[i]); err != nil {
			return fmt.Errorf("%s at half its rate: %w", s.name(), err)
		}
	}
	return nil
}

// profile takes a profile of the first server in the last round.
func (r *run) profile(ctx context.Context, s *server, round int) <-chan error {
	taken := make(chan error, 1)
	if r.Profile == "" || s != r.servers[0] || r.profileTaken || !r.last(round) {
		taken <- nil
		return taken
	}
	r.profileTaken = true
	go func() { taken <- s.api.profile(ctx, r.Profile) }()
	return taken
}

// full loads a server with as much as it takes.
func (r *run) full(ctx context.Context, s *server, bodies [][]byte) error {
	before, err := s.groupsSoFar(ctx)
	if err != nil {
		return err
	}
	load, err := r.load(ctx, s, burst{bodies: bodies}, &s.delivery.KeptUp)
	if err != nil {
		return err
	}
	s.loads = append(s.loads, load)
	after, err := s.groupsSoFar(ctx)
	if err != nil {
		return err
	}
	after.add(before, -1)
	s.groups.add(after, 1)
	return nil
}

// half loads a server evenly with half of what it took last.
func (r *run) half(ctx context.Context, s *server, bodies [][]byte) error {
	every := time.Duration(2 / s.loads[len(s.loads)-1].Rate() * float64(time.Second))
	load, err := r.load(ctx, s, burst{bodies: bodies, every: every}, &s.delivery.Half)
	s.half = append(s.half, load)
	return err
}

// load loads a server and, where events are pushed, waits until all have come
// and notes in k how they kept up.
func (r *run) load(ctx context.Context, s *server, b burst, k *KeptUp) (Load, error) {
	watched := s.watchOutbox(ctx)
	load, err := s.target().load(ctx, s.nodes, r.Connections, b, r.Progress)
	ended := time.Now()
	s.accepted += load.Requests
	waiting, watchErr := watched()
	if err := errors.Join(err, watchErr); err != nil {
		return load, err
	}
	return load, s.awaitEvents(ctx, load, ended, waiting, k)
}
