package client_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver of sqlTokens

	"github.com/muban-dev/muban/client"
)

// sqlTokens is the TokenStore that the documentation of TokenStore describes,
// on a table made by
//
//	CREATE TABLE tokens (key TEXT PRIMARY KEY, generation BIGINT NOT NULL, token TEXT NOT NULL)
type sqlTokens struct{ db *sql.DB }

func (s sqlTokens) Load(ctx context.Context, key string) (t client.Token, err error) {
	var text []byte
	err = s.db.QueryRowContext(ctx, `SELECT token FROM tokens WHERE key = $1`, key).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return client.Token{}, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &t)
	}
	return t, err
}

func (s sqlTokens) Replace(ctx context.Context, key string, held uint64, next client.Token) (bool, error) {
	text, err := json.Marshal(next)
	if err != nil {
		return false, err
	}
	query := `UPDATE tokens SET generation = $2, token = $3 WHERE key = $1 AND generation = $4`
	args := []any{key, int64(next.Generation), string(text), int64(held)}
	if held == 0 {
		query, args = `INSERT INTO tokens VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, args[:3]
	}
	result, err := s.db.ExecContext(ctx, query, args...)
	if err != nil {
		return false, err
	}
	changed, err := result.RowsAffected()
	return changed == 1, err
}

// What every store promises.
func TestTokenStores(t *testing.T) {
	t.Parallel()
	files, err := client.NewFileTokens(filepath.Join(t.TempDir(), "tokens"))
	must(t, err)
	for name, store := range map[string]client.TokenStore{
		"memory": client.NewMemoryTokens(), "files": files, "SQL": newSQLTokens(t),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokenStore(t, store)
			if locker, ok := store.(client.TokenLocker); ok {
				tokenLocker(t, locker)
			}
		})
	}
}

func newSQLTokens(t *testing.T) client.TokenStore {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "tokens.db")+"?_pragma=busy_timeout(5000)")
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	_, err = db.ExecContext(t.Context(), `CREATE TABLE tokens (key TEXT PRIMARY KEY, generation BIGINT NOT NULL, token TEXT NOT NULL)`)
	must(t, err)
	return sqlTokens{db}
}

func tokenStore(t *testing.T, store client.TokenStore) {
	t.Helper()
	ctx := t.Context()
	at := time.Date(2026, 11, 25, 1, 2, 3, 0, time.UTC)
	first := client.Token{Text: "one", Generation: 1, FetchedAt: at, ExpiresAt: at.Add(time.Hour)}
	second := client.Token{Text: "two", Generation: 5, FetchedAt: at, ExpiresAt: at.Add(time.Hour), ForcedAt: at}
	steps := []struct {
		key  string
		held uint64
		next client.Token
		ok   bool
		kept client.Token
	}{
		{"a", 3, first, false, client.Token{}}, // nothing is there
		{"a", 0, first, true, first},
		{"a", 0, second, false, first},
		{"a", 2, second, false, first},
		{"a", 1, second, true, second},
		{"b /+ä", 0, first, true, first},
		{strings.Repeat("long ", 100), 0, second, true, second},
		{"a", 1, first, false, second},
	}
	for _, step := range steps {
		ok, err := store.Replace(ctx, step.key, step.held, step.next)
		kept, loadErr := store.Load(ctx, step.key)
		if ok != step.ok || err != nil || loadErr != nil || kept != step.kept {
			t.Errorf("replace %d under %.10q: %t, errors %v and %v, kept %+v", step.held, step.key, ok, err, loadErr, kept)
		}
	}
	// Of many that replace the same generation, one is told that it did.
	var won atomic.Int64
	must(t, errors.Join(together(20, func(int) error {
		ok, err := store.Replace(ctx, "a", 5, client.Token{Text: "three", Generation: 6})
		if ok {
			won.Add(1)
		}
		return err
	})...))
	if won.Load() != 1 {
		t.Errorf("%d replaced the same token", won.Load())
	}
}

func tokenLocker(t *testing.T, locker client.TokenLocker) {
	t.Helper()
	ctx := t.Context()
	unlock, err := locker.Lock(ctx, "a")
	must(t, err)
	other, err := locker.Lock(ctx, "b") // another key is free
	must(t, err)
	other()
	ended, end := context.WithTimeout(ctx, 30*time.Millisecond)
	defer end()
	if _, err := locker.Lock(ended, "a"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second lock of the same key: %v", err)
	}
	// Whoever holds it can read and replace.
	_, err = locker.Load(ctx, "a")
	must(t, err)
	_, err = locker.Replace(ctx, "a", 99, client.Token{})
	must(t, err)
	next := make(chan error, 1)
	go func() {
		unlock, err := locker.Lock(ctx, "a")
		if err == nil {
			unlock()
		}
		next <- err
	}()
	unlock()
	must(t, <-next)
}

// Token files are for their owner alone; one that is broken counts as none.
func TestTokenFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "tokens")
	store, err := client.NewFileTokens(dir)
	must(t, err)
	must(t, ignore(store.Replace(t.Context(), "k", 0, client.Token{Text: theToken, Generation: 1})))
	file := filepath.Join(dir, "k.json")
	for path, want := range map[string]os.FileMode{dir: 0o700, file: 0o600, filepath.Join(dir, "k.lock"): 0o600} {
		info, err := os.Stat(path)
		must(t, err)
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s is for %v, want %v", path, got, want)
		}
	}
	must(t, os.WriteFile(file, []byte(`{"text":"77_the`), 0o600))
	if token, err := store.Load(t.Context(), "k"); err != nil || token != (client.Token{}) {
		t.Errorf("a broken file is %v, error %v", token, err)
	}
	if ok, err := store.Replace(t.Context(), "k", 0, client.Token{Text: "new", Generation: 1}); !ok || err != nil {
		t.Errorf("a broken file is in the way: %v", err)
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != 2 { // the token and its lock
		t.Errorf("files left over: %v", entries)
	}
	if _, err := client.NewFileTokens(file); err == nil {
		t.Error("a file is a folder")
	}
	must(t, os.RemoveAll(dir))
	if _, err := store.Load(t.Context(), "k"); err == nil {
		t.Error("a folder that is gone holds tokens")
	}
}

// Printed in any way, a token or a config says no secret.
func TestTokensAreNotPrinted(t *testing.T) {
	t.Parallel()
	var said lockedText
	token := client.Token{Text: theToken, Generation: 3}
	config := client.Config{AppID: "app", Secret: theSecret}
	logTo(&said).Info("held", "token", token, "config", config)
	for _, format := range []string{"%v", "%+v", "%s", "%#v"} {
		printTo(&said, format, token)
	}
	printTo(&said, "%v", config)
	printTo(&said, "%+v", config)
	text := said.String()
	if strings.Contains(text, theToken) || strings.Contains(text, theSecret) || !strings.Contains(text, "generation 3") || !strings.Contains(text, "app") {
		t.Errorf("printed: %s", text)
	}
}
