package sqlstore

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// signals tell the nodes of one database of each other's changes, so that who
// waits on one for what happens on another need not wait for the next poll.
// They may be lost: polling is the truth. They are sent beside the
// transactions, not in them, and where nobody is there not at all.
type signals struct {
	engine  *postgresEngine
	store   *Store
	channel string
	changed chan struct{}
	// anew has it listen on another connection.
	anew chan struct{}
}

const (
	// signalPause gathers the changes of a moment into one signal.
	signalPause = 10 * time.Millisecond
	// listenPause lies between two attempts to listen.
	listenPause = time.Second
)

func newSignals(e *postgresEngine, s *Store) *signals {
	// A channel belongs to the database, a store to a schema in it.
	return &signals{engine: e, store: s, channel: "muban:" + e.schema, changed: make(chan struct{}, 1), anew: make(chan struct{}, 1)}
}

// tell has a signal sent soon.
func (g *signals) tell() {
	select {
	case g.changed <- struct{}{}:
	default: // one is on its way
	}
}

// listenAnew has it listen on another connection soon.
func (g *signals) listenAnew() {
	select {
	case g.anew <- struct{}{}:
	default: // it will
	}
}

// send sends a signal for the changes of each moment until ctx ends.
func (g *signals) send(ctx context.Context) {
	pause := time.NewTicker(signalPause)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-g.changed:
		}
		if !g.engine.node.alone.Load() {
			// One that fails is one that is lost.
			_, _ = g.engine.worker.ExecContext(ctx, `SELECT pg_notify($1, $2)`, g.channel, g.engine.process)
		}
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

// listen passes other nodes' signals on until ctx ends.
func (g *signals) listen(ctx context.Context) {
	for ctx.Err() == nil {
		err := g.listenOnce(ctx)
		var refused *pgconn.PgError
		if errors.As(err, &refused) && strings.HasPrefix(refused.Code, "0A") { // feature_not_supported
			g.store.log.InfoContext(ctx, "this database has no notifications: other nodes' changes are seen by polling", "error", err)
			return
		}
		timer := time.NewTimer(listenPause)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (g *signals) listenOnce(ctx context.Context) error {
	select {
	case <-g.anew: // it is about to
	default:
	}
	conn, err := pgx.ConnectConfig(ctx, g.engine.conf.ConnConfig.Copy())
	if err != nil {
		return err
	}
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	go func() {
		select {
		case <-g.anew:
			leave()
		case <-ctx.Done():
		}
	}()
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbyeTimeout)
		defer cancel()
		_ = conn.Close(ctx) // it only listened
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{g.channel}.Sanitize()); err != nil {
		return err
	}
	for {
		signal, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if signal.Payload != g.engine.process { // another's
			g.store.changes.announce()
		}
	}
}
