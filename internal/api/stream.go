package api

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/stream"
)

func (a *api) streamRoutes() {
	handle(a, "GET /api/v1/stream", doc{
		id: "streamEvents", tag: "stream", summary: "Follow what happens", answer: "Events, until the client or the server ends it.",
		text: "Server-sent events: `message` when one was accepted or read, `grant` when one was minted or spent, `callback` when one was made, attempted or resent, `call` for a platform call that the inspector keeps. `data` is the object as this API shows it, in one line. A connection that was lost is resumed with `Last-Event-ID`, for about a minute, 4096 events or 16 MiB; where that is not possible, and after `POST /api/v1/reset`, there is an event `reset` with `{\"reason\"}`: read anew what you show. What happens once the answer has begun is in it, also what other nodes of the same database do, within a second. A comment every 15 seconds keeps the connection open.",
	}, a.streamEvents)
	op := a.huma.OpenAPI().Paths["/api/v1/stream"].Get
	op.Responses["200"] = &huma.Response{Description: op.Responses["200"].Description, Content: map[string]*huma.MediaType{
		streamType: {Schema: &huma.Schema{Type: huma.TypeString, Description: "Lines of `id: …`, `event: …` and `data: …`, an empty line after each event."}},
	}}
}

const (
	streamType = "text/event-stream"
	// heartbeat is how often a quiet stream says something, so that who stands
	// between does not take it for dead.
	heartbeat = 15 * time.Second
	// writeWithin is how long a client may take to read what was written.
	writeWithin = 10 * time.Second
	// retryAfter is when a client connects again, in milliseconds.
	retryAfter = "1000"
)

// Stream is what events are read from.
type Stream interface {
	Read(ctx context.Context, lastEventID string, filter stream.Filter) (*stream.Reader, error)
}

// StreamFilter selects events.
type StreamFilter struct {
	AppID       string        `query:"app_id" doc:"Only events of this app."`
	Types       []stream.Kind `query:"types" enum:"message,callback,call,grant" doc:"Only events of these types, separated by commas; all if left out."`
	LastEventID string        `header:"Last-Event-ID" doc:"The id of the last event that was read: what came after it comes first."`
}

// streamAnswer is answered piece by piece.
type streamAnswer = huma.StreamResponse

func (a *api) streamEvents(ctx context.Context, in *StreamFilter) (*streamAnswer, error) {
	if a.options.Stream == nil {
		return nil, muban.Refuse(muban.RuleNotFound, "object", "stream", "id", "on this server")
	}
	if in.AppID != "" {
		if _, err := a.service.App(ctx, in.AppID); err != nil {
			return nil, err
		}
	}
	reader, err := a.options.Stream.Read(ctx, in.LastEventID, stream.Filter{AppID: in.AppID, Kinds: in.Types})
	if err != nil {
		return nil, err
	}
	return &streamAnswer{Body: func(answer huma.Context) {
		defer reader.Close()
		r, w := humago.Unwrap(answer)
		w.Header().Set("Content-Type", streamType)
		w.Header().Set("X-Accel-Buffering", "no") // nginx would gather the events
		if r.Method == http.MethodHead {
			return // its answer has an end
		}
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		if a.options.Stopping != nil {
			defer context.AfterFunc(a.options.Stopping, cancel)()
		}
		follow(ctx, w, reader)
	}}, nil
}

// follow writes events until ctx ends or the client does not read.
func follow(ctx context.Context, w http.ResponseWriter, reader *stream.Reader) {
	connection := http.NewResponseController(w)
	// The server's time limit is for requests; this one's answer has no end.
	_ = connection.SetReadDeadline(time.Time{})
	out := bytes.NewBufferString("retry: " + retryAfter + "\nid: " + reader.Position() + "\n\n")
	for {
		_ = connection.SetWriteDeadline(time.Now().Add(writeWithin))
		if _, err := w.Write(out.Bytes()); err != nil || connection.Flush() != nil {
			return
		}
		out.Reset()
		quiet, cancel := context.WithTimeout(ctx, heartbeat)
		events, err := reader.Next(quiet)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			out.WriteString(": still here\n\n")
		}
		for _, e := range events {
			writeEvent(out, e)
		}
	}
}

func writeEvent(out *bytes.Buffer, e stream.Event) {
	for _, part := range []string{"id: ", e.ID, "\nevent: ", string(e.Kind), "\ndata: "} {
		out.WriteString(part)
	}
	out.Write(e.Data)
	out.WriteString("\n\n")
}

// Show shows objects as the API does.
type Show struct{}

var _ stream.Show = Show{}

// Message shows a message.
func (Show) Message(m muban.Message) any { return showMessage(m) }

// Callback shows a callback.
func (Show) Callback(c muban.Callback) any { return showCallback(c) }

// Grant shows a grant.
func (Show) Grant(g muban.Grant) any { return showGrant(g) }

// Call shows a call.
func (Show) Call(c muban.Call) any { return showCall(c) }
