package client

import (
	"errors"
	"iter"

	"github.com/muban-dev/muban"
)

// eachOf goes through a list page by page. fetch answers a page and whether
// there may be more. Entries that were seen before are left out, since a list
// that grows or shrinks meanwhile moves under its offsets; a page of nothing
// new where more was promised would go on for ever, so it is an error.
func eachOf[T any](p muban.Platform, op Op, id func(T) string, fetch func(muban.Range) (page []T, more bool, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		seen := map[string]bool{}
		for offset := int64(0); ; {
			page, more, err := fetch(muban.Range{Offset: offset, Count: MostAtOnce})
			if err != nil {
				yield(none, err)
				return
			}
			before := len(seen)
			for _, entry := range page {
				if seen[id(entry)] {
					continue
				}
				seen[id(entry)] = true
				if !yield(entry, nil) {
					return
				}
			}
			offset += int64(len(page))
			if !more || len(page) == 0 {
				return
			}
			if len(seen) == before {
				yield(none, &Error{
					Kind: KindUnreachable, Platform: p, Op: op, Err: errStandsStill,
					Retry: Retry{Why: "the platform answers the same page again and again"},
				})
				return
			}
		}
	}
}

var errStandsStill = errors.New("a page of the list has nothing that was not on those before")
