package sqlstore

import (
	"database/sql"
	"strings"
	"time"

	"github.com/muban-dev/muban"
)

// chunkSizes are the numbers of rows that hot statements are prepared for.
func chunkSizes() []int { return []int{64, 32, 16, 8, 4, 2, 1} }

// inChunks calls do with parts of items whose sizes are among [chunkSizes],
// the largest first, so that a few prepared statements serve any number.
func inChunks[T any](items []T, do func([]T) error) error {
	for _, size := range chunkSizes() {
		for len(items) >= size {
			if err := do(items[:size]); err != nil {
				return err
			}
			items = items[size:]
		}
	}
	return nil
}

// inRuns calls do with items that stand together and are alike by key.
func inRuns[T any, K comparable](items []T, key func(T) K, do func([]T) error) error {
	for len(items) > 0 {
		n := 1
		for n < len(items) && key(items[n]) == key(items[0]) {
			n++
		}
		if err := do(items[:n]); err != nil {
			return err
		}
		items = items[n:]
	}
	return nil
}

// tuples writes the placeholders of rows × columns values: (?,?),(?,?) for
// two rows of two. They are SQLite's plain ones because it looks numbered ones
// up by name, which for long lists takes longer than the statement.
func tuples(rows, columns int) string {
	return strings.TrimSuffix(strings.Repeat("("+marks(columns)+"),", rows), ",")
}

// marks writes the placeholders of a list: ?,?,?.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// scanner is a row to be read.
type scanner interface{ Scan(...any) error }

// collect reads all rows and closes them.
func collect[T any](rows *sql.Rows, scan func(scanner) (T, error)) ([]T, error) {
	defer func() { _ = rows.Close() }() // Err tells what went wrong
	var items []T
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, rows.Err()
}

// collectUpTo is [collect] that stops behind the row with which the items
// together weigh most or more; cut reports that there are further rows.
func collectUpTo[T any](most int, rows *sql.Rows, scan func(scanner) (T, error), heft func(T) int) (items []T, cut bool, err error) {
	defer func() { _ = rows.Close() }()
	for weight := 0; rows.Next(); {
		if weight >= most {
			return items, true, nil
		}
		item, err := scan(rows)
		if err != nil {
			return nil, false, err
		}
		items, weight = append(items, item), weight+heft(item)
	}
	return items, false, rows.Err()
}

// paged cuts a list that was read with one row too many.
func paged[T any](items []T, page muban.Page, seq func(T) int64) muban.List[T] {
	if len(items) <= page.Limit {
		return muban.List[T]{Items: items}
	}
	items = items[:page.Limit]
	return muban.List[T]{Items: items, Next: seq(items[len(items)-1])}
}

// before is the page's upper bound as a value to compare with.
func before(page muban.Page) int64 {
	if page.Before == 0 {
		return 1 << 62
	}
	return page.Before
}

// millis and instant turn times to what is stored and back; 0 is no time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
