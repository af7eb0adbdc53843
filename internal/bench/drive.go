package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// target is what a load is sent to.
type target struct {
	addrs       []string // connections are spread over them
	paths       []string // the send of number i goes to paths[i % len(paths)]
	contentType string
	// accepted is what the answer to an accepted request begins with.
	accepted string
}

// burst is what is sent to a target.
type burst struct {
	bodies [][]byte
	// every is the time from one send to the next, whether the server keeps up
	// or not; latencies then count from when a send should have begun. 0 is as
	// fast as the connections allow.
	every time.Duration
}

// load sends a burst over so many connections, and measures what the processes
// use of the processor once those are open.
func (t target) load(ctx context.Context, nodes []*child, connections int, b burst, p Progress) (load Load, err error) {
	l, err := connect(ctx, t, connections)
	if err != nil {
		return Load{}, err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	return use(nodes, func() (Load, error) { return l.drive(ctx, b, p) })
}

// links are keep-alive connections to a target, spread over its addresses.
type links struct {
	to    target
	conns []net.Conn
	ins   []*bufio.Reader
}

// connect opens connections and has the servers answer something on each, so
// that what is measured on them is sends alone.
func connect(ctx context.Context, to target, connections int) (*links, error) {
	l := &links{to: to}
	for i := range connections {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", l.addr(i))
		if err != nil {
			return nil, errors.Join(err, l.close())
		}
		l.conns, l.ins = append(l.conns, conn), append(l.ins, bufio.NewReaderSize(conn, 4096))
	}
	stop := context.AfterFunc(ctx, func() { _ = l.close() })
	defer stop()
	for i, conn := range l.conns {
		if _, err := io.WriteString(conn, "HEAD / HTTP/1.1\r\nHost: "+l.addr(i)+"\r\n\r\n"); err != nil {
			return nil, errors.Join(err, l.close())
		}
	}
	for _, in := range l.ins {
		answer, err := http.ReadResponse(in, &http.Request{Method: http.MethodHead})
		if err != nil {
			return nil, errors.Join(err, l.close())
		}
		if err := answer.Body.Close(); err != nil || answer.Close {
			return nil, errors.Join(errors.New("the connection does not stay open"), err, l.close())
		}
	}
	return l, nil
}

func (l *links) addr(i int) string { return l.to.addrs[i%len(l.to.addrs)] }

// close may be called again.
func (l *links) close() error {
	var errs error
	for _, conn := range l.conns {
		if err := conn.Close(); !errors.Is(err, net.ErrClosed) {
			errs = errors.Join(errs, err)
		}
	}
	return errs
}

// drive sends all bodies over the connections, each body once, and fails at
// the first answer that is not an accepted send. It writes HTTP itself: a full
// client would take a good part of the machine it measures. No connection is
// of use after a failure.
func (l *links) drive(ctx context.Context, b burst, p Progress) (Load, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() { _ = l.close() })
	defer stop()
	var next atomic.Int64
	perConnection := make([][]time.Duration, len(l.conns))
	var running sync.WaitGroup
	began := time.Now()
	for c := range l.conns {
		running.Go(func() {
			d := driver{burst: b, to: l.to, conn: l.conns[c], in: l.ins[c], addr: l.addr(c), began: began, next: &next, progress: p}
			latencies, err := d.run(ctx)
			perConnection[c] = latencies
			if err != nil {
				cancel(err)
			}
		})
	}
	running.Wait()
	took := time.Since(began)
	if err := context.Cause(ctx); err != nil {
		return Load{}, err
	}
	all := slices.Concat(perConnection...)
	slices.Sort(all)
	return Load{Requests: len(all), Took: took, latencies: all}, nil
}

// driver is one connection's part of a burst.
type driver struct {
	burst
	to       target
	conn     net.Conn
	in       *bufio.Reader
	addr     string
	began    time.Time
	next     *atomic.Int64
	progress Progress
}

func (d *driver) run(ctx context.Context) (latencies []time.Duration, err error) {
	heads := make([]string, len(d.to.paths))
	for i, path := range d.to.paths {
		heads[i] = "POST " + path + " HTTP/1.1\r\nHost: " + d.addr + "\r\nContent-Type: " + d.to.contentType + "\r\nContent-Length: "
	}
	var out []byte
	for ctx.Err() == nil {
		i := int(d.next.Add(1)) - 1
		if i >= len(d.bodies) {
			return latencies, nil
		}
		began, err := d.turn(ctx, i)
		if err != nil {
			return nil, err
		}
		body := d.bodies[i]
		out = append(out[:0], heads[i%len(heads)]...)
		out = strconv.AppendInt(out, int64(len(body)), 10)
		out = append(append(out, "\r\n\r\n"...), body...)
		if _, err := d.conn.Write(out); err != nil {
			return nil, err
		}
		if err := readAccepted(d.in, d.to.accepted); err != nil {
			return nil, fmt.Errorf("request %d: %w", i, err)
		}
		latencies = append(latencies, time.Since(began))
		d.progress.Add(1)
	}
	return nil, ctx.Err()
}

// turn waits until the send of that number is to begin.
func (d *driver) turn(ctx context.Context, i int) (time.Time, error) {
	if d.every == 0 {
		return time.Now(), nil
	}
	at := d.began.Add(time.Duration(i) * d.every)
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return at, ctx.Err()
	case <-timer.C:
		return at, nil
	}
}

// readAccepted reads one answer and checks that it is an accepted send.
func readAccepted(in *bufio.Reader, accepted string) error {
	length := -1
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if name, value, found := bytes.Cut(line, []byte(": ")); found && bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return err
			}
		}
	}
	if length < 0 || length > 4096 {
		return errors.New("the answer has no usable Content-Length")
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(in, body); err != nil {
		return err
	}
	if !bytes.HasPrefix(body, []byte(accepted)) {
		return fmt.Errorf("not accepted: %s", body)
	}
	return nil
}
