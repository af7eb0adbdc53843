package inspect

import (
	"context"
	"sync"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
)

// Options bound what is kept.
type Options struct {
	// Calls is the most calls, Bytes the most of their memory; the oldest go
	// first. 0 stands for [MostCalls] and [MostBytes].
	Calls, Bytes int
	// Ledger is asked for what is explained; Now is the clock of the rules.
	Ledger Ledger
	Now    func() time.Time
}

// What is kept unless [Options] say otherwise (contract.md §4, calls).
const (
	MostCalls = 10_000
	MostBytes = 64 << 20
)

// Inspector keeps calls. It is safe for concurrent use.
type Inspector struct {
	options Options
	masker  *masker

	mu    sync.Mutex
	kept  ring
	byID  map[string]*entry
	bytes int
	seq   int64
}

// New makes an inspector that has seen nothing.
func New(o Options) *Inspector {
	if o.Calls == 0 {
		o.Calls = MostCalls
	}
	if o.Bytes == 0 {
		o.Bytes = MostBytes
	}
	return &Inspector{options: o, masker: newMasker(), byID: make(map[string]*entry)}
}

// Record keeps a call. It is quick: what costs time is done when somebody
// looks, but for what it says in words ([httpx.Exchange.Plain]): those are a
// few texts, what they are read from may be a whole body.
func (i *Inspector) Record(x httpx.Exchanged) {
	e := newEntry(x)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.seq++
	e.seq = i.seq
	i.kept.push(e)
	i.byID[e.call.ID] = e
	i.bytes += e.size
	i.evict()
}

// evict lets go of the oldest calls that are too many.
func (i *Inspector) evict() {
	for i.kept.length > i.options.Calls || i.bytes > i.options.Bytes && i.kept.length > 0 {
		oldest := i.kept.pop()
		delete(i.byID, oldest.call.ID)
		i.bytes -= oldest.size
	}
}

// Clear forgets every call.
func (i *Inspector) Clear() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.kept, i.byID, i.bytes = ring{}, make(map[string]*entry), 0
}

// Call returns the call with the id; it is not found where the id is none, or
// the call was let go of.
func (i *Inspector) Call(id string) (muban.Call, error) {
	i.mu.Lock()
	e, kept := i.byID[id]
	i.mu.Unlock()
	if !kept {
		return muban.Call{}, muban.Refuse(muban.RuleNotFound, "object", "call", "id", id)
	}
	return i.show(e), nil
}

// Calls lists the calls that a filter selects, newest first. Its errors are
// those of the context: who has left is not looked for any further.
func (i *Inspector) Calls(ctx context.Context, filter muban.CallFilter, page muban.Page) (muban.List[muban.Call], error) {
	list := muban.List[muban.Call]{Items: []muban.Call{}}
	wanted := i.selects(filter)
	for _, e := range i.newestFirst(filter.After, page.Before) {
		if err := ctx.Err(); err != nil {
			return muban.List[muban.Call]{}, err
		}
		if !wanted(e) {
			continue
		}
		if len(list.Items) == page.Limit {
			list.Next = list.Items[page.Limit-1].Seq
			break
		}
		list.Items = append(list.Items, i.show(e))
	}
	return list, nil
}

// newestFirst are the calls after the one of an id and before a sequence
// number, where these are given.
func (i *Inspector) newestFirst(after string, before int64) []*entry {
	i.mu.Lock()
	defer i.mu.Unlock()
	var afterSeq int64
	if e, kept := i.byID[after]; kept {
		afterSeq = e.seq
	}
	var found []*entry
	for n := i.kept.length - 1; n >= 0; n-- {
		e := i.kept.at(n)
		if e.seq <= afterSeq {
			break
		}
		if before == 0 || e.seq < before {
			found = append(found, e)
		}
	}
	return found
}

// show is the call of an entry as anybody may see it. An entry may get larger
// by its masking.
func (i *Inspector) show(e *entry) muban.Call {
	call, grown := e.masked(i.masker)
	if grown != 0 {
		i.mu.Lock()
		defer i.mu.Unlock()
		e.size += grown
		if i.byID[call.ID] == e {
			i.bytes += grown
			i.evict()
		}
	}
	return call
}

// ring is a queue of entries that reuses its memory.
type ring struct {
	entries       []*entry
	first, length int
}

// at is the n-th entry from the oldest.
func (r *ring) at(n int) *entry { return r.entries[(r.first+n)%len(r.entries)] }

func (r *ring) push(e *entry) {
	if r.length == len(r.entries) {
		larger := make([]*entry, max(64, 2*len(r.entries)))
		for n := range r.length {
			larger[n] = r.at(n)
		}
		r.entries, r.first = larger, 0
	}
	r.entries[(r.first+r.length)%len(r.entries)] = e
	r.length++
}

func (r *ring) pop() *entry {
	e := r.entries[r.first]
	r.entries[r.first] = nil
	r.first = (r.first + 1) % len(r.entries)
	r.length--
	return e
}
