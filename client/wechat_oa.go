package client

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire"
	"github.com/muban-dev/muban/wire/wechat"
)

// weChatOA is an official account's calls (seed 004, protocol.md §3.1). It has
// no call for its library: titles are looked up in the account's console.
type weChatOA struct{ weChat }

var (
	_ platform       = weChatOA{}
	_ templateKeeper = weChatOA{}
	_ industryKeeper = weChatOA{}
)

func (weChatOA) addTemplate(req AddTemplateRequest, id *string) (*call, *Error) {
	if req.KeywordIDs != nil {
		return nil, argument(muban.WeChatOA, OpAddTemplate, "KeywordIDs", "is set; on wechat-oa keywords have names, KeywordNames")
	}
	body := wechat.OfficialAddRequest{TemplateIDShort: req.LibraryID, KeywordNameList: append([]string{}, req.KeywordNames...)}
	return jsonCall(OpAddTemplate, "/cgi-bin/template/api_add_template", addsTemplate, body, func(body []byte) error {
		return readTemplateID(body, id)
	}), nil
}

var (
	errNoTemplates  = errors.New("the answer has no template_list")
	errNoIndustries = errors.New("the answer has no primary_industry")
)

// templates: the platform answers all of them at once, without an errcode.
func (weChatOA) templates(_ muban.Range, list *[]Template) (*call, bool) {
	c := bareGet(OpTemplates, "/cgi-bin/template/get_all_private_template", func(body []byte) error {
		var a wechat.PrivateTemplatesAnswer
		if err := json.Unmarshal(body, &a); err != nil {
			return err
		}
		if a.TemplateList == nil {
			return errNoTemplates
		}
		for _, t := range a.TemplateList {
			*list = append(*list, Template{
				ID: t.TemplateID, Title: t.Title, Content: t.Content, Example: t.Example,
				PrimaryIndustry: t.PrimaryIndustry, DeputyIndustry: t.DeputyIndustry,
			})
		}
		return nil
	})
	return c, false
}

// bareGet is a call that is answered without an errcode.
func bareGet(op Op, path string, read func(body []byte) error) *call {
	return &call{op: op, method: http.MethodGet, path: path, bare: true, repeat: readsOnly, read: read}
}

func (weChatOA) deleteTemplate(id string) *call {
	return jsonCall(OpDeleteTemplate, "/cgi-bin/template/del_private_template", deletesTemplate, wechat.DeleteRequest{TemplateID: id}, nil)
}

func (weChatOA) industries(found *Industries) *call {
	return bareGet(OpIndustries, "/cgi-bin/template/get_industry", func(body []byte) error {
		var a struct {
			Primary   *wechat.Industry `json:"primary_industry"`
			Secondary wechat.Industry  `json:"secondary_industry"`
		}
		if err := json.Unmarshal(body, &a); err != nil {
			return err
		}
		if a.Primary == nil {
			return errNoIndustries
		}
		*found = Industries{Industry(*a.Primary), Industry(a.Secondary)}
		return nil
	})
}

func (weChatOA) setIndustries(primary, secondary int) *call {
	body := wechat.SetIndustryRequest{IndustryID1: wire.NumberOf(int64(primary)), IndustryID2: wire.NumberOf(int64(secondary))}
	return jsonCall(OpSetIndustries, "/cgi-bin/template/api_set_industry", setsIndustries, body, nil)
}

var (
	setsIndustries = repetition{
		unknown: Retry{Why: "the industries may have been set; look at Industries before you set them again, which is refused for a month"},
	}

	// paysByName: sends to one recipient under one client_msg_id make one
	// message for ten minutes (protocol.md §3.2), of which one is left for the
	// clocks and the way.
	paysByName = repetition{
		most: asOftenAsAny, within: 9 * time.Minute,
		unknown: Retry{Can: true, Why: "it may have been accepted. Within ten minutes it may be sent again with the same WeChatOA.ClientMsgID, " +
			"which is Error.ClientMsgID: the platform makes one message of both"},
	}
)

func (weChatOA) send(req SendRequest, sent *Sent) (*call, *Error) {
	own := WeChatOA{}
	if req.WeChatOA != nil {
		own = *req.WeChatOA
	}
	switch {
	case req.To == "":
		return nil, argument(muban.WeChatOA, OpSend, "To", "is empty; it must be the follower's openid")
	case req.Page != "":
		return nil, argument(muban.WeChatOA, OpSend, "Page", "is set; an official account's message leads to WeChatOA.URL or WeChatOA.MiniProgram")
	case own.MiniProgram.AppID == "" && own.MiniProgram.PagePath != "":
		return nil, argument(muban.WeChatOA, OpSend, "WeChatOA.MiniProgram.AppID", "is empty, though there is a PagePath; it must be the mini program's appid")
	}
	name := own.ClientMsgID
	if name == "" {
		name = rand.Text()
	}
	c := jsonCall(OpSend, "/cgi-bin/message/template/send", paysByName, wechat.OfficialSendRequest{
		ToUser: req.To, ClientMsgID: name,
		OfficialMessage: wechat.OfficialMessage{
			TemplateID: req.Template, URL: own.URL, MiniProgram: wechat.MiniProgram(own.MiniProgram),
			Data: weChatData(req.Data), Color: own.Color,
		},
	}, func(body []byte) error {
		sent.MessageID = msgID(body)
		return nil
	})
	c.clientMsgID = name
	return c, nil
}

// msgID is msgid, a number or a text that holds one; 0 where it cannot be
// read, since the message was accepted all the same.
func msgID(body []byte) muban.MessageID {
	var a struct {
		MsgID wire.Number `json:"msgid"`
	}
	if json.Unmarshal(body, &a) != nil {
		return 0
	}
	return muban.MessageID(a.MsgID.Value)
}
