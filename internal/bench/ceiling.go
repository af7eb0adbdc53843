package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/muban-dev/muban/internal/durable"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/wire/baidu"
	"github.com/muban-dev/muban/wire/wechat"
)

// Ceiling is a server that does less than a send needs.
type Ceiling string

// The ceilings.
const (
	DecodeOnly Ceiling = "decode"
	AppendSync Ceiling = "append"
)

// ServeCeiling answers every request as a platform's send is answered until ctx
// ends. file is where AppendSync appends.
func ServeCeiling(ctx context.Context, kind Ceiling, platform string, listener net.Listener, file string) (err error) {
	keep := func([]byte) error { return nil }
	if kind == AppendSync {
		log, err := openAppendLog(file)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, log.close()) }()
		keep = log.append
	}
	answer := []byte(trafficOf(platform).accepted + `"errmsg":"ok"}`)
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := httpx.ReadBody(r)
		if err == nil {
			err = decodeSend(platform, r, body)
		}
		if err == nil {
			err = keep(body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(answer) // a load generator that left is no error
	})}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the ceiling: %w", err)
	}
	return nil
}

// decodeSend is what the platform's dialect does first.
func decodeSend(platform string, r *http.Request, body []byte) error {
	switch platform {
	case "wechat-oa":
		_, err := wechat.DecodeOfficialSend(body)
		return err
	case "baidu":
		params, err := baidu.DecodeParams(r.URL.RawQuery, r.Header.Get("Content-Type"), body)
		if err == nil {
			_, err = baidu.DecodeSend(params)
		}
		return err
	default:
		_, err := wechat.DecodeSend(body)
		return err
	}
}

// appendLog appends what waits with one write and one fdatasync, as the
// store's committer does with its groups.
type appendLog struct {
	file  *os.File
	queue chan appendJob
	done  sync.WaitGroup
}

type appendJob struct {
	body   []byte
	answer chan error
}

func openAppendLog(path string) (*appendLog, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	l := &appendLog{file: file, queue: make(chan appendJob, 4096)}
	l.done.Go(l.run)
	return l, nil
}

func (l *appendLog) append(body []byte) error {
	job := appendJob{body, make(chan error, 1)}
	l.queue <- job
	return <-job.answer
}

func (l *appendLog) run() {
	var group []appendJob
	var buf bytes.Buffer
	for first := range l.queue {
		group = append(group[:0], first)
		for more := true; more; {
			select {
			case job, open := <-l.queue:
				if more = open; open {
					group = append(group, job)
				}
			default:
				more = false
			}
		}
		buf.Reset()
		for _, job := range group {
			buf.Write(job.body)
			buf.WriteByte('\n')
		}
		_, err := l.file.Write(buf.Bytes())
		if err == nil {
			err = durable.Sync(l.file)
		}
		for _, job := range group {
			job.answer <- err
		}
	}
}

func (l *appendLog) close() error {
	close(l.queue)
	l.done.Wait()
	return l.file.Close()
}
