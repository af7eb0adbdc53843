package httpx

import (
	"net/http"
	"time"
)

// Exchanged is a platform call that is over, as [Options].Inspect is told of
// it. What it holds may be kept, and is not to be changed.
type Exchanged struct {
	*Exchange
	Request *http.Request
	// Sent is the request's body and Answered the answer's, each up to
	// [MostKept] bytes of its size.
	Sent, Answered         []byte
	SentSize, AnsweredSize int
	// Status is 0 where the connection was closed without an answer.
	Status int
	Header http.Header // the answer's
	// At is when the call came, by Options.Now; Took is real time.
	At   time.Time
	Took time.Duration
}

// MostKept is how many bytes of a body are kept of an inspected call.
const MostKept = 64 << 10

// CallHeader carries the id of a platform call that is inspected, for who
// wants to look at it.
const CallHeader = "Muban-Call"

// keepSent keeps the request's body where the call is inspected.
func (x *Exchange) keepSent(body []byte, size int) {
	if !x.inspected {
		return
	}
	x.sent, x.sentSize = body, size
	if len(body) > MostKept {
		x.sent = append([]byte(nil), body[:MostKept]...) // lets go of the rest
	}
}

// inspect tells of a platform call that is over.
func (x *Exchange) inspect(o Options, r *http.Request, rec *recorder, at time.Time, took time.Duration) {
	if !x.inspected || !x.IsPlatformCall() {
		return
	}
	o.Inspect(Exchanged{
		Exchange: x, Request: r, Sent: x.sent, SentSize: x.sentSize, Answered: x.answered, AnsweredSize: x.answeredSize,
		Status: rec.code, Header: rec.Header(), At: at, Took: took,
	})
}

// recorder remembers the status of an answer, and the answer itself where the
// call is inspected.
type recorder struct {
	http.ResponseWriter
	x    *Exchange
	code int
}

func (w *recorder) WriteHeader(code int) {
	if w.code == 0 {
		w.code = code
		if w.x.inspected && w.x.IsPlatformCall() {
			w.Header()[CallHeader] = []string{w.x.RID()}
		}
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.code == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if x := w.x; x.inspected && x.IsPlatformCall() {
		x.answeredSize += len(p)
		x.answered = append(x.answered, p[:min(len(p), MostKept-len(x.answered))]...)
	}
	return w.ResponseWriter.Write(p)
}

func (w *recorder) status() int {
	if w.code == 0 {
		return http.StatusOK
	}
	return w.code
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
