package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/muban-dev/muban"
)

// Tail reads what is new in a store, whoever wrote it: messages and grants that
// were added, grants that were spent, callbacks that were added or attempted.
// What this process changes besides it is told by touch. It is used by one
// goroutine.
type Tail struct {
	store                       *Store
	messages, grants, callbacks *follower
	// waiting are the callbacks in the outbox, with when they are due: whatever
	// an attempt does, one of the two changes.
	waiting map[int64]int64

	mu sync.Mutex
	// touched are sequence numbers of messages and of callbacks.
	touchedMessages, touchedCallbacks map[int64]struct{}
}

// How far back a row may appear that was given its number before others that
// are there already. A node stores messages and their callbacks in the order of
// their numbers; grants get theirs before they are queued.
const (
	laggardsAlone  = 2 * time.Second
	laggardsShared = 30 * time.Second
)

// Tail begins to read what is new from now on.
func (s *Store) Tail(ctx context.Context) (*Tail, error) {
	messages, grants := time.Duration(0), laggardsAlone
	if s.shared {
		messages, grants = laggardsShared, laggardsShared
	}
	t := &Tail{
		store:     s,
		messages:  newFollower(`SELECT seq, app_id FROM messages WHERE seq > $1 ORDER BY seq LIMIT %d`, messages),
		grants:    newFollower(`SELECT seq, app_id FROM grants WHERE seq > $1 ORDER BY seq LIMIT %d`, grants),
		callbacks: newFollower(`SELECT seq, app_id FROM callbacks WHERE seq > $1 ORDER BY seq LIMIT %d`, messages),

		touchedMessages: make(map[int64]struct{}), touchedCallbacks: make(map[int64]struct{}),
	}
	if s.shared { // where only the app's number leads to its grants
		t.grants.query = `SELECT g.seq, g.app_id FROM apps a CROSS JOIN LATERAL (
			SELECT seq, app_id FROM grants WHERE grants.app_id = a.app_id AND seq > $1 ORDER BY seq LIMIT %[1]d) AS g ORDER BY g.seq LIMIT %[1]d`
	}
	s.tails.add(t)
	if err := t.begin(ctx); err != nil {
		t.Close()
		return nil, fmt.Errorf("following the store: %w", err)
	}
	return t, nil
}

