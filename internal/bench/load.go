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
	Processor time.Duration   // used by the server meanwhile
	latencies []time.Duration // sorted
}

// Rate is requests a second.
func (l Load) Rate() float64 { return float64(l.Requests) / l.Took.Seconds() }

// perCore is requests a second of the server's processor time.
func (l Load) perCore() float64 { return float64(l.Requests) / l.Processor.Seconds() }

// Percentile is the latency that p percent of the requests stayed within.
func (l Load) Percentile(p float64) time.Duration {
	if len(l.latencies) == 0 {
		return 0
	}
	return l.latencies[min(len(l.latencies)-1, int(float64(len(l.latencies))*p/100))]
}

// target is what a load is sent to.
type target struct {
	addr, path, contentType string
	// accepted is what the answer to an accepted request begins with.
	accepted string
}

// drive sends all bodies over keep-alive connections, each body once,
// and fails at the first answer that is not an accepted send. It writes HTTP
// itself: a full client would take a good part of the machine it measures.
func drive(ctx context.Context, to target, bodies [][]byte, connections int, progress func(int)) (Load, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	perConnection := make([][]time.Duration, connections)
	var running sync.WaitGroup
	began := time.Now()
	for c := range connections {
		running.Go(func() {
			latencies, err := driveOne(ctx, to, bodies, &next, progress)
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

func driveOne(ctx context.Context, to target, bodies [][]byte, next *atomic.Int64, progress func(int)) (latencies []time.Duration, err error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", to.addr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // everything was read
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	in := bufio.NewReaderSize(conn, 4096)
	head := "POST " + to.path + " HTTP/1.1\r\nHost: " + to.addr + "\r\nContent-Type: " + to.contentType + "\r\nContent-Length: "
	var out []byte
	for ctx.Err() == nil {
		i := int(next.Add(1)) - 1
		if i >= len(bodies) {
			return latencies, nil
		}
		out = append(out[:0], head...)
		out = strconv.AppendInt(out, int64(len(bodies[i])), 10)
		out = append(append(out, "\r\n\r\n"...), bodies[i]...)
		began := time.Now()
		if _, err := conn.Write(out); err != nil {
			return nil, err
		}
		if err := readAccepted(in, to.accepted); err != nil {
			return nil, fmt.Errorf("request %d: %w", i, err)
		}
		latencies = append(latencies, time.Since(began))
		progress(1)
	}
	return nil, ctx.Err()
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
