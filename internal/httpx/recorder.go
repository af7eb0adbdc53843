package httpx

import (
	"net/http"
	"strings"
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
	Header http.Header   // the answer's
	Took   time.Duration // real time
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
	x.bodyRead, x.sent, x.sentSize = true, body, size
	if len(body) > MostKept {
		x.sent = append([]byte(nil), body[:MostKept]...) // lets go of the rest
	}
}

// RequestWithin is how long a request may take to arrive, its body included.
const RequestWithin = 30 * time.Second

// restWithin is how long the body of a call that is answered without it is
// waited for.
const restWithin = time.Second

// keepUnread keeps the body of an inspected call whose handler answers without
// having read it. A client that waits for 100 Continue sends none.
func (x *Exchange) keepUnread(w http.ResponseWriter, r *http.Request) {
	if x.bodyRead || r.Body == nil || r.ContentLength == 0 || strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
		return
	}
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(time.Now().Add(restWithin)) // in a test there may be no connection
	body, size, err := readBody(r)
	x.keepSent(body, size)
	var deadline time.Time
	if err != nil {
		// The rest is not kept, but waited for as it is without an inspector: who
		// is cut off while sending may not see the answer.
		deadline = time.Now().Add(RequestWithin)
	}
	_ = connection.SetReadDeadline(deadline)
}

// inspect tells of a platform call that is over.
func (x *Exchange) inspect(o Options, r *http.Request, rec *recorder, took time.Duration) {
	if !x.inspected || !x.IsPlatformCall() {
		return
	}
	x.keepUnread(rec.ResponseWriter, r)
	o.Inspect(Exchanged{
		Exchange: x, Request: r, Sent: x.sent, SentSize: x.sentSize, Answered: x.answered, AnsweredSize: x.answeredSize,
		Status: rec.code, Header: rec.Header(), Took: took,
	})
}

// recorder remembers the status of an answer, and the answer itself where the
// call is inspected.
type recorder struct {
	http.ResponseWriter
	x    *Exchange
	r    *http.Request
	code int
}

func (w *recorder) WriteHeader(code int) {
	if w.code == 0 {
		w.code = code
		if w.x.inspected && w.x.IsPlatformCall() {
			w.x.keepUnread(w.ResponseWriter, w.r) // once the answer has begun it cannot be read any more
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
