package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/muban-dev/muban/internal/api"
)

// document is the OpenAPI document as any client would read it: plain JSON.
var document = sync.OnceValue(func() map[string]any {
	rec := httptest.NewRecorder()
	api.New(nil, api.Options{}).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, api.DocumentPath, nil))
	var doc map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
		panic(err)
	}
	return doc
})

// at walks into nested objects; nil where the way ends.
func at(value any, names ...string) any {
	for _, name := range names {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

func object(value any) map[string]any {
	o, _ := value.(map[string]any)
	return o
}

// operationOf finds the document's operation for a request: the path with the
// most fixed segments that fits.
func operationOf(method, path string) map[string]any {
	path, _, _ = strings.Cut(path, "?")
	best, found := -1, map[string]any(nil)
	for template, item := range object(at(document(), "paths")) {
		op := object(at(item, strings.ToLower(method)))
		if fixed := fits(template, path); op != nil && fixed > best {
			best, found = fixed, op
		}
	}
	return found
}

// fits counts the fixed segments of a template that the path fits; -1 if it
// does not.
func fits(template, path string) int {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return -1
	}
	fixed := 0
	for i := range want {
		switch {
		case strings.HasPrefix(want[i], "{") && got[i] != "":
		case want[i] == got[i]:
			fixed++
		default:
			return -1
		}
	}
	return fixed
}

// wantDocumented checks an answer against what the document says of it: every
// call of every test passes here, so that the document is true.
func (a answer) wantDocumented(method, path string) {
	a.t.Helper()
	op := operationOf(method, path)
	if op == nil {
		if a.status < 400 && !strings.HasPrefix(path, api.DocumentPath) && method != "HEAD" {
			a.t.Errorf("%s succeeds and is not in the document", a.call)
		}
		return
	}
	response := object(at(op, "responses", fmt.Sprint(a.status)))
	if response == nil {
		if response = object(at(op, "responses", "default")); a.status < 400 {
			a.t.Errorf("%s: status %d is not in the document", a.call, a.status)
		}
	}
	content := object(response["content"])
	if len(content) == 0 {
		if len(a.body) != 0 {
			a.t.Errorf("%s: a body where the document has none: %s", a.call, a.body)
		}
		return
	}
	media := object(content[a.header.Get("Content-Type")])
	if media == nil {
		a.t.Errorf("%s: answered as %q, which is not in the document", a.call, a.header.Get("Content-Type"))
		return
	}
	var value any
	if err := json.Unmarshal(a.body, &value); err != nil {
		a.t.Errorf("%s: %v", a.call, err)
	}
	for _, fault := range faults(media["schema"], value, "answer") {
		a.t.Errorf("%s: %s", a.call, fault)
	}
}

// exactTime is RFC 3339 in UTC with milliseconds, no more and no less.
var exactTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

// faults lists where a value is not what its JSON Schema says, for the words
// that the document uses.
func faults(schema, value any, place string) []string {
	s := resolved(schema)
	var found []string
	fault := func(format string, args ...any) {
		found = append(found, place+" "+fmt.Sprintf(format, args...))
	}
	if s == nil {
		fault("has no schema")
		return found
	}
	types := typesOf(s)
	if !slices.ContainsFunc(types, func(name string) bool { return isType(name, value) }) {
		fault("is %v, the document says %v", value, types)
	}
	if enum, has := s["enum"].([]any); has && !slices.Contains(enum, value) {
		fault("is %v, the document says one of %v", value, enum)
	}
	if text, isText := value.(string); isText && s["format"] == "date-time" && !exactTime.MatchString(text) {
		fault("is %q, not a time with milliseconds in UTC", text)
	}
	if members, isObject := value.(map[string]any); isObject {
		found = append(found, memberFaults(s, members, place)...)
	}
	if items, isList := value.([]any); isList {
		for i, item := range items {
			found = append(found, faults(s["items"], item, fmt.Sprintf("%s[%d]", place, i))...)
		}
	}
	return found
}

func memberFaults(s, members map[string]any, place string) []string {
	var found []string
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, has := members[name.(string)]; !has {
			found = append(found, fmt.Sprintf("%s has no %s", place, name))
		}
	}
	for name, member := range members {
		schema := at(s, "properties", name)
		if schema == nil {
			schema = s["additionalProperties"]
		}
		if schema == false || schema == nil {
			found = append(found, fmt.Sprintf("%s.%s is not in the document", place, name))
			continue
		}
		found = append(found, faults(schema, member, place+"."+name)...)
	}
	return found
}

// resolved follows a schema's reference.
func resolved(schema any) map[string]any {
	s := object(schema)
	if ref, has := s["$ref"].(string); has {
		name, _ := strings.CutPrefix(ref, "#/components/schemas/")
		return object(at(document(), "components", "schemas", name))
	}
	return s
}

func typesOf(s map[string]any) []string {
	switch t := s["type"].(type) {
	case string:
		return []string{t}
	case []any:
		var names []string
		for _, name := range t {
			names = append(names, fmt.Sprint(name))
		}
		return names
	}
	return nil
}

func isType(name string, value any) bool {
	switch v := value.(type) {
	case nil:
		return name == "null"
	case string:
		return name == "string"
	case bool:
		return name == "boolean"
	case float64:
		return name == "number" || name == "integer" && v == float64(int64(v))
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	}
	return false
}

// The judge itself is tried, because a check that cannot fail proves nothing.
func TestFaults(t *testing.T) {
	t.Parallel()
	grant := `{"id":"g","kind":"form","user":"o","uses":1,"remaining":1,"issued_at":"2026-11-21T02:14:00.000Z","expires_at":"2026-11-21T02:14:00.000Z","spent_by":[]}`
	tests := []struct{ replace, by, want string }{
		{"", "", ""},
		{`"uses":1`, `"uses":1.5`, "answer.uses is 1.5"},
		{`"uses":1,`, ``, "answer has no uses"},
		{`"spent_by":[]`, `"spent_by":null`, "answer.spent_by is <nil>"},
		{`"spent_by":[]`, `"spent_by":[1]`, "answer.spent_by[0] is 1"},
		{`"kind":"form"`, `"kind":"gift"`, "answer.kind is gift"},
		{`:00.000Z","expires`, `:00Z","expires`, "answer.issued_at is"},
		{`"id"`, `"more":1,"id"`, "answer.more is not in the document"},
	}
	for _, test := range tests {
		var value any
		if err := json.Unmarshal([]byte(strings.Replace(grant, test.replace, test.by, 1)), &value); err != nil {
			t.Fatal(err)
		}
		got := strings.Join(faults(map[string]any{"$ref": "#/components/schemas/Grant"}, value, "answer"), "; ")
		if !strings.Contains(got, test.want) || (got == "") != (test.want == "") {
			t.Errorf("%s: faults %q, want %q", test.by, got, test.want)
		}
	}
}
