package main

import (
	"cmp"
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
	// DetailZh is the server's detail in Chinese; empty where it did not
	// explain, or by a rule that this program does not know.
	DetailZh string `json:"detail_zh,omitempty"`
	// Meaning is what the code stands for, where the server did not explain.
	Meaning string `json:"meaning,omitempty"`
	// Call is the id by which the server's inspector explains the call; empty
	// where it keeps none.
	Call string `json:"call,omitempty"`
}

func (e *refusedError) Error() string {
	return fmt.Sprintf("%s refused %s: %s %s", e.platform, e.call, e.code, e.text)
}

// tableRow is what a platform's table of error codes says of one.
type tableRow struct{ meaning, see string }

func (r platformReply) refused(p muban.Platform, call, code, text string, row tableRow) *refusedError {
	why := &explanation{Code: code, Text: text, RefusalDoc: r.doc, Call: r.call}
	if r.doc != nil {
		why.DetailZh = inChinese(r.doc)
	} else if row.meaning != "" {
		why.Meaning = row.meaning + " (" + row.see + ")"
	}
	return &refusedError{p, call, code, text, r.body, why}
}

// inChinese is the detail of a refusal by a rule that is known here.
func inChinese(doc *httpx.RefusalDoc) string {
	if doc.Rule.Kind() == "" {
		return ""
	}
	refusal := muban.Refusal{Rule: doc.Rule, Values: doc.Values}
	return refusal.Chinese()
}

// failure is the refusal in words.
func (e *refusedError) failure(l language) *failure {
	f := &failure{code: exitRefused, what: e.Error()}
	doc := e.why.RefusalDoc
	if doc == nil {
		if e.why.Meaning != "" {
			f.hints = append(f.hints, "meaning: "+e.why.Meaning)
		}
		if e.why.Call != "" {
			f.hints = append(f.hints, "why:     muban call show "+e.why.Call)
		}
		return f
	}
	f.hints = append(f.hints, "why:     "+l.of(doc.Detail, cmp.Or(e.why.DetailZh, doc.Detail)), "rule:    "+string(doc.Rule)+" ("+string(doc.Kind)+")")
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
