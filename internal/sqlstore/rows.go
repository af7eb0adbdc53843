package sqlstore

import (
	"strconv"
	"strings"
)

// rows are the values of one statement that writes or looks up many rows at
// once. To SQLite they travel as one list of values, to PostgreSQL as an array
// a column, so that there is no placeholder a value for it to read and plan.
type rows struct {
	columns []string
	kinds   []kind
	shared  bool

	values  []any // SQLite: row after row
	numbers [][]int64
	texts   [][]string
	next    int // the column that the next value goes to
}

// rowsOf makes room for so many rows. The columns are names separated by
// spaces, with # after those of numbers, as in travelling.
func (s *Store) rowsOf(n int, columns string) *rows {
	t := travelling("", "", columns)
	r := &rows{columns: t.columns, kinds: t.kinds, shared: s.shared}
	if !r.shared {
		r.values = make([]any, 0, n*len(r.columns))
		return r
	}
	r.numbers, r.texts = make([][]int64, len(r.columns)), make([][]string, len(r.columns))
	for i, k := range r.kinds {
		if k == isNumber {
			r.numbers[i] = make([]int64, 0, n)
		} else {
			r.texts[i] = make([]string, 0, n)
		}
	}
	return r
}

// number and text add the next value. Values are added row by row, in the
// columns' order.
func (r *rows) number(v int64) {
	if !r.shared {
		r.values = append(r.values, v)
		return
	}
	r.numbers[r.next] = append(r.numbers[r.next], v)
	r.next = (r.next + 1) % len(r.columns)
}

func (r *rows) text(v string) {
	if !r.shared {
		r.values = append(r.values, v)
		return
	}
	r.texts[r.next] = append(r.texts[r.next], v)
	r.next = (r.next + 1) % len(r.columns)
}

// list is the columns' names.
func (r *rows) list() string { return strings.Join(r.columns, ", ") }

// source is what stands after INSERT INTO … (…), or in parentheses after IN or
// FROM; there the columns are called column1, column2, ….
func (r *rows) source() string {
	if !r.shared {
		return `VALUES ` + tuples(len(r.values)/len(r.columns), len(r.columns))
	}
	names, arrays := make([]string, len(r.kinds)), make([]string, len(r.kinds))
	for i, k := range r.kinds {
		names[i] = "column" + strconv.Itoa(i+1)
		arrays[i] = "$" + strconv.Itoa(i+1) + "::text[]"
		if k == isNumber {
			arrays[i] = "$" + strconv.Itoa(i+1) + "::bigint[]"
		}
	}
	columns := strings.Join(names, ", ")
	return `SELECT ` + columns + ` FROM unnest(` + strings.Join(arrays, ", ") + `) AS rows(` + columns + `)`
}

// args are the statement's arguments.
func (r *rows) args() []any {
	if !r.shared {
		return r.values
	}
	args := make([]any, len(r.kinds))
	for i, k := range r.kinds {
		if k == isNumber {
			args[i] = r.numbers[i]
		} else {
			args[i] = r.texts[i]
		}
	}
	return args
}

// inParts calls do with parts of items of which a statement takes all at once:
// on PostgreSQL any number, on SQLite those that statements are prepared for.
func inParts[T any](s *Store, items []T, do func([]T) error) error {
	switch {
	case !s.shared:
		return inChunks(items, do)
	case len(items) == 0:
		return nil
	}
	return do(items)
}
