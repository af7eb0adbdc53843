package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Timestamp is written as RFC 3339 in UTC with exactly milliseconds. The zero
// value is left out where its member says omitzero.
type Timestamp struct{ time.Time }

// MarshalJSON cuts what is finer than a millisecond.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	return []byte(t.UTC().Format(`"2006-01-02T15:04:05.000Z"`)), nil
}

// Schema describes it in the document.
func (t Timestamp) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Format: "date-time", Examples: []any{"2026-11-21T02:14:00.000Z"},
	}
}
