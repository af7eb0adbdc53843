package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/muban-dev/muban"
)

const (
	defaultQueue = 4096
	// mostInGroup bounds a group, and so the time for which one caller waits
	// for the others of its group.
	mostInGroup = 512
	// enoughToOverlap is how many writes make it worth to begin a transaction
	// while the disk is still busy with the one before.
	enoughToOverlap = 224
	// readBackTimeout is how long the committer tries to find out what became
	// of a commit whose outcome is unknown.
	readBackTimeout = 5 * time.Second
	// mostAgain is how often a group is written again that the database gave
	// up for another node's sake.
	mostAgain = 5
)

// committer is the only writer. It gathers what waits in its queue into a
// group, writes the group in one transaction and hands it to the syncer, which
// makes it durable and answers each caller. While one group is written the next
// one gathers and the one before reaches the disk.
type committer struct {
	store *Store
	queue chan *job
	sync  *syncer
	done  chan struct{}
	// observe is told how many writes each commit held.
	observe func(writes int)

	// mu orders sequence numbers and the queue alike, so that messages become
	// visible in the order of their ids. It guards closed and away too.
	mu     sync.Mutex
	closed bool
	away   bool // the database does not answer: nothing is queued
	// closing is closed together with closed being set.
	closing chan struct{}

	// groups are those still to be committed of what was gathered last; the
	// committer's own.
	groups [][]*job

	// refused counts the writes since complained that a database without room or
	// time had refused.
	refused    int
	complained time.Time
}

// job is one caller's write: a send to accept, or any other work.
type job struct {
	ctx    context.Context // the caller's; only looked at while the job waits
	accept *acceptance
	work   func(context.Context, *sql.Tx) error
	place  place // the work's
	// committed runs in the committer once the work is committed; may be nil.
	committed func()

	answer chan error // receives the result, once; has room for it
}

func startCommitter(s *Store, queue int, observe func(int)) *committer {
	c := &committer{store: s, queue: make(chan *job, queue), done: make(chan struct{}), closing: make(chan struct{}), observe: observe}
	c.sync = startSyncer(s)
	go c.run()
	return c
}

// stop commits what is queued and ends the committer. Later writes are busy.
func (c *committer) stop() {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		close(c.closing)
		close(c.queue)
	}
	c.mu.Unlock()
	<-c.done
}

// write has work done in a transaction and returns once it is committed. work
// may be called again if its group has to be; an error of work undoes what
// this work did and is returned as it is.
func (s *Store) write(ctx context.Context, work func(context.Context, *sql.Tx) error) error {
	return s.writeAt(ctx, place{}, work)
}

// writeAt is write for work that has a place in its group; see inOrder.
func (s *Store) writeAt(ctx context.Context, at place, work func(context.Context, *sql.Tx) error) error {
	return s.committer.submit(&job{ctx: ctx, work: work, place: at})
}

// delete is write for what takes grants away, or messages: they are forgotten
// before the sends of the same group are decided, and again once all of it is
// committed, since a mint of the same group may have come between.
func (s *Store) delete(ctx context.Context, work func(context.Context, *sql.Tx) error) error {
	forgetting := func(ctx context.Context, tx *sql.Tx) error {
		s.forget()
		return work(ctx, tx)
	}
	return s.committer.submit(&job{ctx: ctx, work: forgetting, committed: s.forget})
}

func (s *Store) forget() {
	s.recent.forget()
	s.templates.forget()
	s.filing.forget()
}

// submit queues a job and waits for its result. A job whose caller leaves
// while it is queued is dropped; one that is in a group is finished.
func (c *committer) submit(j *job) error {
	j.answer = make(chan error, 1)
	if err := c.enqueue(j); err != nil {
		return err
	}
	return <-j.answer
}

func (c *committer) enqueue(j *job) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.away || c.store.hasEnded.Load() || len(c.queue) == cap(c.queue) {
		return muban.Refuse(muban.RuleBusy)
	}
	if j.accept != nil {
		m := &j.accept.Message
		seq, err := c.store.ids.next()
		if err != nil {
			return err
		}
		m.ID = muban.NewMessageID(m.Platform, seq)
		if told := j.accept.Callback; told != nil {
			if told.Seq, err = c.store.ids.next(); err != nil {
				return err
			}
			told.Event.MessageID = m.ID
		}
	}
	c.queue <- j
	return nil
}

// refuses says why no write would be accepted now, whatever it is; nil if there
// is no such reason.
func (c *committer) refuses() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed || c.store.hasEnded.Load():
		return errors.New("nothing is accepted any more until a restart")
	case c.away:
		return errors.New("nothing is accepted until the database takes writes again")
	}
	return nil
}

func (c *committer) run() {
	defer close(c.done)
	defer c.sync.stop()
	for first := range c.queue {
		if gathered := c.gather(first); len(gathered) > 0 {
			c.groups = c.store.inOrder(gathered)
		}
		for len(c.groups) > 0 {
			next := c.groups[0]
			c.groups = c.groups[1:]
			c.commitGroup(next)
		}
	}
}

// gather takes what waits. Who is about to queue a write gets a turn on the
// processor before, or the first answer's next write would begin a group alone.
// It does not wait for more, unless the disk is busy with the groups before:
// then a few more writes cost nothing and share a transaction.
func (c *committer) gather(first *job) []*job {
	group := make([]*job, 0, min(mostInGroup, 1+len(c.queue)))
	yielded := false
	for j := first; j != nil; {
		if err := j.ctx.Err(); err != nil {
			j.answer <- err
		} else {
			group = append(group, j)
		}
		if len(group) == mostInGroup {
			break
		}
		if j = c.waiting(); j == nil && !yielded {
			yielded = true
			runtime.Gosched()
			j = c.waiting()
		}
		if j == nil && len(group) < enoughToOverlap {
			select {
			case j = <-c.queue: // nil once the queue is closed and empty
			case <-c.sync.quiet():
			}
		}
	}
	return group
}

