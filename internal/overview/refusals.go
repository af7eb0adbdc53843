package overview

import (
	"sync"
	"time"

	"github.com/muban-dev/muban"
)

const (
	// kept is how long a refusal is counted, in sandbox time.
	kept = 24 * time.Hour
	// mostPairs bounds the pairs of app and kind of one minute; further ones
	// are counted for no app.
	mostPairs = 512
)

// Refusals counts refused calls by minute, app and kind. It is safe for
// concurrent use.
type Refusals struct {
	mu      sync.Mutex
	minutes map[int64]map[pair]int64 // by Unix minute
	newest  int64
}

type pair struct {
	appID string
	kind  muban.Kind
}

// NewRefusals counts from now on.
func NewRefusals() *Refusals { return &Refusals{minutes: make(map[int64]map[pair]int64)} }

// Count notes a refused call of an app, which is empty where none was recognised.
func (r *Refusals) Count(at time.Time, appID string, kind muban.Kind) {
	minute := at.Unix() / 60
	r.mu.Lock()
	defer r.mu.Unlock()
	counts, known := r.minutes[minute]
	if !known {
		counts = make(map[pair]int64)
		r.minutes[minute] = counts
		r.newest = max(r.newest, minute)
		r.forget()
	}
	p := pair{appID, kind}
	if _, known := counts[p]; !known && len(counts) >= mostPairs {
		p.appID = ""
	}
	counts[p]++
}

// forget drops what is too old, when a minute begins.
func (r *Refusals) forget() {
	oldest := r.newest - int64(kept/time.Minute)
	for minute := range r.minutes {
		if minute < oldest {
			delete(r.minutes, minute)
		}
	}
}

// Between counts the refusals of an app, or of all where it is empty, from then
// on and before to, by steps. A minute belongs to the step that it begins in.
func (r *Refusals) Between(appID string, from, to time.Time, step time.Duration) map[int]map[muban.Kind]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	steps := make(map[int]map[muban.Kind]int64)
	for minute, counts := range r.minutes {
		at := time.Unix(minute*60, 0)
		// The minute that from lies in has refusals before and after it.
		if at = later(at, from); !at.Before(to) || !time.Unix(minute*60+60, 0).After(from) {
			continue
		}
		for p, n := range counts {
			if appID != "" && p.appID != appID {
				continue
			}
			i := int(at.Sub(from) / step)
			if steps[i] == nil {
				steps[i] = make(map[muban.Kind]int64)
			}
			steps[i][p.kind] += n
		}
	}
	return steps
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// Clear forgets everything.
func (r *Refusals) Clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.minutes)
	r.newest = 0
}
