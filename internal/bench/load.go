package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Load is what a run of requests measured.
type Load struct {
	Requests  int
	Took      time.Duration
	Processor time.Duration   // used by the server's processes meanwhile
	latencies []time.Duration // sorted

	nodes              []time.Duration // of Processor, each process's
	generator, machine time.Duration   // used by this process; by everything on the machine
}

// Rate is requests a second.
func (l Load) Rate() float64 { return float64(l.Requests) / l.Took.Seconds() }

// perCore is requests a second of the server's processor time; 0 where the
// system does not tell, or so little was used that its clock did not move.
func (l Load) perCore() float64 {
	if l.Processor == 0 {
		return 0
	}
	return float64(l.Requests) / l.Processor.Seconds()
}

// Percentile is the latency that p percent of the requests stayed within.
func (l Load) Percentile(p float64) time.Duration {
	if len(l.latencies) == 0 {
		return 0
	}
	return l.latencies[min(len(l.latencies)-1, int(float64(len(l.latencies))*p/100))]
}

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
	bodies      [][]byte
	connections int
	// every is the time from one send to the next, whether the server keeps up
	// or not; latencies then count from when a send should have begun. 0 is as
	// fast as the connections allow.
	every time.Duration
}

// drive sends all bodies over keep-alive connections, each body once,
// and fails at the first answer that is not an accepted send. It writes HTTP
// itself: a full client would take a good part of the machine it measures.
func drive(ctx context.Context, to target, b burst, p Progress) (Load, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	perConnection := make([][]time.Duration, b.connections)
	var running sync.WaitGroup
	began := time.Now()
	for c := range b.connections {
		running.Go(func() {
			d := driver{burst: b, to: to, addr: to.addrs[c%len(to.addrs)], began: began, next: &next, progress: p}
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
	addr     string
	began    time.Time
	next     *atomic.Int64
	progress Progress
}

func (d *driver) run(ctx context.Context) (latencies []time.Duration, err error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", d.addr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // everything was read
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	in := bufio.NewReaderSize(conn, 4096)
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
		if _, err := conn.Write(out); err != nil {
			return nil, err
		}
		if err := readAccepted(in, d.to.accepted); err != nil {
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
