package api

import (
	"encoding/base64"
	"errors"
	"strconv"

	"github.com/muban-dev/muban"
)

// List is a part of a list, newest first.
type List[T any] struct {
	Items      []T    `json:"items" nullable:"false" doc:"Newest first."`
	NextCursor string `json:"next_cursor,omitempty" doc:"Pass it as cursor for the next part; absent on the last." example:"MTIz"`
}

// Paging is the part of a list that is asked for.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"The most items to answer."`
	Cursor Cursor `query:"cursor" doc:"The next_cursor of the part before." example:"MTIz"`
}

func (p Paging) page() muban.Page {
	return muban.Page{Limit: p.Limit, Before: p.Cursor.before}
}

// Cursor is where a part of a list begins. Clients see an opaque text; inside
// it is the sequence number before which the part begins.
type Cursor struct{ before int64 }

var errCursor = errors.New("it must be a next_cursor that this list has answered")

// UnmarshalText reads what String wrote and nothing else.
func (c *Cursor) UnmarshalText(text []byte) error {
	raw, err := base64.RawURLEncoding.DecodeString(string(text))
	if err != nil {
		return errCursor
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || n <= 0 || cursorText(n) != string(text) {
		return errCursor
	}
	c.before = n
	return nil
}

// cursorText is empty on the last part.
func cursorText(before int64) string {
	if before == 0 {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(before, 10)))
}

// listOf shows a part of a list.
func listOf[M, V any](l muban.List[M], show func(M) V) List[V] {
	return List[V]{Items: each(l.Items, show), NextCursor: cursorText(l.Next)}
}

// each shows every item; the result is never nil, so that it is never null.
func each[M, V any](items []M, show func(M) V) []V {
	shown := make([]V, len(items))
	for i, item := range items {
		shown[i] = show(item)
	}
	return shown
}

// notNil makes an empty list of a nil one, which would be null.
func notNil[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
