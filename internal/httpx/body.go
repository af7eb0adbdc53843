package httpx

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/muban-dev/muban"
)

// MaxBody is the largest request body that is read (decisions.md).
const MaxBody = 1 << 20

// mostDrained is how much of an oversized body is read and thrown away so
// that its sender, still writing, gets to see the answer.
const mostDrained = 32 << 20

// ReadBody reads the whole body. One over [MaxBody] bytes is refused with
// muban.RuleRequestTooLarge; other errors mean that the client went away.
func ReadBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.ContentLength == 0 {
		return nil, nil
	}
	body, size, err := readBody(r)
	Of(r).keepSent(body, size)
	if err != nil {
		return nil, err
	}
	return body, nil
}

// readBody also returns what it read of a body that it refuses or that was cut
// short, and how many bytes of it came.
func readBody(r *http.Request) ([]byte, int, error) {
	var body []byte
	var err error
	if n := r.ContentLength; n > 0 && n <= MaxBody {
		body = make([]byte, n)
		var came int
		came, err = io.ReadFull(r.Body, body)
		body = body[:came]
	} else {
		body, err = io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	}
	if err != nil {
		return body, len(body), errors.Join(errClientGone, err)
	}
	if len(body) > MaxBody {
		drained, _ := io.CopyN(io.Discard, r.Body, mostDrained)
		return body, len(body) + int(drained), muban.Refuse(muban.RuleRequestTooLarge, "limit", strconv.Itoa(MaxBody))
	}
	return body, len(body), nil
}

var errClientGone = errors.New("reading the request")

// ClientGone reports whether the error says that the client did not send its
// whole request; there is nobody to answer.
func ClientGone(err error) bool { return errors.Is(err, errClientGone) }
