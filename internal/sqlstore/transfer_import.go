package sqlstore

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"
)

// importingKey is the meta entry of a store that an import has not finished.
const importingKey = "importing"

// refuseHalfImported stops a store that an import broke off in.
func refuseHalfImported(ctx context.Context, q querier) error {
	_, unfinished, err := getMeta(ctx, q, importingKey)
	if err == nil && unfinished {
		err = errors.New("an import into this store was not finished: make the store empty and import again")
	}
	return err
}

// rowsInTransaction is how many rows an import commits at once.
const rowsInTransaction = 8192

// longestLine bounds a line of an export: a message of the largest body twice
// escaped.
const longestLine = 16 << 20

// importer reads an export into a store.
type importer struct {
	*Store
	tables map[string]table
	lines  *bufio.Scanner
	sum    hash.Hash
	last   []byte // the line read ahead
	counts map[string]int64
	newest int64 // of all sequence numbers
}

// Import reads an export into an empty store and returns how many rows that
// were. A store in which it broke off cannot be opened.
func Import(ctx context.Context, o Options, from io.Reader) (rows int64, err error) {
	s, err := connect(ctx, o)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.engine.close()) }()
	if err := s.migrateExactly(ctx); err != nil {
		return 0, err
	}
	if s.hot, err = s.newHot(ctx); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.hot.close()) }()
	i := &importer{Store: s, tables: make(map[string]table), lines: bufio.NewScanner(from), sum: sha256.New(), counts: make(map[string]int64)}
	i.lines.Buffer(make([]byte, 1<<16), longestLine)
	for _, t := range travellingTables() {
		i.tables[t.name] = t
	}
	if err := i.head(); err != nil {
		return 0, err
	}
	if err := i.begin(ctx); err != nil {
		return 0, err
	}
	for more := true; more; {
		if more, err = i.transaction(ctx); err != nil {
			return 0, fmt.Errorf("importing: %w; make the store empty and import again", err)
		}
	}
	if err := s.fileAll(ctx); err != nil {
		return 0, fmt.Errorf("importing: %w; make the store empty and import again", err)
	}
	return i.finish(ctx)
}

// head reads the first line.
func (i *importer) head() error {
	line, err := i.next()
	if failed := i.lines.Err(); failed != nil && !errors.Is(failed, bufio.ErrTooLong) {
		return fmt.Errorf("reading the export: %w", failed)
	}
	var head transferHead
	if err != nil || json.Unmarshal(line, &head) != nil || head.Version == 0 {
		return errors.New("this is not an export of a Muban store: its first line has no muban_store")
	}
	if head.Version != transferVersion {
		return fmt.Errorf("the export has format %d, this program reads %d", head.Version, transferVersion)
	}
	i.sum.Write(line)
	i.sum.Write([]byte{'\n'})
	return nil
}

func (i *importer) next() ([]byte, error) {
	if !i.lines.Scan() {
		if err := i.lines.Err(); err != nil {
			return nil, err
		}
		return nil, errors.New("the export breaks off: its last line is missing")
	}
	return i.lines.Bytes(), nil
}

