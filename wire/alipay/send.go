package alipay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/muban-dev/muban/wire"
)

// The methods that are described here.
const (
	MethodSend         = "alipay.open.app.mini.templatemessage.send"
	MethodCertDownload = "alipay.open.app.alipaycert.download"
	MethodOAuthToken   = "alipay.system.oauth.token"
)

// SendRequest is the content of [MethodSend] (protocol.md §5.1).
type SendRequest struct {
	ToUserID       string // a 2088… id
	ToOpenID       string // the newer id
	FormID         string // a form's id or a trade number
	UserTemplateID string
	Page           string
	Data           map[string]wire.Keyword
}

// longest are the most characters of each member (protocol.md §5.1).
var longest = []struct {
	member string
	most   int
	of     func(*SendRequest) *string
}{
	{"to_user_id", 20, func(r *SendRequest) *string { return &r.ToUserID }},
	{"to_open_id", 128, func(r *SendRequest) *string { return &r.ToOpenID }},
	{"form_id", 64, func(r *SendRequest) *string { return &r.FormID }},
	{"user_template_id", 64, func(r *SendRequest) *string { return &r.UserTemplateID }},
	{"page", 128, func(r *SendRequest) *string { return &r.Page }},
}

// longestData is the most characters of data as text.
const longestData = 2048

// DecodeSend reads biz_content of [MethodSend], decrypted and in UTF-8: a JSON
// object, or one within a text. That those members are there which must be is
// for the call's own checks, but for data: without it there is nothing to read.
func DecodeSend(content []byte) (SendRequest, error) {
	var r SendRequest
	members, err := contentMembers(content)
	if err != nil {
		return r, err
	}
	for _, l := range longest {
		if *l.of(&r), err = textMember(members, l.member, l.most); err != nil {
			return SendRequest{}, err
		}
	}
	if r.Data, err = dataMember(members["data"]); err != nil {
		return SendRequest{}, err
	}
	return r, nil
}

// CertDownloadContent is biz_content of [MethodCertDownload] as a client writes
// it.
type CertDownloadContent struct {
	CertSN string `json:"alipay_cert_sn"`
}

// DecodeCertDownload reads biz_content of [MethodCertDownload].
func DecodeCertDownload(content []byte) (certSN string, err error) {
	members, err := contentMembers(content)
	if err != nil {
		return "", err
	}
	return textMember(members, "alipay_cert_sn", 64)
}

// contentMembers are the members of a content.
func contentMembers(content []byte) (map[string]json.RawMessage, error) {
	const wanted = "a JSON object"
	content = bytes.Trim(content, jsonSpace)
	if len(content) == 0 {
		return nil, &ParamError{ParamBizContent, "missing or empty", wanted}
	}
	if !utf8.Valid(content) {
		return nil, &ParamError{ParamBizContent, "not in the charset that the request names", wanted + " in it"}
	}
	if content[0] == '"' { // a whole object as text
		var text string
		if err := json.Unmarshal(content, &text); err == nil {
			content = bytes.Trim([]byte(text), jsonSpace)
		}
	}
	var whole json.RawMessage
	if err := json.Unmarshal(content, &whole); err != nil {
		return nil, &ParamError{ParamBizContent, "not readable (" + jsonProblem(err) + ")", wanted}
	}
	var members map[string]json.RawMessage
	if content[0] != '{' || json.Unmarshal(content, &members) != nil {
		return nil, &ParamError{ParamBizContent, "not an object", wanted}
	}
	return members, nil
}

// textMember is a member that is a text, or a number, which keeps its digits;
// empty where it is absent or null.
func textMember(members map[string]json.RawMessage, name string, most int) (string, error) {
	raw, given := members[name]
	if !given {
		return "", nil
	}
	var text wire.Text
	if json.Unmarshal(raw, &text) != nil || strings.Contains(string(text), "\x00") {
		return "", &ParamError{name, "no text", fmt.Sprintf("a text of at most %d characters", most)}
	}
	if n := utf8.RuneCountInString(string(text)); n > most {
		return "", &ParamError{name, fmt.Sprintf("%d characters long", n), fmt.Sprintf("at most %d", most)}
	}
	return string(text), nil
}

// dataMember reads data: JSON as text, as the document has it, or the object
// itself, as PHP programs send it (protocol.md §5.1).
func dataMember(raw json.RawMessage) (map[string]wire.Keyword, error) {
	const wanted = `JSON as text, like {"keyword1":{"value":"…"}}`
	if len(raw) > 0 && raw[0] == '"' {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return nil, &ParamError{"data", "not readable", wanted}
		}
		raw = json.RawMessage(strings.Trim(text, jsonSpace))
	}
	if len(raw) == 0 || string(raw) == "null" {
		return nil, &ParamError{"data", "missing or empty", wanted}
	}
	if n := utf8.RuneCount(raw); n > longestData {
		return nil, &ParamError{"data", fmt.Sprintf("%d characters long", n), fmt.Sprintf("at most %d", longestData)}
	}
	keywords, err := wire.DecodeKeywords(raw)
	if whole, ok := errors.AsType[*wire.KeywordsError](err); ok {
		return nil, &ParamError{"data", "not readable (" + whole.Problem + ")", wanted}
	}
	return keywords, err
}

// SendContent is biz_content of [MethodSend] as a client writes it.
type SendContent struct {
	ToUserID       string `json:"to_user_id,omitempty"`
	ToOpenID       string `json:"to_open_id,omitempty"`
	FormID         string `json:"form_id"`
	UserTemplateID string `json:"user_template_id"`
	Page           string `json:"page,omitempty"`
	Data           string `json:"data"` // JSON as text
}