// begin takes what is there as told of.
func (t *Tail) begin(ctx context.Context) (err error) {
	for table, f := range map[string]*follower{"messages": t.messages, "grants": t.grants, "callbacks": t.callbacks} {
		var newest int64
		if t.store.shared { // all that is there is older than a new number, or a laggard
			newest, err = t.store.ids.next()
		} else {
			err = t.store.reader.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM `+table).Scan(&newest)
		}
		if err != nil {
			return err
		}
		if err := f.begin(ctx, t.store, newest); err != nil {
			return err
		}
	}
	t.waiting, err = t.store.waitingCallbacks(ctx)
	return err
}

// Close ends the reading.
func (t *Tail) Close() { t.store.tails.remove(t) }

// Next returns what is new, oldest first, at most about so many of each kind;
// more says that there is more already.
func (t *Tail) Next(ctx context.Context, most int) (c muban.Changes, more bool, err error) {
	messages, callbacks := t.takeTouched()
	moreOf := func(f *follower, into map[int64]struct{}) (rows []followed, err error) {
		rows, full, err := f.next(ctx, t.store, most)
		more = more || full
		for _, row := range rows {
			into[row.seq] = struct{}{}
		}
		return rows, err
	}
	accepted, err := moreOf(t.messages, messages)
	if err != nil {
		return c, false, err
	}
	if _, err = moreOf(t.callbacks, callbacks); err != nil {
		return c, false, err
	}
	minted, err := moreOf(t.grants, make(map[int64]struct{}))
	if err != nil {
		return c, false, err
	}
	if err = t.attempted(ctx, callbacks); err != nil {
		return c, false, err
	}
	if c.Messages, err = inOrder(messages, func(part string) ([]muban.Message, error) {
		return t.store.messagesAmong(ctx, part)
	}); err != nil {
		return c, false, err
	}
	if c.Callbacks, err = inOrder(callbacks, func(part string) ([]muban.Callback, error) {
		rows, err := t.store.reader.QueryContext(ctx, `SELECT `+callbackColumns+callbackTables+`WHERE c.seq IN (`+part+`) ORDER BY c.seq`)
		if err != nil {
			return nil, t.store.orBusy(err)
		}
		return collect(rows, scanCallback)
	}); err != nil {
		return c, false, err
	}
	sent := make(map[int64]bool, len(accepted)) // others were read
	for _, row := range accepted {
		sent[row.seq] = true
	}
	c.Grants, err = t.store.changedGrants(ctx, minted, slices.DeleteFunc(slices.Clone(c.Messages), func(m muban.Message) bool {
		return !sent[m.ID.Seq()]
	}))
	return c, more, err
}

// messagesAmong reads messages by their numbers, the oldest first: all of them,
// where a list answers a few very long ones at a time.
func (s *Store) messagesAmong(ctx context.Context, seqs string) (messages []muban.Message, err error) {
	for page := (muban.Page{Limit: mostInPart}); ; {
		where := conditions{parts: []string{`seq IN (` + seqs + `)`}}
		where.add(`seq < $%d`, before(page))
		found, err := s.listMessages(ctx, `messages`, where, page)
		if err != nil {
			return nil, err
		}
		messages = append(messages, found.Items...)
		if page.Before = found.Next; page.Before == 0 {
			slices.Reverse(messages)
			return messages, nil
		}
	}
}

// changedGrants reads grants that were minted, and those that messages spent.
// Those that were deleted meanwhile are left out.
func (s *Store) changedGrants(ctx context.Context, minted []followed, messages []muban.Message) (grants []muban.Grant, err error) {
	seen := make(map[grantKey]bool)
	read := func(appID, condition string, value any) error {
		where := conditions{}
		where.add(`app_id = $%d`, appID)
		where.add(condition, value)
		found, err := s.listGrants(ctx, where, 1)
		for _, g := range found {
			seen[grantKey{g.AppID, g.ID}] = true
			grants = append(grants, g)
		}
		return err
	}
	for _, row := range minted {
		if err := read(row.appID, `seq = $%d`, row.seq); err != nil {
			return nil, err
		}
	}
	for i := range messages {
		m := &messages[i]
		if m.GrantID == "" || seen[grantKey{m.AppID, m.GrantID}] {
			continue
		}
		if err := read(m.AppID, `grant_id = $%d`, m.GrantID); err != nil {
			return nil, err
		}
	}
	return grants, nil
}

// mostWaiting bounds the callbacks of which a tail sees every attempt.
const mostWaiting = 10_000

func (s *Store) waitingCallbacks(ctx context.Context) (map[int64]int64, error) {
	rows, err := s.reader.QueryContext(ctx, fmt.Sprintf(`SELECT seq, due_at FROM outbox LIMIT %d`, mostWaiting))
	if err != nil {
		return nil, err
	}
	waiting := make(map[int64]int64)
	_, err = collect(rows, func(row scanner) (none struct{}, err error) {
		var seq, due int64
		err = row.Scan(&seq, &due)
		waiting[seq] = due
		return none, err
	})
	return waiting, err
}

// attempted adds the callbacks that came into the outbox, left it or are due at
// another time.
func (t *Tail) attempted(ctx context.Context, callbacks map[int64]struct{}) error {
	waiting, err := t.store.waitingCallbacks(ctx)
	if err != nil {
		return err
	}
	for seq, due := range waiting {
		if before, known := t.waiting[seq]; !known || before != due {
			callbacks[seq] = struct{}{}
		}
	}
	for seq := range t.waiting {
		if _, still := waiting[seq]; !still {
			callbacks[seq] = struct{}{}
		}
	}
	t.waiting = waiting
	return nil
}

// mostInPart is how many rows are read together.
const mostInPart = 256

// inOrder reads rows by their numbers, the smallest first: read is given lists
// of them, like 17,18.
func inOrder[T any](seqs map[int64]struct{}, read func(part string) ([]T, error)) (items []T, err error) {
	for part := range slices.Chunk(slices.Sorted(maps.Keys(seqs)), mostInPart) {
		found, err := read(numbers(part))
		if err != nil {
			return nil, err
		}
		items = append(items, found...)
	}
	return items, nil
}
