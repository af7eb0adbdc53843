package api

import (
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/muban-dev/muban/internal/httpx"
)

const schemaPrefix = "#/components/schemas/"

// humaConfig is the frame of the OpenAPI document and how bodies are read and
// written. It leaves out what huma.DefaultConfig adds: the documentation page
// from a CDN and a $schema member in every answer.
func humaConfig() huma.Config {
	registry := huma.NewMapRegistry(schemaPrefix, huma.DefaultSchemaNamer)
	registry.Schema(reflect.TypeFor[Problem](), true, "")
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "Muban",
				Version:     "v1",
				Description: apiDescription,
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"adminToken": {Type: "http", Scheme: "bearer", Description: "The admin token of `muban serve`. `muban dev` asks for none."},
				},
			},
			Security: []map[string][]string{{"adminToken": {}}, {}},
			Tags:     documentTags(),
		},
		// huma looks problem documents up by their suffix.
		Formats:       map[string]huma.Format{jsonType: jsonFormat(), "json": jsonFormat()},
		DefaultFormat: jsonType,
		Transformers:  []huma.Transformer{problems(registry)},
	}
}

const apiDescription = `The native API of Muban, the server side of Chinese template messages (模板消息).

Times are RFC 3339 in UTC with milliseconds. Unknown members and parameters are refused. Lists are newest first: pass
` + "`next_cursor`" + ` as ` + "`cursor`" + ` until it is absent. PATCH takes a JSON Merge Patch (RFC 7396): null removes a member. What a
platform or an object does not have is absent from answers. Errors are RFC 9457 problem documents with a ` + "`code`" + `.
Ids in paths are percent-encoded.`

func documentTags() []*huma.Tag {
	return []*huma.Tag{
		{Name: "apps", Description: "Developers' accounts on one platform (小程序, 公众号)."},
		{Name: "users", Description: "Recipients, as one app sees them."},
		{Name: "templates", Description: "The apps' own templates (个人模板)."},
		{Name: "grants", Description: "The right to send that a user's action created: form_id, prepay_id, scene_id, trade_no."},
		{Name: "messages", Description: "Sends that were accepted, and what became of them."},
		{Name: "inbox", Description: "What users see in their message centre."},
		{Name: "callbacks", Description: "Pushes of events to the apps' servers, with their attempts."},
		{Name: "calls", Description: "The inspector: the platforms' calls with their answers, and why they were refused."},
		{Name: "library", Description: "The platforms' public template libraries (模板库)."},
		{Name: "stream", Description: "What happens, as it happens."},
		{Name: "overview", Description: "What happens, in numbers."},
		{Name: "sandbox", Description: "The sandbox as a whole. `muban dev` only."},
		{Name: "clock", Description: "Sandbox time, which governs every rule. `muban dev` only."},
	}
}

// serveDocument writes the document once, now that every call is registered.
func (a *api) serveDocument() {
	for _, schema := range a.huma.OpenAPI().Components.Schemas.Map() {
		allowNull(schema)
	}
	document, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		panic("api: the OpenAPI document cannot be written: " + err.Error())
	}
	a.document = document
	a.mux.HandleFunc("GET "+DocumentPath, func(w http.ResponseWriter, r *http.Request) {
		httpx.Of(r).Call = "getOpenAPI"
		w.Header().Set("Content-Type", jsonType)
		_, _ = w.Write(a.document) // a client that hung up needs no answer
	})
}

// allowNull adds null to the values of members that may be null, as JSON
// Schema wants it; huma does not look for it there.
func allowNull(s *huma.Schema) {
	if s.Nullable && len(s.Enum) > 0 {
		s.Enum = append(s.Enum, nil)
	}
	for _, member := range s.Properties {
		allowNull(member)
	}
}
