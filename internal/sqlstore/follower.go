package sqlstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// follower follows a table whose rows have numbers that grow, but for laggards:
// rows that appear after others with larger numbers.
type follower struct {
	query string // of one number, with %d for the most rows
	// window is how far back laggards may be, as a difference of numbers.
	window int64
	high   int64
	// seen are the rows in the window that were told of.
	seen map[int64]struct{}
	// looked is when all of the window was looked at last, to its end; real time.
	looked time.Time
}

const (
	// fewSeen is how many rows a window may hold for all of it to be looked at
	// each time. One that holds more, at thousands of rows a second very many,
	// is looked at from time to time; in between only what came last is, where
	// nearly all laggards are. A window that is no longer than that time would
	// have passed some by.
	fewSeen     = 2000
	newestPart  = time.Second
	wholeWindow = 2 * time.Second // between two looks at all of it
)

// followed is a row that is new.
type followed struct {
	seq   int64
	appID string
}

func newFollower(query string, laggards time.Duration) *follower {
	return &follower{query: query, window: numbersIn(laggards), seen: make(map[int64]struct{})}
}

// numbersIn is by how much numbers grow in a time.
func numbersIn(d time.Duration) int64 { return int64(d/tick) << tickShift }

// begin takes what is there, up to a number and above it, as told of.
func (f *follower) begin(ctx context.Context, s *Store, newest int64) error {
	f.high = newest
	for {
		if _, more, err := f.next(ctx, s, mostAtBegin); err != nil || !more {
			return err
		}
	}
}

// mostAtBegin is how many rows are looked at together in the beginning.
const mostAtBegin = 10_000

// from is the number above which rows are looked at now, and how many of them
// were told of.
func (f *follower) from() (low int64, known int) {
	low = f.high - f.window
	if len(f.seen) <= fewSeen || f.window <= numbersIn(wholeWindow) || time.Since(f.looked) >= wholeWindow {
		return low, len(f.seen)
	}
	low = max(low, f.high-numbersIn(newestPart))
	for seq := range f.seen {
		if seq > low {
			known++
		}
	}
	return low, known
}

// next returns rows that were not told of, the smallest number first; more
// says that there may be more.
func (f *follower) next(ctx context.Context, s *Store, most int) (found []followed, more bool, err error) {
	low, known := f.from()
	limit := most + known
	rows, err := s.reader.QueryContext(ctx, fmt.Sprintf(f.query, limit), low)
	if err != nil {
		return nil, false, s.orBusy(err)
	}
	all, err := collect(rows, func(row scanner) (r followed, err error) { return r, row.Scan(&r.seq, &r.appID) })
	if err != nil {
		return nil, false, err
	}
	if more = len(all) == limit; !more && low == f.high-f.window {
		f.looked = time.Now()
	}
	for _, row := range all {
		if _, known := f.seen[row.seq]; known {
			continue
		}
		found = append(found, row)
		f.high = max(f.high, row.seq)
		if f.window > 0 {
			f.seen[row.seq] = struct{}{}
		}
	}
	for seq := range f.seen {
		if seq <= f.high-f.window {
			delete(f.seen, seq)
		}
	}
	return found, more, nil
}

// numbers writes a list of numbers: 17,18.
func numbers(list []int64) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(texts, ",")
}

// tails are the tails of a store that are open.
type tails struct {
	mu   sync.Mutex
	open map[*Tail]struct{}
}

func (t *tails) add(tail *Tail) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil {
		t.open = make(map[*Tail]struct{})
	}
	t.open[tail] = struct{}{}
}

func (t *tails) remove(tail *Tail) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, tail)
}

// mostTouched bounds what a tail that nobody reads gathers.
const mostTouched = 10_000

// touch tells the open tails of rows that this process has changed.
func (t *tails) touch(messages, callbacks []int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for tail := range t.open {
		tail.touch(messages, callbacks)
	}
}

func (t *Tail) touch(messages, callbacks []int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, part := range []struct {
		seqs []int64
		into map[int64]struct{}
	}{{messages, t.touchedMessages}, {callbacks, t.touchedCallbacks}} {
		for _, seq := range part.seqs {
			if len(part.into) < mostTouched {
				part.into[seq] = struct{}{}
			}
		}
	}
}

func (t *Tail) takeTouched() (messages, callbacks map[int64]struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	messages, callbacks = t.touchedMessages, t.touchedCallbacks
	t.touchedMessages, t.touchedCallbacks = make(map[int64]struct{}), make(map[int64]struct{})
	return messages, callbacks
}
