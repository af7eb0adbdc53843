package sqlstore

import (
	"errors"
	"fmt"
	"sync"

	"github.com/muban-dev/muban"
)

// syncer makes committed groups durable and answers their callers. It syncs
// the write-ahead log itself, where SQLite with synchronous=FULL would do so
// within COMMIT: the same promise, but the committer writes the next group
// meanwhile, and several groups may share one sync.
type syncer struct {
	store  *Store
	groups chan committed
	done   chan struct{}

	mu      sync.Mutex
	pending int           // groups taken and not yet answered
	idle    chan struct{} // closed when pending falls to 0
}

// committed is a group whose transaction is committed, with its results.
type committed struct {
	group   []*job
	results []error
	// covering is set where the results hold only once the log is synced, even
	// those that say that nothing was stored; see coverFailed.
	covering bool
}

// groupsAhead is how many groups may be committed before the disk has them.
const groupsAhead = 4

func startSyncer(s *Store) *syncer {
	y := &syncer{store: s, groups: make(chan committed, groupsAhead), done: make(chan struct{}), idle: make(chan struct{})}
	close(y.idle) // nothing is pending
	go y.run()
	return y
}

func (y *syncer) take(c committed) {
	y.mu.Lock()
	if y.pending == 0 {
		y.idle = make(chan struct{})
	}
	y.pending++
	y.mu.Unlock()
	y.groups <- c
}

// quiet is closed when every group that was taken is on disk.
func (y *syncer) quiet() <-chan struct{} {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.idle
}

func (y *syncer) finished(groups int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.pending -= groups; y.pending == 0 {
		close(y.idle)
	}
}

// stop answers what was taken and ends the syncer.
func (y *syncer) stop() {
	close(y.groups)
	<-y.done
}

func (y *syncer) run() {
	defer close(y.done)
	batch := make([]committed, 0, groupsAhead+1)
	// failed is what the first sync failed with. What the disk holds is not
	// known from then on, and a later sync would say nothing of it.
	var failed error
	for first := range y.groups {
		batch = append(batch[:0], first)
		for len(y.groups) > 0 {
			batch = append(batch, <-y.groups)
		}
		if failed == nil {
			if failed = y.store.engine.sync(); failed != nil {
				y.store.endWith(fmt.Errorf("the last writes may not be on disk, their senders were told neither way; nothing more is accepted until a restart: %w", failed))
			}
		}
		y.finished(len(batch))
		for _, c := range batch {
			y.answer(c, failed)
		}
	}
}

// answer tells a group's callers how their writes ended.
func (y *syncer) answer(c committed, syncErr error) {
	accepted, told := false, false
	for i, j := range c.group {
		if syncErr != nil && (c.results[i] == nil || c.covering) {
			c.results[i] = errors.Join(muban.ErrOutcomeUnknown, syncErr)
		}
		if j.accept == nil || c.results[i] != nil || j.accept.repeated != 0 {
			continue
		}
		accepted = true
		y.store.observe(j.accept.Message.State)
		if c := j.accept.Callback; c != nil {
			told = true
			y.store.outbox.hint(c.AppID)
		}
	}
	for i, j := range c.group {
		j.answer <- c.results[i]
	}
	if told {
		y.store.announceDue()
	}
	if accepted {
		y.store.announceChange()
	}
}
