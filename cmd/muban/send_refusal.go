package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
)

// refusedError is a platform's answer that it will not.
type refusedError struct {
	platform muban.Platform
	call     string // what was refused: "the send"
	code     string
	text     string // the platform's
	answer   json.RawMessage
	why      *explanation
}

// explanation says why a platform refused: by the server that did, or by the
// platform's table of codes.
type explanation struct {
	Code string `json:"code"`
	Text string `json:"text"`
	*httpx.RefusalDoc
	// Meaning is what the code stands for, where the server did not explain.
	Meaning string `json:"meaning,omitempty"`
}

func (e *refusedError) Error() string {
	return fmt.Sprintf("%s refused %s: %s %s", e.platform, e.call, e.code, e.text)
}

// tableRow is what a platform's table of error codes says of one.
type tableRow struct{ meaning, see string }

func (r platformReply) refused(p muban.Platform, call, code, text string, row tableRow) *refusedError {
	why := &explanation{Code: code, Text: text, RefusalDoc: r.doc}
	if r.doc == nil && row.meaning != "" {
		why.Meaning = row.meaning + " (" + row.see + ")"
	}
	return &refusedError{p, call, code, text, r.body, why}
}

// failure is the refusal in words.
func (e *refusedError) failure() *failure {
	f := &failure{code: exitRefused, what: e.Error()}
	doc := e.why.RefusalDoc
	if doc == nil {
		if e.why.Meaning != "" {
			f.hints = append(f.hints, "meaning: "+e.why.Meaning)
		}
		return f
	}
	f.hints = append(f.hints, "why:     "+doc.Detail, "rule:    "+string(doc.Rule)+" ("+string(doc.Kind)+")")
	var values []string
	for _, name := range slices.Sorted(maps.Keys(doc.Values)) {
		values = append(values, name+"="+doc.Values[name])
	}
	if len(values) > 0 {
		f.hints = append(f.hints, "values:  "+strings.Join(values, ", "))
	}
	if doc.See != "" {
		f.hints = append(f.hints, "see:     "+doc.See)
	}
	return f
}
