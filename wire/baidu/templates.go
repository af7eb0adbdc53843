package baidu

import (
	"encoding/json"

	"github.com/muban-dev/muban/wire"
)

// ListRequest are the parameters of the two list calls, librarylist and
// templatelist (seed 001, getTemplateLibraryList and getTemplateList).
type ListRequest struct {
	Offset, Count wire.Number
}

// DecodeList takes the parameters of librarylist or templatelist.
func DecodeList(p Params) ListRequest {
	return ListRequest{p.number("offset"), p.number("count")}
}

// DecodeLibraryGet takes id, the only parameter of libraryget (seed 001,
// getTemplateLibraryById).
func DecodeLibraryGet(p Params) (id string, err error) { return p.required("id") }

// DecodeDelete takes template_id, the only parameter of templatedel (seed
// 001, deleteTemplate).
func DecodeDelete(p Params) (templateID string, err error) { return p.required("template_id") }

func (p Params) required(name string) (string, error) {
	text, err := p.text(name)
	if err == nil && text == "" {
		return "", &ParamError{name, "missing or empty", "given"}
	}
	return text, err
}

// AddRequest are the parameters of templateadd (seed 001, addTemplate).
type AddRequest struct {
	ID            string
	KeywordIDList []wire.Number
}

// DecodeAdd takes the parameters of templateadd. keyword_id_list is an array
// as JSON, of numbers or of texts that hold one; whether they are keywords of
// the title is for the call's own checks.
func DecodeAdd(p Params) (AddRequest, error) {
	id, err := p.required("id")
	if err != nil {
		return AddRequest{}, err
	}
	const wanted = "a JSON array of keyword numbers like [1,2,3]"
	raw, err := p.json("keyword_id_list")
	if err != nil {
		return AddRequest{}, err
	}
	if raw == nil {
		return AddRequest{}, &ParamError{"keyword_id_list", "missing or empty", wanted}
	}
	numbers := []wire.Number{}
	if err := json.Unmarshal(raw, &numbers); err != nil || raw[0] != '[' {
		return AddRequest{}, &ParamError{"keyword_id_list", "not a JSON array", wanted}
	}
	return AddRequest{id, numbers}, nil
}
