package baidu

import (
	"encoding/json"
	"errors"

	"github.com/muban-dev/muban/wire"
)

// SendRequest are the parameters of send (seed 000, 请求参数; seed 001,
// sendTemplateMessage).
type SendRequest struct {
	TemplateID   string
	ToUser       string // touser, a swan_id
	ToUserOpenID string // touser_openId, an open_id
	Data         map[string]wire.Keyword
	Page         string
	SceneID      string
	SceneType    wire.Number
	// Ext is nil where ext is absent or blank; ExtText is ext as it was sent.
	Ext     *Ext
	ExtText string
}

// Ext is what ext says of the review service: {"xzh_id":111,"category_id":15}
// (seed 001, 说明). What is absent is empty.
type Ext struct {
	XzhID, CategoryID wire.Text
}

// DecodeSend takes the parameters of send. That those are there which are
// required is for the call's own checks, but for data: without it there is
// nothing to read (seed 000, data: 是).
func DecodeSend(p Params) (SendRequest, error) {
	text := texts{Params: p}
	req := SendRequest{
		TemplateID:   text.next("template_id"),
		ToUser:       text.next("touser"),
		ToUserOpenID: text.next("touser_openId"),
		Page:         text.next("page"),
		SceneID:      text.next("scene_id"),
		SceneType:    p.number("scene_type"),
	}
	// The spelling of the documents' prose (protocol.md §0 row 10).
	if prose := text.next("touser_openid"); req.ToUserOpenID == "" {
		req.ToUserOpenID = prose
	}
	if text.err != nil {
		return SendRequest{}, text.err
	}
	var err error
	if req.Data, err = decodeData(p); err != nil {
		return SendRequest{}, err
	}
	if req.Ext, req.ExtText, err = decodeExt(p); err != nil {
		return SendRequest{}, err
	}
	return req, nil
}

// decodeData reads data; see [wire.DecodeKeywords] for what it accepts.
func decodeData(p Params) (map[string]wire.Keyword, error) {
	const wanted = `JSON like {"keyword1":{"value":"…"}}`
	raw, err := p.json("data")
	if err != nil {
		return nil, err
	}
	if raw == nil {
		return nil, &ParamError{"data", "missing or empty", wanted}
	}
	keywords, err := wire.DecodeKeywords(raw)
	if whole, ok := errors.AsType[*wire.KeywordsError](err); ok {
		return nil, &ParamError{"data", "not readable (" + whole.Problem + ")", wanted}
	}
	return keywords, err
}

func decodeExt(p Params) (*Ext, string, error) {
	const wanted = `JSON like {"xzh_id":111,"category_id":15}`
	raw, err := p.json("ext")
	if raw == nil || err != nil {
		return nil, "", err
	}
	// Not into a struct, whose names would match in any case.
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || raw[0] != '{' {
		return nil, "", &ParamError{"ext", "not a JSON object", wanted}
	}
	var ext Ext
	for _, member := range []struct {
		name   string
		target *wire.Text
	}{{"xzh_id", &ext.XzhID}, {"category_id", &ext.CategoryID}} {
		found, given := members[member.name]
		if given && json.Unmarshal(found, member.target) != nil {
			return nil, "", &ParamError{"ext." + member.name, shape(string(found)), "a number or a text"}
		}
	}
	return &ext, string(raw), nil
}
