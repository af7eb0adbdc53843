package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
)

// mostErrors bounds what one answer lists, so that a small request cannot ask
// for a huge answer.
const mostErrors = 20

// explain turns what huma found wrong with a request into a problem that
// names each place, the value that stood there and what would be right.
func explain(registry huma.Registry, op *huma.Operation, model *huma.ErrorModel) *Problem {
	p := newProblem(model.Status, CodeInvalidRequest, model.Detail)
	if model.Status >= http.StatusInternalServerError {
		return internalProblem(model)
	}
	found := make([]FieldError, 0, len(model.Errors))
	for _, detail := range model.Errors {
		if len(found) == mostErrors {
			break
		}
		found = append(found, fieldError(registry, op, detail))
	}
	slices.SortFunc(found, func(a, b FieldError) int { return strings.Compare(a.Location, b.Location) })
	p.Errors = found
	if len(found) > 0 {
		p.Detail = summary(found, len(model.Errors))
	}
	return p
}

// summary says the first few errors in a sentence, for those who read only
// that.
func summary(found []FieldError, all int) string {
	const most = 3
	parts := make([]string, 0, most+1)
	for _, e := range found[:min(most, len(found))] {
		parts = append(parts, e.Location+" "+e.Message)
	}
	if all > most {
		parts = append(parts, fmt.Sprintf("and %d more", all-most))
	}
	return strings.Join(parts, "; ")
}

func fieldError(registry huma.Registry, op *huma.Operation, d *huma.ErrorDetail) FieldError {
	if name, missing := missingMember(d.Message); missing {
		return FieldError{d.Location + "." + name, "is missing"}
	}
	e := FieldError{Location: shorten(d.Location)}
	switch {
	case d.Message == validation.MsgUnexpectedProperty:
		e.Message = unknownMember(registry, op, d.Location)
	case d.Message == "unknown query parameter":
		e.Message = "does not exist; known are " + knownParameters(op)
	case strings.HasSuffix(d.Message, "parameter is missing"):
		e.Message = "is missing"
	case d.Location == "body" && d.Message == validation.MsgExpectedObject:
		e.Message = "is not a JSON object"
	case d.Location == "body": // the value is the whole body
		e.Message = d.Message
	default:
		e.Message = "is " + shown(d.Location, d.Value) + "; " + plainNumber(strings.TrimPrefix(d.Message, "invalid value: "))
	}
	return e
}

// plainNumber writes the number at a message's end with all its digits, where
// huma wrote it with an exponent.
func plainNumber(message string) string {
	at := strings.LastIndexByte(message, ' ') + 1
	number, err := strconv.ParseFloat(message[at:], 64)
	if err != nil || !strings.Contains(message[at:], "e+") {
		return message
	}
	return message[:at] + strconv.FormatFloat(number, 'f', -1, 64)
}

// missingMember reads the name out of huma's message about a member that is
// required and not there; huma places it at the object around.
func missingMember(message string) (name string, missing bool) {
	before, after, _ := strings.Cut(validation.MsgExpectedRequiredProperty, "%s")
	rest, isBefore := strings.CutPrefix(message, before)
	name, isAfter := strings.CutSuffix(rest, after)
	return name, isBefore && isAfter
}

// unknownMember lists the members that exist beside one that does not.
func unknownMember(registry huma.Registry, op *huma.Operation, location string) string {
	path := strings.Split(location, ".")[1:]
	var known []string
	for name, member := range properties(registry, contentOf(op.RequestBody.Content), path[:len(path)-1]) {
		if !member.ReadOnly {
			known = append(known, name)
		}
	}
	slices.Sort(known)
	if len(known) == 0 {
		return "does not exist"
	}
	return "does not exist; known are " + strings.Join(known, ", ")
}

// properties are the members of the object at path within a schema; none
// where the path leads nowhere.
func properties(registry huma.Registry, s *huma.Schema, path []string) map[string]*huma.Schema {
	s = resolve(registry, s)
	for _, name := range path {
		if s == nil {
			return nil
		}
		name, _, _ = strings.Cut(name, "[")
		s = resolve(registry, s.Properties[name])
	}
	if s == nil {
		return nil
	}
	return s.Properties
}

// resolve follows references, and lists to their items.
func resolve(registry huma.Registry, s *huma.Schema) *huma.Schema {
	for s != nil {
		switch {
		case s.Ref != "":
			s = registry.SchemaFromRef(s.Ref)
		case s.Items != nil:
			s = s.Items
		default:
			return s
		}
	}
	return nil
}

func contentOf(content map[string]*huma.MediaType) *huma.Schema {
	if media := content[jsonType]; media != nil {
		return media.Schema
	}
	return nil
}

// knownParameters names the query parameters of a call for a message.
func knownParameters(op *huma.Operation) string {
	if names := queryParameters(op); len(names) > 0 {
		return strings.Join(names, ", ")
	}
	return "none"
}

func queryParameters(op *huma.Operation) []string {
	var names []string
	for _, p := range op.Parameters {
		if p.In == "query" {
			names = append(names, p.Name)
		}
	}
	return names
}

// shown writes a value for a message. What may be a secret is not repeated.
func shown(location string, value any) string {
	name := location[strings.LastIndexByte(location, '.')+1:]
	if slices.Contains([]string{"secret", "token", "aes_key", "content_key", "alipay_private_key"}, name) {
		return "not shown"
	}
	text, err := json.Marshal(value)
	if err != nil {
		return "not readable"
	}
	return shorten(string(text))
}

// shorten keeps a value that came from outside at a size fit for a message.
func shorten(s string) string {
	const most = 200
	if len(s) <= most {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// quoted makes visible what is not plain text.
func quoted(s string) string { return strconv.Quote(shorten(s)) }
