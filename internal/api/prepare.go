package api

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
)

// Member names are compared exactly. huma ignores their case otherwise, which
// makes "Kind" a known member, and one that is not validated if "kind" is
// there too. huma has this switch for the whole process only; it is set once,
// before anything reads it, and nothing else here uses huma.
func init() { huma.ValidateStrictCasing = true }

// prepare runs before each operation: it names the call and refuses what
// cannot be read, so that huma and the handlers see clean input only.
func prepare(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	op := ctx.Operation()
	x := httpx.Of(r)
	x.Call, x.AppID = op.OperationID, r.PathValue("app_id")
	problem := checkNeeds(r, op)
	if problem == nil {
		problem = checkPath(r, op)
	}
	if problem == nil {
		problem = checkQuery(r, op)
	}
	switch {
	case problem != nil:
	case op.RequestBody != nil:
		problem = checkBody(r)
	case op.Method == http.MethodPost:
		problem = checkNoBody(r)
	}
	if problem != nil {
		answerProblem(w, r, problem)
		return
	}
	// JSON is all there is, whatever was asked for.
	r.Header.Set("Accept", jsonType)
	next(ctx)
}

// checkNeeds refuses a call of what this server does not have.
func checkNeeds(r *http.Request, op *huma.Operation) *Problem {
	if needs, _ := op.Metadata[needsKey].(func() error); needs != nil {
		if err := needs(); err != nil {
			return problemOf(r.Context(), err, "")
		}
	}
	return nil
}

// checkPath answers ids that cannot exist without asking the store, which
// need not be able to hold them.
func checkPath(r *http.Request, op *huma.Operation) *Problem {
	for _, p := range op.Parameters {
		if value := r.PathValue(p.Name); p.In == "path" && !plainText(value) {
			return refusalProblem(muban.Refuse(muban.RuleNotFound, "object", strings.TrimSuffix(p.Name, "_id"), "id", quoted(value)), "path")
		}
	}
	return nil
}

func checkQuery(r *http.Request, op *huma.Operation) *Problem {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return badRequest("query", "cannot be read: "+shorten(err.Error())+"; percent-encode its names and values")
	}
	for name, values := range query {
		if len(values) > 1 && slices.Contains(queryParameters(op), name) {
			// huma would take the first and pass over the others.
			return badRequest("query."+name, "is given "+strconv.Itoa(len(values))+" times; give it once")
		}
		for _, value := range values {
			if !plainText(name) || !plainText(value) {
				return badRequest("query."+strings.Trim(quoted(name), `"`), "is "+quoted(value)+"; it must be UTF-8 without control characters")
			}
		}
	}
	return nil
}

// checkBody reads the body. JSON is assumed whatever the Content-Type says,
// since curl sends forms unless told otherwise.
func checkBody(r *http.Request) *Problem {
	body, err := httpx.ReadBody(r)
	if refusal, ok := errors.AsType[*muban.Refusal](err); ok {
		return refusalProblem(refusal, "body")
	}
	switch {
	case err != nil:
		httpx.Of(r).Err = err
		return badRequest("body", "ended before it was complete")
	case len(body) == 0:
		return badRequest("body", "is missing; this call takes a JSON object")
	case !utf8.Valid(body):
		return badRequest("body", "is not UTF-8, as JSON must be")
	}
	var discarded any
	if err := json.Unmarshal(body, &discarded); err != nil {
		if large, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			// Into any, nothing else can fail to fit. huma would answer it with 400.
			return badRequest("body", "has "+shorten(large.Value)+", which is too large; numbers go up to 1.7e308")
		}
		return badRequest("body", "is not JSON: "+err.Error())
	}
	withBody(r, body)
	r.Header.Set("Content-Type", jsonType)
	return nil
}

// checkNoBody refuses members for a call that takes none: who sends them expects
// something of them. Other bodies, which clients add by themselves, are passed
// over.
func checkNoBody(r *http.Request) *Problem {
	body, err := httpx.ReadBody(r)
	if refusal, ok := errors.AsType[*muban.Refusal](err); ok {
		return refusalProblem(refusal, "body")
	}
	if err != nil {
		httpx.Of(r).Err = err
		return badRequest("body", "ended before it was complete")
	}
	var members map[string]json.RawMessage
	_ = json.Unmarshal(body, &members) // what is no object has none
	if len(members) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(members))
	p := badRequest("body."+shorten(names[0]), "does not exist; this call takes no body")
	for _, name := range names[1:min(len(names), mostErrors)] {
		p.Errors = append(p.Errors, FieldError{"body." + shorten(name), "does not exist; this call takes no body"})
	}
	p.Detail = summary(p.Errors, len(names))
	return p
}

// badRequest is a request that could not even be validated.
func badRequest(location, message string) *Problem {
	p := newProblem(http.StatusUnprocessableEntity, CodeInvalidRequest, location+" "+message)
	p.Errors = []FieldError{{location, message}}
	return p
}

// plainText reports whether a value from a URL is text that can be stored and
// shown.
func plainText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
