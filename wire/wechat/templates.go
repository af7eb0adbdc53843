package wechat

import (
	"bytes"
	"encoding/json"

	"github.com/muban-dev/muban/wire"
)

// ListRequest is the body of the two list calls, library/list and list
// (seed 003, getTemplateLibraryList and getTemplateList).
type ListRequest struct {
	Offset wire.Number `json:"offset"`
	Count  wire.Number `json:"count"`
}

// DecodeList reads the body of library/list or list.
func DecodeList(body []byte) (ListRequest, error) {
	var req ListRequest
	err := decodeObject(body, func(name, value []byte) error {
		switch string(name) {
		case "offset":
			req.Offset = number(value)
		case "count":
			req.Count = number(value)
		}
		return nil
	})
	if err != nil {
		return ListRequest{}, err
	}
	return req, nil
}

// LibraryGetRequest is the body of library/get (seed 003,
// getTemplateLibraryById).
type LibraryGetRequest struct {
	ID string `json:"id"`
}

// DecodeLibraryGet reads the body of library/get.
func DecodeLibraryGet(body []byte) (LibraryGetRequest, error) {
	id, err := decodeOnly(body, "id")
	return LibraryGetRequest{id}, err
}

// DeleteRequest is the body of del (seed 003, deleteTemplate).
type DeleteRequest struct {
	TemplateID string `json:"template_id"`
}

// DecodeDelete reads the body of del.
func DecodeDelete(body []byte) (DeleteRequest, error) {
	id, err := decodeOnly(body, "template_id")
	return DeleteRequest{id}, err
}

// decodeOnly reads the only member of a body that counts, which is a text.
func decodeOnly(body []byte, member string) (found string, err error) {
	err = decodeObject(body, func(name, value []byte) (err error) {
		if string(name) == member {
			found, err = text(member, value)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return found, nil
}

// AddRequest is the body of add (seed 003, addTemplate).
type AddRequest struct {
	ID            string        `json:"id"`
	KeywordIDList []wire.Number `json:"keyword_id_list"`
}

// DecodeAdd reads the body of add. A keyword_id_list that says nothing is
// empty; what it holds is for the call's own checks.
func DecodeAdd(body []byte) (AddRequest, error) {
	var req AddRequest
	err := decodeObject(body, func(name, value []byte) (err error) {
		switch string(name) {
		case "id":
			req.ID, err = text("id", value)
		case "keyword_id_list":
			req.KeywordIDList, err = decodeNumbers("keyword_id_list", value)
		}
		return err
	})
	if err != nil {
		return AddRequest{}, err
	}
	return req, nil
}

// decodeNumbers reads an array of numbers, or a text that holds one: the same
// call on Baidu takes keyword_id_list as "[1,2]" (seed 001, addTemplate), and
// programs that serve both platforms send it to both.
func decodeNumbers(member string, raw []byte) ([]wire.Number, error) {
	array := raw
	if inner, err := text(member, raw); err == nil && raw[0] == '"' && json.Valid([]byte(inner)) {
		array = bytes.TrimSpace([]byte(inner))
	}
	if blank(array) {
		return nil, nil
	}
	if array[0] != '[' {
		return nil, &BodyError{member + " is " + shape(raw) + "; it must be an array of numbers"}
	}
	var numbers []wire.Number
	eachElement(array, func(value []byte) { numbers = append(numbers, number(value)) })
	return numbers, nil
}