// waiting is the next job in the queue, nil if there is none now.
func (c *committer) waiting() *job {
	select {
	case j := <-c.queue:
		return j
	default:
		return nil
	}
}

// commitGroup writes a group and answers its jobs. If a statement fails the
// group is done again one by one, so that only the job at fault fails.
func (c *committer) commitGroup(group []*job) {
	results, err := c.tryGroup(group)
	if err == nil {
		c.observe(len(group))
		c.store.remember(group, results)
		c.sync.take(committed{group: group, results: results})
		return
	}
	if errors.Is(err, errCommit) {
		c.recover(group, results, err)
		return
	}
	if c.store.endedBy(err) {
		answerAll(group, muban.Refuse(muban.RuleBusy))
		return
	}
	switch c.judge(err) {
	case away:
		c.recover(group, nil, err)
	case again, busy:
		c.givenUp(len(group), err)
		answerAll(group, muban.Refuse(muban.RuleBusy))
	default:
		if len(group) == 1 {
			group[0].answer <- c.failure(err)
			return
		}
		for _, j := range group {
			c.commitGroup([]*job{j})
		}
	}
}

// failure is what the caller of a write that failed by itself is told.
func (c *committer) failure(err error) error {
	if c.store.engine.judge(err) == unstorable {
		return muban.Refuse(muban.RuleInvalid, "field", "a text", "value", "one that cannot be stored",
			"wanted", "UTF-8 without the character U+0000")
	}
	return fmt.Errorf("writing to the store: %w", err)
}

func answerAll(group []*job, err error) {
	for _, j := range group {
		j.answer <- err
	}
}

// givenUp logs that a group was refused, once a second at most: where the disk
// is full every group is.
func (c *committer) givenUp(jobs int, cause error) {
	c.refused += jobs
	if now := time.Now(); now.Sub(c.complained) >= time.Second {
		c.store.log.Warn("the database had no room or no time, writes are refused as busy", "writes", c.refused, "error", cause)
		c.complained, c.refused = now, 0
	}
}

// tryGroup writes the group, again where the database gave it up for another
// transaction's sake.
func (c *committer) tryGroup(group []*job) (results []error, err error) {
	for range mostAgain {
		ctx, cancel := c.groupContext()
		results, err = c.attempt(ctx, group)
		if c.mayGoElsewhere(ctx, err) {
			results, err = c.attempt(ctx, group)
		}
		cancel()
		if err == nil || errors.Is(err, errCommit) || c.judge(err) != again {
			break
		}
	}
	return results, err
}

// mayGoElsewhere reports whether a group that failed for its connection's sake,
// before COMMIT was sent, may go well on the new one that there is now. While
// nothing was sent a connection can die unnoticed, or the primary move.
func (c *committer) mayGoElsewhere(ctx context.Context, err error) bool {
	if err == nil || errors.Is(err, errCommit) || c.judge(err) != away {
		return false
	}
	c.store.giveUpConnections(err)
	return c.store.reconnect(ctx) == nil
}

// groupContext is the group's own context: no caller can end what the others
// wait for. On the embedded store it has no deadline because the driver would
// watch it in a goroutine for every statement.
func (c *committer) groupContext() (context.Context, context.CancelFunc) {
	if !c.store.shared {
		return context.Background(), func() {}
	}
	return context.WithTimeout(context.Background(), groupTimeout)
}

// judge is the engine's verdict, or away where the connection did not outlive
// the error.
func (c *committer) judge(err error) verdict {
	v := c.store.engine.judge(err)
	if v == fault && c.store.shared && !c.store.hot.alive() {
		return away
	}
	return v
}

// attempt writes the group in one transaction. results has an error a job;
// err means that nothing was committed, or, with errCommit, perhaps nothing.
func (c *committer) attempt(ctx context.Context, group []*job) (results []error, err error) {
	tx, err := c.store.hot.begin(ctx, slices.ContainsFunc(group, func(j *job) bool { return j.work != nil }))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			tx.rollback(ctx)
		}
	}()
	results = make([]error, len(group))
	for i, j := range group {
		if j.work != nil {
			if results[i], err = c.inSavepoint(ctx, tx.sql, j.work); err != nil {
				return nil, err
			}
		}
	}
	if err := c.store.acceptGroup(ctx, group, results); err != nil {
		return nil, err
	}
	if err := c.store.checkLater(ctx); err != nil {
		return nil, err
	}
	return results, tx.commit(ctx)
}

// inSavepoint runs one job's work so that its failure undoes only its own
// statements. failed is the work's error; err means the transaction is lost.
func (c *committer) inSavepoint(ctx context.Context, tx *sql.Tx, work func(context.Context, *sql.Tx) error) (failed, err error) {
	if _, err := tx.ExecContext(ctx, `SAVEPOINT job`); err != nil {
		return nil, err
	}
	failed = work(ctx, tx)
	if failed != nil {
		c.store.hot.drop() // what the work left
		if !isRefusal(failed) {
			switch c.judge(failed) {
			case again, busy, away:
				return nil, failed
			case unstorable:
				failed = c.failure(failed)
			default: // it fails alone
			}
		}
		if _, err := tx.ExecContext(ctx, `ROLLBACK TO SAVEPOINT job`); err != nil {
			return nil, err
		}
	}
	_, err = tx.ExecContext(ctx, `RELEASE SAVEPOINT job`)
	return failed, err
}
