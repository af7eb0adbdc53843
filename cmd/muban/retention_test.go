package main

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban/internal/pgtest"
)

// sent is a send that was acknowledged.
type sent struct {
	grant        string
	began, ended time.Time
}

// TestRetentionUnderLoad: 16 workers send while everything older than an hour
// is deleted, once the clock has moved by more than that. What was acknowledged
// before is gone, what was acknowledged after is there, whole, and no grant is
// lost before its time.
func TestRetentionUnderLoad(t *testing.T) {
	t.Parallel()
	for name, where := range map[string]func(*testing.T) []string{
		"engine SQLite":     func(t *testing.T) []string { t.Helper(); return []string{"--data", t.TempDir()} },
		"engine PostgreSQL": func(t *testing.T) []string { t.Helper(); return []string{"--database", pgtest.Database(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			retentionUnderLoad(t, newShop(start(t, append([]string{"dev", "--empty", "--keep", "1h"}, where(t)...)...)))
		})
	}
}

func retentionUnderLoad(t *testing.T, s *shop) {
	t.Helper()
	began := time.Now()
	old := s.mint("form", 1500)
	if acknowledged := s.sendAll(old, 16, 1, func() {}, nil); len(acknowledged) != len(old) {
		t.Fatalf("%d of %d sends were acknowledged", len(acknowledged), len(old))
	}
	alone := float64(len(old)) / time.Since(began).Seconds()

	grants := s.mint("form", 4000)
	var mu sync.Mutex
	var all []sent
	underWay := make(chan struct{})
	onHundred := sync.OnceFunc(func() { close(underWay) })
	next := make(chan string)
	var running sync.WaitGroup
	for range 16 {
		running.Go(func() {
			for grant := range next {
				began := time.Now()
				code := s.send(grant)
				mu.Lock()
				if code == 0 {
					all = append(all, sent{grant, began, time.Now()})
				} else {
					t.Errorf("a send while old messages are deleted: errcode %d", code)
				}
				if len(all) == 100 {
					onHundred()
				}
				mu.Unlock()
			}
		})
	}
	var moving, moved time.Time
	go func() {
		defer close(next)
		for i, grant := range grants {
			if i == len(grants)/2 {
				<-underWay
			}
			next <- grant
		}
	}()
	<-underWay
	moving = time.Now()
	s.native(http.MethodPost, "/api/v1/clock/advance", map[string]any{"by": "61m"}, nil)
	moved = time.Now()
	running.Wait()
	beside := float64(len(all)) / time.Since(moving).Seconds()
	t.Logf("%.0f sends a second alone, minting included; %.0f beside the deletion", alone, beside)

	var gone, kept int
	for _, send := range all {
		switch found := s.storedMessages(send.grant); {
		case send.ended.Before(moving) && found != 0:
			t.Fatalf("grant %s: its message, acknowledged before the clock moved, is still there", send.grant)
		case send.began.After(moved) && found != 1:
			t.Fatalf("grant %s: its message, acknowledged after the clock moved, is gone", send.grant)
		case found == 0:
			gone++
		default:
			kept++
		}
	}
	for _, grant := range old {
		if s.storedMessages(grant) != 0 {
			t.Fatalf("grant %s: its old message is still there", grant)
		}
	}
	t.Logf("of %d sends beside the deletion %d were old by it, %d are kept", len(all), gone, kept)
	if gone < 50 || kept < 50 {
		t.Error("too few on one side of the move: the test shows nothing")
	}

	s.native(http.MethodPost, "/api/v1/clock/advance", map[string]any{"by": "169h"}, nil)
	var left struct {
		Items []struct{} `json:"items"`
	}
	for _, list := range []string{"/api/v1/messages?app_id=" + s.app, "/api/v1/apps/" + s.app + "/grants"} {
		if s.native(http.MethodGet, list, nil, &left); len(left.Items) != 0 {
			t.Errorf("%s: %d are left a week and an hour later", list, len(left.Items))
		}
	}
}

// storedMessages counts the delivered messages of a grant, which must be there
// itself and spent.
func (s *shop) storedMessages(grant string) (n int) {
	s.t.Helper()
	var ledger struct {
		Remaining int      `json:"remaining"`
		SpentBy   []string `json:"spent_by"`
	}
	s.native(http.MethodGet, "/api/v1/apps/"+s.app+"/grants/"+grant, nil, &ledger)
	if ledger.Remaining != 0 || len(ledger.SpentBy) != 1 {
		s.t.Errorf("grant %s: %+v", grant, ledger)
	}
	for _, id := range ledger.SpentBy {
		switch status, text := s.call(http.MethodGet, "/api/v1/messages/"+id, nil); status {
		case http.StatusOK:
			n++
		case http.StatusNotFound:
		default:
			s.t.Errorf("message %s: %d %s", id, status, text)
		}
	}
	return n
}
