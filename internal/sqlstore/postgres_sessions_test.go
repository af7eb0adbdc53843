package sqlstore_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/muban-dev/muban/internal/sqlstore"
)

// TestPoolersThatLendSessions: they are refused at once, and nothing is set in
// a session that others get next. What PgBouncer does in its three modes was
// tried by hand (docs/operations.md).
func TestPoolersThatLendSessions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		sessions []int32 // that answer, one after the other
		refused  bool
	}{
		{"the session given back last", []int32{7, 7, 7}, true},
		{"sessions in turns", []int32{7, 8, 9}, true},
		{"one for each connection", []int32{7, 8, 7}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			pooler := newPooler(t, test.sessions, 100)
			_, err := pooler.open(t, slog.New(slog.DiscardHandler))
			if err == nil {
				t.Fatal("the pooler, which knows one statement only, was taken for a database")
			}
			if refused := strings.Contains(err.Error(), "pool_mode = session"); refused != test.refused {
				t.Errorf("the error is %v", err)
			}
			for _, statement := range pooler.asked() {
				if test.refused && strings.Contains(statement, "SET") {
					t.Errorf("%q was run in a session of others", statement)
				}
			}
		})
	}
}

// TestTooFewSessions: a node that will wait for sessions says so at its start.
func TestTooFewSessions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		free int
		told string
	}{{9, "sessions=9 wanted=10"}, {10, ""}} {
		t.Run(strconv.Itoa(test.free), func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			if _, err := newPooler(t, []int32{7, 8, 7}, test.free).open(t, slog.New(slog.NewTextHandler(&log, nil))); err == nil {
				t.Fatal("the pooler, which knows two statements only, was taken for a database")
			}
			if told := strings.Contains(log.String(), "fewer sessions"); told != (test.told != "") || !strings.Contains(log.String(), test.told) {
				t.Errorf("the log, which should hold %q, is %q", test.told, log.String())
			}
		})
	}
}

// pooler answers SELECT pg_backend_pid() for as long as it has sessions, and
// an empty statement on that many connections; on others it lets it wait. It
// refuses all else.
type pooler struct {
	addr string

	mu         sync.Mutex
	sessions   []int32
	free       int
	statements []string
}

// open opens a store that wants ten sessions.
func (p *pooler) open(t *testing.T, log *slog.Logger) (*sqlstore.Store, error) {
	t.Helper()
	return sqlstore.Open(t.Context(), sqlstore.Options{
		Database: "postgres://muban@" + p.addr + "/muban?sslmode=disable&connect_timeout=1&pool_max_conns=4", Log: log,
	})
}

func newPooler(t *testing.T, sessions []int32, free int) *pooler {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &pooler{addr: listener.Addr().String(), sessions: sessions, free: free}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				if err := p.serve(conn); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
					t.Error(err)
				}
			})
		}
	})
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		serving.Wait()
	})
	return p
}

func (p *pooler) serve(conn net.Conn) error {
	defer func() { _ = conn.Close() }() // nobody is told
	client := pgproto3.NewBackend(conn, conn)
	switch begun, err := client.ReceiveStartupMessage(); begun.(type) {
	case *pgproto3.StartupMessage:
	case *pgproto3.CancelRequest: // of who waited long enough
		return nil
	default:
		return err
	}
	client.Send(&pgproto3.AuthenticationOk{})
	client.Send(&pgproto3.BackendKeyData{ProcessID: 1, SecretKey: []byte{0, 0, 0, 1}})
	client.Send(&pgproto3.ParameterStatus{Name: "standard_conforming_strings", Value: "on"})
	client.Send(&pgproto3.ParameterStatus{Name: "client_encoding", Value: "UTF8"})
	for answered := true; ; {
		if answered {
			client.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
			if err := client.Flush(); err != nil {
				return err
			}
		}
		message, err := client.Receive()
		if err != nil {
			return err
		}
		switch message := message.(type) {
		case *pgproto3.Terminate:
			return nil
		case *pgproto3.Query:
			answered = p.answer(client, message.String)
		default:
			return fmt.Errorf("the pooler got a %T", message)
		}
	}
}

// answer reports whether there is one.
func (p *pooler) answer(client *pgproto3.Backend, statement string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.statements = append(p.statements, statement)
	if statement == "-- ping" {
		if p.free == 0 {
			return false
		}
		p.free--
		client.Send(&pgproto3.EmptyQueryResponse{})
		return true
	}
	if !strings.Contains(statement, "pg_backend_pid") || len(p.sessions) == 0 {
		client.Send(&pgproto3.ErrorResponse{Severity: "ERROR", Code: "0A000", Message: "this is no database"})
		return true
	}
	const int4, text = 23, 0
	client.Send(&pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{
		{Name: []byte("pg_backend_pid"), DataTypeOID: int4, DataTypeSize: 4, TypeModifier: -1, Format: text},
	}})
	client.Send(&pgproto3.DataRow{Values: [][]byte{fmt.Append(nil, p.sessions[0])}})
	client.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
	p.sessions = p.sessions[1:]
	return true
}

func (p *pooler) asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.statements...)
}
