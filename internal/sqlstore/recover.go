package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

	"github.com/muban-dev/muban"
)

const (
	// groupTimeout bounds a group's transaction on a database that others
	// share, and with it how long a caller can be kept waiting by one that
	// hangs.
	groupTimeout = 5 * time.Second
	// goodbyeTimeout bounds what is told to the database at the end.
	goodbyeTimeout = 2 * time.Second
	// pingTimeout bounds how long whoever asks for the database waits.
	pingTimeout = 2 * time.Second
	// readBackPause lies between two looks at a database that does not answer.
	readBackPause = 50 * time.Millisecond
	// longestAbsence is the longest pause between two attempts to reconnect.
	longestAbsence = 500 * time.Millisecond
)

// recover answers a group whose connection broke. results are those of a group
// whose COMMIT was sent, nil where it was not: then nothing was stored and
// everything is busy. Until the database answers again, further writes are
// refused as busy at once.
func (c *committer) recover(group []*job, results []error, cause error) {
	c.store.log.Error("the database broke off a group", "jobs", len(group), "committing", results != nil, "error", cause)
	c.store.recent.forget()
	if !c.store.shared {
		c.sync.take(committed{group: group, results: c.readBack(group, results, cause), covering: isLogged(cause)})
		return
	}
	c.setAway(true)
	defer c.setAway(false)
	c.store.giveUpConnections(cause)
	c.refuseWaiting()
	if results == nil {
		answerAll(group, muban.Refuse(muban.RuleBusy))
	} else {
		c.sync.take(committed{group: group, results: c.readBack(group, results, cause)})
	}
	for pause := readBackPause; ; pause = min(2*pause, longestAbsence) {
		ctx, cancel := context.WithTimeout(context.Background(), groupTimeout)
		err := c.store.reconnect(ctx)
		cancel()
		if err == nil {
			c.store.log.Info("the database answers again")
			return
		}
		if !c.wait(pause) {
			return
		}
	}
}

func (c *committer) setAway(away bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.away = away
}

// refuseWaiting answers what was gathered and queued before writes were refused.
func (c *committer) refuseWaiting() {
	for _, group := range c.groups {
		answerAll(group, muban.Refuse(muban.RuleBusy))
	}
	c.groups = nil
	for j := c.waiting(); j != nil; j = c.waiting() {
		j.answer <- muban.Refuse(muban.RuleBusy)
	}
}

// wait is false where the committer is to stop.
func (c *committer) wait(pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.closing:
		return false
	}
}

// giveUpConnections has all connections made anew after one of them broke, or
// led to a server that takes no writes: then the others are no better.
func (s *Store) giveUpConnections(cause error) {
	s.hot.unfit = s.hot.unfit || isReadOnly(cause)
	s.engine.renew()
}

// reconnect replaces the connection that writes by a good one.
func (s *Store) reconnect(ctx context.Context) error {
	if s.hot.alive() {
		return nil
	}
	_ = s.hot.close() // it is broken: what it says is of no interest
	fresh, err := s.newHot(ctx)
	if err != nil {
		return err
	}
	if err := fresh.takesWrites(ctx); err != nil {
		err = errors.Join(err, fresh.close())
		s.engine.renew() // a session stays read-only, whatever becomes of the server
		return err
	}
	s.hot = fresh
	return nil
}

// readBack finds out, by message id, which sends of a group are stored after
// a COMMIT that failed. What cannot be found out is outcome unknown.
func (c *committer) readBack(group []*job, results []error, cause error) []error {
	ctx, cancel := context.WithTimeout(context.Background(), readBackTimeout)
	defer cancel()
	stored, err := c.storedOf(ctx, group, isLogged(cause))
	for i, j := range group {
		switch {
		case results[i] != nil: // refused: nothing of it was to be stored
		case err != nil || j.accept == nil:
			results[i] = errors.Join(muban.ErrOutcomeUnknown, cause, err)
		case !stored[j.accept.Message.ID.Seq()]:
			results[i] = muban.Refuse(muban.RuleBusy)
		}
	}
	return results
}

// storedOf asks until ctx ends which messages of a group are stored; see lookUp.
func (c *committer) storedOf(ctx context.Context, group []*job, logged bool) (map[int64]bool, error) {
	var sends []*acceptance
	for _, j := range group {
		if j.accept != nil {
			sends = append(sends, j.accept)
		}
	}
	for {
		stored, err := c.store.lookUp(ctx, sends, logged)
		if err == nil {
			return stored, nil
		}
		retry := time.NewTimer(readBackPause)
		select {
		case <-ctx.Done():
			retry.Stop()
			return nil, err
		case <-retry.C:
		}
	}
}

// lookUp reads which messages are stored. On a shared database it first takes
// the locks that the group's transaction held: while that one is not over,
// whatever became of its connection, nobody can say what will be stored. And it
// commits, as a transaction that locked rows does, like any other: where
// standbys are synchronous that waits until they have everything before it.
// What the database shows of a COMMIT that was given up need not be there yet.
// Where the group is in the embedded one's log though it is not stored, that is
// undone.
func (s *Store) lookUp(ctx context.Context, sends []*acceptance, logged bool) (stored map[int64]bool, err error) {
	if s.shared {
		if err := s.reconnect(ctx); err != nil {
			return nil, fmt.Errorf("reconnecting: %w", err)
		}
	}
	tx, err := s.hot.conn.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback() // the first error is the one that tells
		}
	}()
	if s.shared {
		if err := s.lockDays(ctx, sends); err != nil {
			return nil, err
		}
	}
	if logged {
		if err := coverFailed(ctx, tx); err != nil {
			return nil, err
		}
	}
	stored = make(map[int64]bool)
	if err := inChunks(sends, func(part []*acceptance) error { return s.markStored(ctx, part, stored) }); err != nil {
		return nil, err
	}
	if err := tx.Commit(); err != nil && !isLogged(err) {
		return nil, err
	}
	return stored, nil
}

func (s *Store) markStored(ctx context.Context, part []*acceptance, stored map[int64]bool) error {
	args := make([]any, len(part))
	for i, send := range part {
		args[i] = send.Message.ID.Seq()
	}
	rows, err := s.hot.query(ctx, `SELECT seq FROM messages WHERE seq IN (`+marks(len(part))+`)`, args)
	if err != nil {
		return err
	}
	seqs, err := collect(rows, func(row scanner) (seq int64, err error) { return seq, row.Scan(&seq) })
	for _, seq := range seqs {
		stored[seq] = true
	}
	return err
}

// takesWrites refuses a connection, PostgreSQL's, to a server that takes none.
func (h *hot) takesWrites(ctx context.Context) error {
	var readOnly string
	err := h.conn.QueryRowContext(ctx, `SELECT current_setting('transaction_read_only')`).Scan(&readOnly)
	if err == nil && readOnly == "on" {
		err = errReadOnly
	}
	return err
}

// alive reports whether the connection, which is PostgreSQL's, can still be
// used.
func (h *hot) alive() bool {
	return !h.unfit && h.conn.Raw(func(driver any) error {
		if driver.(*stdlib.Conn).Conn().IsClosed() {
			return sql.ErrConnDone
		}
		return nil
	}) == nil
}
