package sqlstore

import (
	"database/sql"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
)

// BenchmarkBareSQLite is what SQLite itself takes for a send: the rows that 64
// sends leave in a store, written by two statements and committed without a
// sync, and the messages filed as the store does. No store can be faster that
// keeps them there.
func BenchmarkBareSQLite(b *testing.B) {
	const group, users = 64, 200
	dir, ctx := b.TempDir(), b.Context()
	store, err := Open(ctx, Options{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	body := string(appendBody(nil, &muban.Message{
		Platform: muban.WeChatMini, UserID: strings.Repeat("o", 28), Page: "index", GrantID: strings.Repeat("f", 32),
		Data: map[string]muban.Value{
			"keyword1": {Text: "339208499"}, "keyword2": {Text: "2015年01月05日 12:30"},
			"keyword3": {Text: "腾讯微信总部"}, "keyword4": {Text: "广州市海珠区新港中路397号"},
		},
	})) + `,"grant_kind":"form"}`
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	// COMMIT copies the log itself, as it must be copied by someone.
	db, err := sql.Open("sqlite", dsn(filepath.Join(dir, File), "journal_mode(WAL)", "synchronous(OFF)", "cache_size(-8192)"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	messages, err := db.PrepareContext(ctx, `INSERT OR FAIL INTO messages (seq, app_id, user_no, template_seq, state, accepted_at, body) VALUES `+tuples(group, 7))
	if err != nil {
		b.Fatal(err)
	}
	spends, err := db.PrepareContext(ctx, `INSERT OR FAIL INTO spends (app_id, grant_seq, use, message_seq) VALUES `+tuples(group, 4))
	if err != nil {
		b.Fatal(err)
	}
	filed, err := db.PrepareContext(ctx, `INSERT OR IGNORE INTO filed_messages (user_no, seq) VALUES `+tuples(group, 2))
	if err != nil {
		b.Fatal(err)
	}
	var unfiled filing
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i += group {
		var rows, used []any
		for n := int64(i); n < int64(i+group); n++ {
			rows = append(rows, n+1, "wx00000000000000aa", 1+(n*7919)%users, 1, "delivered", n, body)
			used = append(used, "wx00000000000000aa", n+1, 1, n+1)
			unfiled.unfiled = append(unfiled.unfiled, filedRow{1 + (n*7919)%users, n + 1})
		}
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			b.Fatal(err)
		}
		for statement, args := range map[*sql.Stmt][]any{tx.StmtContext(ctx, messages): rows, tx.StmtContext(ctx, spends): used} {
			if _, err := statement.ExecContext(ctx, args...); err != nil {
				b.Fatal(err)
			}
		}
		if len(unfiled.unfiled) == usuallyUnfiled {
			fileBare(b, tx, filed, unfiled.begun(usuallyUnfiled).left, group)
			unfiled.forget()
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}

// fileBare files messages, so many with a statement.
func fileBare(b *testing.B, tx *sql.Tx, insert *sql.Stmt, left []filedRow, n int) {
	b.Helper()
	statement := tx.StmtContext(b.Context(), insert)
	defer func() { _ = statement.Close() }()
	for ; len(left) > 0; left = left[n:] {
		var rows []any
		for _, row := range left[:n] {
			rows = append(rows, row.userNo, row.seq)
		}
		if _, err := statement.ExecContext(b.Context(), rows...); err != nil {
			b.Fatal(err)
		}
	}
}