// begin makes sure that the store is empty and marks it as half imported.
func (i *importer) begin(ctx context.Context) error {
	return i.inTransaction(ctx, func(tx *sql.Tx) error {
		for _, t := range travellingTables() {
			var found int
			if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM `+t.name+` LIMIT 1) AS found`).Scan(&found); err != nil {
				return err
			}
			if found > 0 {
				return fmt.Errorf("the store is not empty (%s): an import needs a new folder or a new database, which no server has run on", t.name)
			}
		}
		return setMeta(ctx, tx, importingKey, time.Now().UTC().Format(time.RFC3339))
	})
}

// inTransaction is for what has the store alone, without a committer.
func (s *Store) inTransaction(ctx context.Context, do func(*sql.Tx) error) (err error) {
	tx, err := s.hot.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // no effect after the commit
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// transaction stores some rows; more is false when the last line was reached,
// which is then in last.
func (i *importer) transaction(ctx context.Context) (more bool, err error) {
	err = i.inTransaction(ctx, func(*sql.Tx) error {
		var waiting [][]any
		current := ""
		flush := func() error {
			part := waiting
			waiting = nil
			return inChunks(part, func(rows [][]any) error { return i.insert(ctx, i.tables[current], rows) })
		}
		for range rowsInTransaction {
			line, err := i.next()
			if err != nil {
				return err
			}
			if bytes.HasPrefix(line, []byte(`{"end":`)) {
				i.last = bytes.Clone(line)
				return flush()
			}
			i.sum.Write(line)
			i.sum.Write([]byte{'\n'})
			name, values, err := i.row(line)
			if err != nil {
				return err
			}
			if name != current {
				if err := flush(); err != nil {
					return err
				}
				current = name
			}
			if values != nil {
				waiting = append(waiting, values)
			}
			i.counts[name]++
		}
		return flush()
	})
	return i.last == nil, err
}

// row is a line's table and its values in the columns' order; nil values are
// not to be stored.
func (i *importer) row(line []byte) (string, []any, error) {
	var read struct {
		Table string                     `json:"table"`
		Row   map[string]json.RawMessage `json:"row"`
	}
	if err := json.Unmarshal(line, &read); err != nil {
		return "", nil, fmt.Errorf("line %d of the rows: %w", i.total()+1, err)
	}
	t, known := i.tables[read.Table]
	if !known || len(read.Row) != len(t.columns) {
		return "", nil, fmt.Errorf("line %d of the rows is of table %q with %d columns, which this program does not know", i.total()+1, read.Table, len(read.Row))
	}
	values := make([]any, len(t.columns))
	for k, column := range t.columns {
		var err error
		switch text := read.Row[column]; t.kinds[k] {
		case isNumber:
			values[k], err = decoded[int64](text)
		case isBytes:
			values[k], err = decoded[[]byte](text)
		default:
			values[k], err = decoded[string](text)
		}
		if err != nil {
			return "", nil, fmt.Errorf("line %d of the rows, column %s: %w", i.total()+1, column, err)
		}
		if n, number := values[k].(int64); number && (column == "seq" || column == "user_no" || column == "number") {
			if n >= 1<<numberBits { // what is numbered next would come after it
				return "", nil, fmt.Errorf("line %d of the rows, column %s: %d is no number of a store, which are below %d", i.total()+1, column, n, int64(1)<<numberBits)
			}
			i.newest = max(i.newest, n)
		}
	}
	if t.name == "meta" && (values[0] == importingKey || values[0] == newestKey) {
		return t.name, nil, nil // this store's own
	}
	return t.name, values, nil
}

func decoded[T any](text json.RawMessage) (value T, err error) {
	if text == nil {
		return value, errors.New("it is missing")
	}
	return value, json.Unmarshal(text, &value)
}

func (i *importer) total() (n int64) {
	for _, count := range i.counts {
		n += count
	}
	return n
}

func (i *importer) insert(ctx context.Context, t table, rows [][]any) error {
	args := make([]any, 0, len(rows)*len(t.columns))
	for _, row := range rows {
		args = append(args, row...)
	}
	err := i.hot.exec(ctx, `INSERT INTO `+t.name+` (`+t.list()+`) VALUES `+tuples(len(rows), len(t.columns)), args)
	if err != nil {
		return fmt.Errorf("storing %s: %w", t.name, err)
	}
	return nil
}

// finish compares what was read with what the last line says, and what is
// stored with both.
func (i *importer) finish(ctx context.Context) (int64, error) {
	var said struct {
		End transferEnd `json:"end"`
	}
	if err := json.Unmarshal(i.last, &said); err != nil {
		return 0, fmt.Errorf("the export's last line: %w", err)
	}
	if sum := hex.EncodeToString(i.sum.Sum(nil)); sum != said.End.Sum {
		return 0, errors.New("the export was changed or damaged: its sum is not the one in its last line; make the store empty and import again")
	}
	err := i.inTransaction(ctx, func(tx *sql.Tx) error {
		for _, t := range travellingTables() {
			var stored int64
			if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+t.name).Scan(&stored); err != nil {
				return err
			}
			if want := said.End.Rows[t.name]; i.counts[t.name] != want || t.name != "meta" && stored != want {
				return fmt.Errorf("%s: %d rows exported, %d read, %d stored", t.name, want, i.counts[t.name], stored)
			}
		}
		if err := setMeta(ctx, tx, newestKey, fmt.Sprint(i.newest)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM meta WHERE key = $1`, importingKey)
		return err
	})
	return i.total(), err
}
