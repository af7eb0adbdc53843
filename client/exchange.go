package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
)

// largestAnswer bounds what is read of an answer; a page of twenty titles has
// a few kilobytes.
const largestAnswer = 4 << 20

// fate is what became of one request.
type fate struct {
	answer *answer // nil where there was none
	// unsent is set where the request surely did not arrive.
	unsent bool
	// err is why there is no answer. It shows no URL: an access token stands
	// in it.
	err error
}

// exchange makes one request and reads its answer.
func (c *Client) exchange(ctx context.Context, r *request) fate {
	if err := c.config.Limits.acquire(ctx); err != nil {
		return fate{unsent: true, err: err}
	}
	defer c.config.Limits.release()
	limited, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	var way passage
	req, err := http.NewRequestWithContext(way.watch(limited), r.method, c.address(r), bytes.NewReader(r.body))
	if err != nil {
		return fate{unsent: true, err: withoutURL(err)}
	}
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	req.Header.Set("User-Agent", "muban-go-client")
	resp, err := c.http.Do(req)
	if err != nil {
		return fate{unsent: way.surelyUnsent(err), err: c.inTime(ctx, limited, withoutURL(err))}
	}
	defer func() { _ = resp.Body.Close() }() // nothing is left to be read
	body, err := io.ReadAll(io.LimitReader(resp.Body, largestAnswer+1))
	if err != nil {
		return fate{err: c.inTime(ctx, limited, withoutURL(err))}
	}
	if len(body) > largestAnswer {
		return fate{err: fmt.Errorf("the answer has more than %d bytes", largestAnswer)}
	}
	return fate{answer: &answer{resp.StatusCode, body}}
}

// verdict reads an answer to the run's call. What it is missing to do so is
// fetched, by one request that is not repeated and not counted.
func (r *run) verdict(ctx context.Context, got *answer) (*refusal, error) {
	no, err := r.platform.verdict(r.call, got)
	platform, ok := r.platform.(certified)
	if err == nil || !ok {
		return no, err
	}
	now := r.config.Clock.Now()
	fetch := platform.missing(err, now)
	if fetch == nil {
		return nil, err
	}
	// All answers from now on are missing it: one fetches it for all of them,
	// and the platform's limit of calls is not met by their number.
	waiting, cancel := context.WithTimeout(ctx, r.config.Timeout)
	defer cancel()
	select {
	case r.fetching <- struct{}{}:
		defer func() { <-r.fetching }()
	case <-waiting.Done():
		if ended := ctx.Err(); ended != nil {
			err = fmt.Errorf("%w; while another call fetched that one: %w", err, ended)
		}
		return nil, err
	}
	if no, err := r.platform.verdict(r.call, got); err == nil {
		return no, nil
	}
	f := r.exchange(ctx, r.platform.request(fetch, "", now))
	if f.answer != nil {
		f.err = fetch.read(f.answer.body)
	}
	if f.err != nil {
		return nil, fmt.Errorf("%w; that one cannot be used: %w", err, f.err)
	}
	return r.platform.verdict(r.call, got)
}

// inTime tells the end of a request's own time from that of its caller's, of
// which net/http may only say why the caller ended it (context.Cause).
func (c *Client) inTime(asked, limited context.Context, err error) error {
	switch ended := asked.Err(); {
	case ended != nil && !errors.Is(err, ended):
		return fmt.Errorf("%w: %w", ended, err)
	case ended == nil && limited.Err() != nil:
		return fmt.Errorf("no answer within %v", c.config.Timeout)
	}
	return err
}

func (c *Client) address(r *request) string {
	address := c.config.BaseURL + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	return address
}

// passage is how far a request went, as the transport tells.
type passage struct {
	asked, connected, wrote atomic.Bool
}

func (p *passage) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { p.asked.Store(true) },
		GotConn:      func(httptrace.GotConnInfo) { p.connected.Store(true) },
		WroteHeaders: func() { p.wrote.Store(true) },
	})
}

// surelyUnsent reports whether a request that failed cannot have been
// understood by the other side: there was no connection, or its headers were
// not even handed over whole. Where the transport tells nothing, as one that is
// not net/http's may, only a failed dial is proof.
func (p *passage) surelyUnsent(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	return p.asked.Load() && (!p.connected.Load() || !p.wrote.Load())
}

// withoutURL takes the URL out of an error of net/http, with the access token
// or the secret that stands in its query.
func withoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
