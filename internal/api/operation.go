package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

const jsonType = "application/json"

// doc is what the OpenAPI document says of a call.
type doc struct {
	id      string // operationId, also the call's name in metrics
	tag     string
	summary string
	text    string
	status  int    // of success; 200, or 204 without a body, if 0
	answer  string // what success answers
	repeat  string // when 200 is answered instead of status; mostly never
	// needs refuses the call where the server does not have what it is about,
	// before anything else of the request is judged. nil where every server has.
	needs func() error
}

// Answer is a success with a body.
type Answer[T any] struct {
	Body T
}

// needsKey is where an operation keeps its doc's needs for [prepare].
const needsKey = "needs"

// handle registers a call: pattern is "METHOD /path", do its handler. An
// error of do is answered as [problemOf] says.
func handle[I, O any](a *api, pattern string, d doc, do func(context.Context, *I) (*O, error)) {
	method, path, _ := strings.Cut(pattern, " ")
	op := huma.Operation{
		Method: method, Path: path,
		OperationID: d.id, Tags: []string{d.tag}, Summary: d.summary, Description: d.text,
		DefaultStatus: d.status,
		// A misspelt filter must not look like one that matches everything.
		RejectUnknownQueryParameters: true,
		MaxBodyBytes:                 -1, // prepare has read it
		Responses:                    map[string]*huma.Response{"default": problemResponse()},
		Metadata:                     map[string]any{needsKey: d.needs},
	}
	place := "query"
	if method != http.MethodGet {
		place = "" // what is wrong then is none of the request's members, but of what it names
	}
	if _, hasBody := reflect.TypeFor[I]().FieldByName("Body"); hasBody {
		place = "body"
		op.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{}}
	}
	limit := readLimit(method, reflect.TypeFor[I]())
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		if limit > 0 {
			limited, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			ctx = limited
		}
		out, err := do(ctx, in)
		if err != nil {
			return nil, problemOf(ctx, err, place)
		}
		return out, nil
	})
	d.complete(op)
}

// readWithin is when a read that the store does not answer is answered as busy:
// a database whose processes hang holds a read for ever.
const readWithin = 30 * time.Second

// readLimit is how long a call may take, 0 without a limit. What writes has one
// in the store, where alone it is known what became of the write.
func readLimit(method string, input reflect.Type) time.Duration {
	if method != http.MethodGet {
		return 0
	}
	if _, waits := input.FieldByName("Wait"); waits {
		return readWithin + longestWait
	}
	return readWithin
}

// complete adds to a registered operation what its types do not say. The maps
// and pointers in op are those of the document.
func (d doc) complete(op huma.Operation) {
	for status, response := range op.Responses {
		if status == "default" {
			continue
		}
		response.Description = d.answer
		if d.repeat != "" {
			op.Responses["200"] = &huma.Response{Description: d.repeat, Content: response.Content}
		}
	}
	if op.Method == http.MethodPatch {
		op.RequestBody.Content["application/merge-patch+json"] = op.RequestBody.Content[jsonType]
	}
}

func problemResponse() *huma.Response {
	return &huma.Response{
		Description: "What was wrong, as an RFC 9457 problem document.",
		Content:     map[string]*huma.MediaType{problemType: {Schema: &huma.Schema{Ref: schemaPrefix + "Problem"}}},
	}
}

// problems is the last step before huma writes an answer: it puts huma's own
// errors into the API's form and notes every problem in the request's record.
func problems(registry huma.Registry) huma.Transformer {
	return func(ctx huma.Context, _ string, v any) (any, error) {
		if model, isHuma := v.(*huma.ErrorModel); isHuma {
			v = explain(registry, ctx.Operation(), model)
		}
		if p, isProblem := v.(*Problem); isProblem {
			r, w := humago.Unwrap(ctx)
			p.note(w, r)
		}
		return v, nil
	}
}

// jsonFormat reads and writes bodies.
func jsonFormat() huma.Format {
	return huma.Format{
		Marshal: func(w io.Writer, v any) error {
			encoder := json.NewEncoder(w)
			encoder.SetEscapeHTML(false)
			return encoder.Encode(v)
		},
		Unmarshal: func(data []byte, v any) error {
			err := json.Unmarshal(data, v)
			if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
				// Validation let it pass, so it is a number that is whole but
				// written otherwise, or too large for its place.
				return fmt.Errorf("has %s where a whole number of plain digits must stand", mismatch.Value)
			}
			return err
		},
	}
}

// withBody gives the request a body that was read already.
func withBody(r *http.Request, body []byte) {
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
}
