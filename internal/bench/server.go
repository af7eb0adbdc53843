package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// server is one variant while it is measured: its store and the processes that
// work on it.
type server struct {
	variant
	store  []string // flags that name it
	token  string
	nodes  []*child
	api    native // the first node's
	from   []sender
	events *receiver // nil where none are pushed

	accepted    int // sends so far
	loads, half []Load
	groups      groups
	delivery    DeliveryReport
	inbox       *InboxReport
	peaks       []int // MiB, by node
}

// startServer makes the store, gives it its past and starts the nodes.
func (r *run) startServer(ctx context.Context, v variant) (*server, error) {
	s := &server{variant: v, token: r.token, store: []string{"--data", filepath.Join(r.dir, fmt.Sprintf("store%d", len(r.servers)))}}
	if v.engine == Postgres {
		address, drop, err := newSchema(ctx, r.Database)
		if err != nil {
			return nil, err
		}
		r.cleanUps = append(r.cleanUps, drop)
		s.store = []string{"--database", address}
	}
	callback := ""
	if r.Callbacks {
		var err error
		if s.events, err = startReceiver(ctx); err != nil {
			return nil, err
		}
		r.cleanUps = append(r.cleanUps, func(context.Context) error { return s.events.close() })
		callback = s.events.url
	}
	if err := r.startNode(ctx, s); err != nil {
		return nil, err
	}
	for range r.Apps {
		from, err := s.api.newSender(ctx, r.Platform, r.Users, callback)
		if err != nil {
			return nil, err
		}
		s.from = append(s.from, from)
	}
	if v.preload > 0 {
		if err := r.fill(ctx, s); err != nil {
			return nil, err
		}
	}
	for len(s.nodes) < v.nodes {
		if err := r.startNode(ctx, s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (r *run) startNode(ctx context.Context, s *server) error {
	args := append([]string{"serve", "--listen", "127.0.0.1:0"}, s.store...)
	if s.events != nil {
		args = append(args, "--callback-private")
	}
	node, err := startChild(ctx, r.Program, args, []string{"MUBAN_ADMIN_TOKEN=" + s.token}, r.Logs)
	if err != nil {
		return err
	}
	r.cleanUps = append(r.cleanUps, func(context.Context) error {
		_, err := node.stop()
		return err
	})
	s.nodes = append(s.nodes, node)
	s.api = native{"http://" + s.nodes[0].addr, s.token}
	return nil
}

// fill gives the store its past, by a process of its own so that its memory is
// not a node's, while no node works on it.
func (r *run) fill(ctx context.Context, s *server) error {
	if _, err := s.nodes[0].stop(); err != nil {
		return err
	}
	s.nodes = nil
	r.Progress.Begin("filling "+s.name(), s.preload)
	args := append([]string{"bench", "fill", "--app", s.from[0].appID, "--messages", fmt.Sprint(s.preload)}, s.store...)
	if err := runChild(ctx, r.Program, args, r.Logs, r.Progress); err != nil {
		return fmt.Errorf("filling the store: %w", err)
	}
	return r.startNode(ctx, s)
}

// target is where its sends go.
func (s *server) target() target {
	to := target{contentType: s.from[0].contentType, accepted: s.from[0].accepted}
	for _, from := range s.from {
		to.paths = append(to.paths, from.sendPath())
	}
	for _, node := range s.nodes {
		to.addrs = append(to.addrs, node.addr)
	}
	return to
}

// groupsSoFar are those of all nodes.
func (s *server) groupsSoFar(ctx context.Context) (all groups, err error) {
	for _, node := range s.nodes {
		values, err := native{"http://" + node.addr, s.token}.metrics(ctx)
		if err != nil {
			return all, err
		}
		all.add(groupsOf(values), 1)
	}
	return all, nil
}

// stop ends the nodes.
func (s *server) stop() error {
	var problems []error
	for _, node := range s.nodes {
		peak, err := node.stop()
		s.peaks = append(s.peaks, peak)
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// use measures what the processes use of the processor while work runs.
func use(nodes []*child, work func() (Load, error)) (Load, error) {
	before := make([]time.Duration, len(nodes))
	for i, node := range nodes {
		before[i] = node.processor()
	}
	own, all := processor(os.Getpid()), machine()
	load, err := work()
	load.generator, load.machine = processor(os.Getpid())-own, machine()-all
	for i, node := range nodes {
		used := node.processor() - before[i]
		load.nodes = append(load.nodes, used)
		load.Processor += used
	}
	return load, err
}
