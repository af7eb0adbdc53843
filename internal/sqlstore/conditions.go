package sqlstore

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// conditions gathers a WHERE clause whose parts depend on a filter.
type conditions struct {
	parts []string
	args  []any
}

// add takes a condition on one value, with $%d where the value goes.
func (c *conditions) add(condition string, value any) {
	c.args = append(c.args, value)
	c.parts = append(c.parts, fmt.Sprintf(condition, len(c.args)))
}

// text is the clause, empty where there is no condition.
func (c *conditions) text() string {
	if len(c.parts) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(c.parts, " AND ")
}

// storable reports whether every engine can hold a text: what cannot be held
// cannot be found either.
func storable(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }
