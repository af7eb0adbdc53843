package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/muban-dev/muban/internal/api"
)

var update = flag.Bool("update", false, "write testdata/openapi.json anew")

// inScope are the calls of the contract that exist so far.
const inScope = `
DELETE /api/v1/apps/{app_id} deleteApp
DELETE /api/v1/apps/{app_id}/templates/{template_id} deleteTemplate
DELETE /api/v1/apps/{app_id}/users/{user} deleteUser
DELETE /api/v1/library/{platform}/titles/{id} deleteTitle
GET /api/v1/apps listApps
GET /api/v1/apps/{app_id} getApp
GET /api/v1/apps/{app_id}/certificates getCertificates
GET /api/v1/apps/{app_id}/grants listGrants
GET /api/v1/apps/{app_id}/grants/{id} getGrant
GET /api/v1/apps/{app_id}/templates listTemplates
GET /api/v1/apps/{app_id}/templates/{template_id} getTemplate
GET /api/v1/apps/{app_id}/users listUsers
GET /api/v1/apps/{app_id}/users/{user} getUser
GET /api/v1/apps/{app_id}/users/{user}/inbox getUserInbox
GET /api/v1/callbacks listCallbacks
GET /api/v1/callbacks/{id} getCallback
GET /api/v1/calls listCalls
GET /api/v1/calls/{id} getCall
GET /api/v1/clock getClock
GET /api/v1/inbox getPersonInbox
GET /api/v1/library/{platform}/keyword-requests listKeywordRequests
GET /api/v1/library/{platform}/titles listTitles
GET /api/v1/library/{platform}/titles/{id} getTitle
GET /api/v1/messages listMessages
GET /api/v1/messages/{id} getMessage
GET /api/v1/overview getOverview
GET /api/v1/stream streamEvents
PATCH /api/v1/apps/{app_id} updateApp
PATCH /api/v1/apps/{app_id}/users/{user} updateUser
POST /api/v1/apps createApp
POST /api/v1/apps/{app_id}/authorizations createAuthorization
POST /api/v1/apps/{app_id}/callback/verify verifyAppCallback
POST /api/v1/apps/{app_id}/cloud-tokens issueCloudToken
POST /api/v1/apps/{app_id}/grants mintGrants
POST /api/v1/apps/{app_id}/secret/reset resetAppSecret
POST /api/v1/apps/{app_id}/templates createTemplate
POST /api/v1/apps/{app_id}/tokens/revoke revokeAppTokens
POST /api/v1/apps/{app_id}/users createUser
POST /api/v1/apps/{app_id}/users/{user}/inbox/{message_id}/read markMessageRead
POST /api/v1/apps/{app_id}/users/{user}/login-codes issueLoginCode
POST /api/v1/callbacks/{id}/resend resendCallback
POST /api/v1/clock/advance advanceClock
POST /api/v1/library/{platform}/keyword-requests requestKeyword
POST /api/v1/library/{platform}/keyword-requests/{id}/approve approveKeywordRequest
POST /api/v1/library/{platform}/keyword-requests/{id}/reject rejectKeywordRequest
POST /api/v1/library/{platform}/titles createTitle
POST /api/v1/reset resetSandbox
PUT /api/v1/clock setClock
`

// eachOperation calls do with every operation of the document.
func eachOperation(do func(method, path string, op map[string]any)) {
	for path, item := range object(document()["paths"]) {
		for method, op := range object(item) {
			do(strings.ToUpper(method), path, object(op))
		}
	}
}

func TestTheDocumentIsComplete(t *testing.T) {
	t.Parallel()
	var calls []string
	eachOperation(func(method, path string, op map[string]any) {
		calls = append(calls, fmt.Sprint(method, " ", path, " ", op["operationId"]))
	})
	slices.Sort(calls)
	if got := strings.Join(calls, "\n"); got != strings.TrimSpace(inScope) {
		t.Errorf("the document has\n%s", got)
	}
}

// Each operation of the document is what answers at its path.
func TestTheDocumentIsServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.must(200, "GET", api.DocumentPath, "")
	if contentType := got.header.Get("Content-Type"); contentType != "application/json" {
		t.Errorf("Content-Type %q", contentType)
	}
	wildcard := regexp.MustCompile(`\{\w+\}`)
	eachOperation(func(method, path string, op map[string]any) {
		w.call(method, wildcard.ReplaceAllString(path, "x"), "")
		if call := w.exchanges.last().Call; call != op["operationId"] {
			t.Errorf("%s %s is answered by %q", method, path, call)
		}
	})
}

func TestTheDocumentIsOpenAPI31(t *testing.T) {
	t.Parallel()
	doc := document()
	if doc["openapi"] != "3.1.0" || at(doc, "info", "title") == nil || at(doc, "info", "version") == nil {
		t.Errorf("openapi %v, info %v", doc["openapi"], doc["info"])
	}
	allowed := []string{"openapi", "info", "paths", "components", "security", "tags"}
	for member := range doc {
		if !slices.Contains(allowed, member) {
			t.Errorf("the document has the member %s", member)
		}
	}
	for _, requirement := range doc["security"].([]any) {
		for name := range object(requirement) {
			if at(doc, "components", "securitySchemes", name) == nil {
				t.Errorf("security names %s, which is not defined", name)
			}
		}
	}
	for name, schema := range object(at(doc, "components", "schemas")) {
		checkSchema(t, name, schema)
	}
	if strings.Contains(string(mustMarshal(t, doc)), "$schema") {
		t.Error("the document has $schema members")
	}
}

func TestEveryOperationIsDescribed(t *testing.T) {
	t.Parallel()
	tags := map[any]bool{}
	for _, tag := range document()["tags"].([]any) {
		tags[object(tag)["name"]] = object(tag)["description"] != nil
	}
	seen := map[any]bool{}
	eachOperation(func(method, path string, op map[string]any) {
		name := method + " " + path
		if id := op["operationId"]; id == nil || seen[id] {
			t.Errorf("%s: operationId %v is missing or repeated", name, id)
		}
		seen[op["operationId"]] = true
		for _, member := range []string{"summary", "description"} {
			if text, _ := op[member].(string); len(text) < 10 {
				t.Errorf("%s: %s %q", name, member, text)
			}
		}
		if list, _ := op["tags"].([]any); len(list) != 1 || !tags[list[0]] {
			t.Errorf("%s: tags %v", name, op["tags"])
		}
		checkParameters(t, name, path, op)
		checkResponses(t, name, object(op["responses"]))
		if body := object(op["requestBody"]); (body != nil) != (strings.HasPrefix(method, "P") && !isAction(path)) {
			t.Errorf("%s: request body %v", name, body)
		} else if body != nil {
			checkContent(t, name, body, "application/json")
			if method == http.MethodPatch {
				checkContent(t, name, body, "application/merge-patch+json")
			}
		}
	})
}

// isAction tells the POSTs that take no body.
func isAction(path string) bool {
	return slices.ContainsFunc([]string{"/reset", "/revoke", "/read", "/resend", "/verify", "/cloud-tokens", "/login-codes", "/approve"},
		func(end string) bool { return strings.HasSuffix(path, end) })
}

func checkParameters(t *testing.T, name, path string, op map[string]any) {
	t.Helper()
	inPath := []string{}
	list, _ := op["parameters"].([]any)
	for _, item := range list {
		p := object(item)
		if p["description"] == nil || p["schema"] == nil {
			t.Errorf("%s: parameter %v has no description or schema", name, p["name"])
		}
		checkSchema(t, name+" "+fmt.Sprint(p["name"]), p["schema"])
		if p["in"] == "path" {
			inPath = append(inPath, "{"+p["name"].(string)+"}")
			if p["required"] != true {
				t.Errorf("%s: path parameter %v is not required", name, p["name"])
			}
		}
	}
	if want := regexp.MustCompile(`\{\w+\}`).FindAllString(path, -1); fmt.Sprint(inPath) != fmt.Sprint(want) {
		t.Errorf("%s: path parameters %v, want %v", name, inPath, want)
	}
}

func checkResponses(t *testing.T, name string, responses map[string]any) {
	t.Helper()
	successes := 0
	for status, response := range responses {
		if description, _ := object(response)["description"].(string); description == "" {
			t.Errorf("%s: response %s has no description", name, status)
		}
		switch status {
		case "default":
			checkContent(t, name, object(response), "application/problem+json")
		case "204":
			successes++
			if object(response)["content"] != nil {
				t.Errorf("%s: 204 has content", name)
			}
		case "200", "201", "202":
			successes++
			if name == "GET /api/v1/stream" { // has no end, and so no schema
				if object(object(response)["content"])["text/event-stream"] == nil {
					t.Errorf("%s: it does not say that it is a stream", name)
				}
				continue
			}
			checkContent(t, name, object(response), "application/json")
		default:
			t.Errorf("%s: response %s", name, status)
		}
	}
	if successes == 0 || responses["default"] == nil {
		t.Errorf("%s: responses %v", name, slices.Sorted(maps.Keys(responses)))
	}
}

// checkContent wants a named schema, so that generated clients get a name
// for it.
func checkContent(t *testing.T, name string, holder map[string]any, mediaType string) {
	t.Helper()
	schema := at(holder, "content", mediaType, "schema")
	if at(schema, "$ref") == nil || resolved(schema) == nil {
		t.Errorf("%s: %s is %v", name, mediaType, schema)
	}
}

// checkSchema wants JSON Schema 2020-12 without words that it does not know,
// references that lead somewhere, and a description of every member.
func checkSchema(t *testing.T, place string, schema any) {
	t.Helper()
	s := object(schema)
	words := []string{
		"$ref", "type", "format", "description", "examples", "default", "enum", "minimum", "maximum",
		"items", "maxItems", "properties", "required", "additionalProperties", "readOnly",
	}
	for word := range s {
		if !slices.Contains(words, word) {
			t.Errorf("%s: unknown word %s", place, word)
		}
	}
	if s["$ref"] != nil && resolved(s) == nil {
		t.Errorf("%s: %v leads nowhere", place, s["$ref"])
	}
	if s["$ref"] == nil && len(typesOf(s)) == 0 {
		t.Errorf("%s has no type", place)
	}
	if enum, has := s["enum"].([]any); has && slices.Contains(typesOf(s), "null") != slices.Contains(enum, nil) {
		t.Errorf("%s: type %v does not fit enum %v", place, s["type"], enum)
	}
	for name, member := range object(s["properties"]) {
		if object(member)["description"] == nil {
			t.Errorf("%s.%s has no description", place, name)
		}
		checkSchema(t, place+"."+name, member)
	}
	required, _ := s["required"].([]any)
	for _, name := range required {
		if at(s, "properties", name.(string)) == nil {
			t.Errorf("%s requires %v, which it does not have", place, name)
		}
	}
	if items := s["items"]; items != nil {
		checkSchema(t, place+"[]", items)
	}
	if rest := object(s["additionalProperties"]); rest != nil {
		checkSchema(t, place+".*", rest)
	}
}

// The document is kept in the tree so that a change of it is seen in review.
func TestTheDocumentIsTheOneInTheTree(t *testing.T) {
	t.Parallel()
	file := filepath.Join("testdata", "openapi.json")
	now := []byte(tidy(t, mustMarshal(t, document())))
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, now, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(kept) || !bytes.Equal(bytes.TrimSpace(kept), bytes.TrimSpace(now)) {
		t.Errorf("%s is not what is served; if the change is meant: go test ./internal/api -run InTheTree -update", file)
	}
}
