package stream

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/muban-dev/muban"
)

// Tail reads what is new in a store since it was begun, oldest first. It is
// used by one goroutine.
type Tail interface {
	// Next returns at most about so many changes; more says that there are more
	// already.
	Next(ctx context.Context, most int) (changes muban.Changes, more bool, err error)
	Close()
}

// Show makes of an object what the native API shows.
type Show interface {
	Message(muban.Message) any
	Callback(muban.Callback) any
	Grant(muban.Grant) any
	Call(muban.Call) any
}

// Options are what a hub is made of.
type Options struct {
	// Tail begins to read what is new in the store.
	Tail func(ctx context.Context) (Tail, error)
	// Changed returns a channel that is closed at the store's next change by
	// this process. Others' changes are seen by asking again.
	Changed func() <-chan struct{}
	// Calls lists the inspector's calls, newest first; nil where it is off.
	Calls func(ctx context.Context, filter muban.CallFilter, page muban.Page) (muban.List[muban.Call], error)
	Show  Show
	Log   *slog.Logger
	// Events and Bytes bound what is kept for readers that are behind; 0 stands
	// for 4096 events and 16 MiB.
	Events, Bytes int
	// Linger is for how long events are kept once nobody reads; 0 stands for a
	// minute.
	Linger time.Duration
}

// Hub keeps the last events for its readers. It is safe for concurrent use.
type Hub struct {
	options Options

	mu     sync.Mutex
	run    string // of the feeder, while it runs
	first  int64  // number of events[0]
	events []Event
	bytes  int
	// readers counts who reads; arrived is closed while somebody does.
	readers int
	arrived chan struct{}
	// changed is closed at the next event, and when the feeder begins.
	changed chan struct{}
}

// New makes a hub that nobody reads. [Hub.Run] feeds it.
func New(o Options) *Hub {
	if o.Events == 0 {
		o.Events = 4096
	}
	if o.Bytes == 0 {
		o.Bytes = 16 << 20
	}
	if o.Linger == 0 {
		o.Linger = time.Minute
	}
	return &Hub{options: o, arrived: make(chan struct{}), changed: make(chan struct{})}
}

// begin makes events of a new run: those of the one before cannot be resumed,
// since nobody looked in between.
func (h *Hub) begin() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.run, h.first, h.events, h.bytes = rand.Text(), 1, nil, 0
	h.announce()
}

func (h *Hub) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.run = ""
	h.announce()
}

// announce wakes who waits for events. The caller holds mu.
func (h *Hub) announce() {
	close(h.changed)
	h.changed = make(chan struct{})
}

// publish keeps an event of an object.
func (h *Hub) publish(kind Kind, appID string, object any) {
	data, err := json.Marshal(object)
	if err != nil {
		h.options.Log.Error("an event cannot be written", "kind", string(kind), "error", err)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.run == "" {
		return
	}
	next := h.first + int64(len(h.events))
	h.events = append(h.events, Event{eventID(h.run, next), kind, appID, data})
	h.bytes += len(data)
	for len(h.events) > h.options.Events || h.bytes > h.options.Bytes && len(h.events) > 1 {
		h.bytes -= len(h.events[0].Data)
		h.events[0] = Event{}
		h.events = h.events[1:]
		h.first++
	}
	h.announce()
}

// resetData is what a reset says.
type resetData struct {
	Reason string `json:"reason"`
}

// Reset tells every reader that all that it knows is over.
func (h *Hub) Reset(reason string) { h.publish(Reset, "", resetData{reason}) }

// errNotRead says that the feeder has not begun in time.
var errNotRead = errors.New("the store cannot be followed just now")

// beginWithin is how long a reader waits for the feeder to begin.
const beginWithin = 5 * time.Second

// Read makes a reader of the events from now on or, where lastEventID is of an
// event that is still kept, of those after it. Where it is of one that is not,
// the reader's first event is a reset. What happens after Read has returned is
// missed by nobody. [Reader.Close] ends it.
func (h *Hub) Read(ctx context.Context, lastEventID string, filter Filter) (*Reader, error) {
	h.enter()
	ctx, cancel := context.WithTimeout(ctx, beginWithin)
	defer cancel()
	for {
		h.mu.Lock()
		run, changed := h.run, h.changed
		r := &Reader{hub: h, filter: filter, run: run, next: h.first + int64(len(h.events))}
		if last, number, ok := parseEventID(lastEventID); ok && last == run && number >= h.first-1 && number < r.next {
			r.next = number + 1
		} else if lastEventID != "" {
			r.missed = "events after " + lastEventID + " are not kept any more"
		}
		h.mu.Unlock()
		if run != "" {
			return r, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			h.leave()
			if err := context.Cause(ctx); !errors.Is(err, context.DeadlineExceeded) {
				return nil, err
			}
			h.options.Log.WarnContext(ctx, "a stream was refused", "error", errNotRead)
			return nil, muban.Refuse(muban.RuleBusy)
		}
	}
}

func (h *Hub) enter() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.readers++; h.readers == 1 {
		close(h.arrived)
	}
}

func (h *Hub) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.readers--; h.readers == 0 {
		h.arrived = make(chan struct{})
	}
}

// somebody returns a channel that is closed while, or once, somebody reads.
func (h *Hub) somebody() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.arrived
}
