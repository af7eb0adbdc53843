package sqlstore

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// A store travels as lines of JSON, which are the same whatever the engine:
//
//	{"muban_store":2,"engine":"SQLite","exported_at":"…"}
//	{"table":"apps","row":{"number":16000001,"app_id":"wx…",…}}
//	…
//	{"end":{"rows":{"apps":1,…},"sha256":"…"}}
//
// A row has the table's columns by name: numbers, texts, and bytes as base64
// text. Tables come in a fixed order. The sum is of all bytes before the last
// line. What belongs to running nodes (leases, node numbers) does not travel.

// transferVersion is the format's version. A reader refuses others.
const transferVersion = 2

// kind is what a column holds.
type kind byte

const (
	isText kind = iota
	isNumber
	isBytes
)

// table is one that travels. Columns are names with the kind as suffix: none
// for text, # for numbers, * for bytes.
type table struct {
	name, order string
	columns     []string
	kinds       []kind
}

func travelling(name, order, columns string) table {
	t := table{name: name, order: order}
	for column := range strings.FieldsSeq(columns) {
		k := isText
		switch column[len(column)-1] {
		case '#':
			k = isNumber
		case '*':
			k = isBytes
		}
		t.columns, t.kinds = append(t.columns, strings.TrimRight(column, "#*")), append(t.kinds, k)
	}
	return t
}

func (t table) list() string { return strings.Join(t.columns, ", ") }

func travellingTables() []table {
	return []table{
		travelling("meta", "key", "key value"),
		travelling("apps", "number", "number# app_id platform name secret settings created_at#"),
		travelling("tokens", "app_id, hash", "app_id hash* kind seed* forced# issued_at# expires_at# dead_at#"),
		travelling("users", "app_id, user_no", "user_no# app_id open_id swan_id alipay_open_id union_id name blocked# following# delivery notification_bar# created_at#"),
		travelling("user_ids", "app_id, id", "app_id id user_no#"),
		travelling("titles", "platform, seq", "seq# platform id title body"),
		travelling("templates", "app_id, seq", "seq# app_id template_id title body created_at#"),
		travelling("template_texts", "app_id, seq", "seq# app_id template_id title content"),
		travelling("grants", "app_id, seq", "seq# app_id grant_id kind user_no# user_id logged_in# uses# issued_at# expires_at#"),
		travelling("spends", "app_id, grant_seq, use", "app_id grant_seq# use# message_seq#"),
		travelling("messages", "app_id, seq", "seq# app_id user_no# template_seq# state accepted_at# read_at# body"),
		travelling("callbacks", "app_id, seq", "seq# app_id message_seq# state attempts_left# created_at# url event attempts"),
		travelling("outbox", "app_id, seq", "app_id seq# due_at#"),
		travelling("client_msg_ids", "app_id, user_no, client_msg_id", "app_id user_no# client_msg_id message_seq# accepted_at#"),
		travelling("daily_sends", "app_id, day", "app_id day# sent#"),
		travelling("platform_keys", "app_id", "app_id private_key*"),
		travelling("authorizations", "app_id, hash", "app_id hash* agent_id issued_at# expires_at#"),
		travelling("login_codes", "app_id, hash", "app_id hash* purpose user_no# user_id issued_at# expires_at# used_at#"),
		travelling("keyword_requests", "seq", "seq# platform app_id title_id name example state reason keyword_id# created_at# decided_at#"),
	}
}

type (
	transferHead struct {
		Version    int       `json:"muban_store"`
		Engine     string    `json:"engine"`
		ExportedAt time.Time `json:"exported_at"`
	}
	transferRow struct {
		Table string         `json:"table"`
		Row   map[string]any `json:"row"`
	}
	transferEnd struct {
		Rows map[string]int64 `json:"rows"`
		Sum  string           `json:"sha256"`
	}
)

// ExportFile is [Export] into a new file, which is there once it is complete
// and on disk; what is there already is never written over.
func ExportFile(ctx context.Context, o Options, path string) (rows int64, err error) {
	err = newFile(path, func(part *os.File) (err error) {
		rows, err = Export(ctx, o, part)
		return err
	})
	return rows, err
}

// Export writes the whole store as it is at one moment and returns how many
// rows that were. On PostgreSQL nodes may go on working meanwhile.
func Export(ctx context.Context, o Options, to io.Writer) (rows int64, err error) {
	s, err := connect(ctx, o)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.engine.close()) }()
	if err := s.migrateExactly(ctx); err != nil {
		return 0, err
	}
	if err := refuseHalfImported(ctx, s.writer); err != nil {
		return 0, err
	}
	tx, err := s.beginExport(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }() // it only read

	buffered := bufio.NewWriterSize(to, 1<<16)
	sum := sha256.New()
	lines := json.NewEncoder(io.MultiWriter(buffered, sum))
	lines.SetEscapeHTML(false)
	if err := lines.Encode(transferHead{transferVersion, s.Engine(), time.Now().UTC()}); err != nil {
		return 0, err
	}
	end := transferEnd{Rows: make(map[string]int64)}
	for _, t := range travellingTables() {
		n, err := exportTable(ctx, tx, t, lines)
		if err != nil {
			return rows, fmt.Errorf("exporting %s: %w", t.name, err)
		}
		end.Rows[t.name] = n
		rows += n
	}
	end.Sum = hex.EncodeToString(sum.Sum(nil))
	if err := json.NewEncoder(buffered).Encode(map[string]transferEnd{"end": end}); err != nil {
		return rows, err
	}
	return rows, buffered.Flush()
}

// beginExport begins a transaction that sees one moment.
func (s *Store) beginExport(ctx context.Context) (*sql.Tx, error) {
	if !s.shared {
		return s.writer.BeginTx(ctx, nil)
	}
	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}

func exportTable(ctx context.Context, tx *sql.Tx, t table, lines *json.Encoder) (n int64, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+t.list()+` FROM `+t.name+` ORDER BY `+t.order)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }() // Err tells what went wrong
	into := make([]any, len(t.columns))
	for i, k := range t.kinds {
		switch k {
		case isNumber:
			into[i] = new(int64)
		case isBytes:
			into[i] = new([]byte)
		default:
			into[i] = new(string)
		}
	}
	row := transferRow{t.name, make(map[string]any, len(t.columns))}
	for i, column := range t.columns {
		row.Row[column] = into[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return n, err
		}
		if err := lines.Encode(row); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}
