package client

import (
	"encoding/json"
	"errors"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire"
	"github.com/muban-dev/muban/wire/wechat"
)

// weChatMini is a mini program's calls (seed 002, seed 003).
type weChatMini struct{ weChat }

var (
	_ platform       = weChatMini{}
	_ library        = weChatMini{}
	_ templateKeeper = weChatMini{}
)

func (weChatMini) titles(r muban.Range, page *TitlePage) *call {
	body := wechat.ListRequest{Offset: wire.NumberOf(r.Offset), Count: wire.NumberOf(r.Count)}
	return jsonCall(OpLibraryTitles, "/cgi-bin/wxopen/template/library/list", readsOnly, body, func(body []byte) error {
		var a wechat.LibraryListAnswer
		if err := json.Unmarshal(body, &a); err != nil {
			return err
		}
		page.Total = a.TotalCount
		for _, t := range a.List {
			page.Titles = append(page.Titles, Title{ID: t.ID, Title: t.Title})
		}
		return nil
	})
}

func (weChatMini) title(id string, title *Title) *call {
	return jsonCall(OpLibraryTitle, "/cgi-bin/wxopen/template/library/get", readsOnly, wechat.LibraryGetRequest{ID: id}, func(body []byte) error {
		var a wechat.LibraryGetAnswer
		if err := json.Unmarshal(body, &a); err != nil {
			return err
		}
		title.ID, title.Title = a.ID, a.Title
		for _, k := range a.KeywordList {
			title.Keywords = append(title.Keywords, Keyword{ID: k.KeywordID, Name: k.Name, Example: k.Example})
		}
		return nil
	})
}

func (weChatMini) addTemplate(req AddTemplateRequest, id *string) (*call, *Error) {
	if req.KeywordNames != nil {
		return nil, argument(muban.WeChatMini, OpAddTemplate, "KeywordNames", "is set; on wechat-mini keywords have numbers, KeywordIDs")
	}
	body := wechat.AddRequest{ID: req.LibraryID, KeywordIDList: numbersOf(req.KeywordIDs)}
	return jsonCall(OpAddTemplate, "/cgi-bin/wxopen/template/add", addsTemplate, body, func(body []byte) error {
		return readTemplateID(body, id)
	}), nil
}

func numbersOf(ids []int) []wire.Number {
	numbers := make([]wire.Number, len(ids))
	for i, id := range ids {
		numbers[i] = wire.NumberOf(int64(id))
	}
	return numbers
}

var errNoTemplateID = errors.New("the answer has no template_id")

func readTemplateID(body []byte, id *string) error {
	var a wechat.AddAnswer
	if err := json.Unmarshal(body, &a); err != nil {
		return err
	}
	if a.TemplateID == "" {
		return errNoTemplateID
	}
	*id = a.TemplateID
	return nil
}

func (weChatMini) templates(r muban.Range, list *[]Template) (*call, bool) {
	body := wechat.ListRequest{Offset: wire.NumberOf(r.Offset), Count: wire.NumberOf(r.Count)}
	return jsonCall(OpTemplates, "/cgi-bin/wxopen/template/list", readsOnly, body, func(body []byte) error {
		var a wechat.ListAnswer
		if err := json.Unmarshal(body, &a); err != nil {
			return err
		}
		for _, t := range a.List {
			*list = append(*list, Template{ID: t.TemplateID, Title: t.Title, Content: t.Content, Example: t.Example})
		}
		return nil
	}), true
}

func (weChatMini) deleteTemplate(id string) *call {
	return jsonCall(OpDeleteTemplate, "/cgi-bin/wxopen/template/del", deletesTemplate, wechat.DeleteRequest{TemplateID: id}, nil)
}

// A form_id pays for one message, so that a second send of it does no harm; a
// prepay_id pays for three.
var (
	paysOnce = repetition{
		most: 1, proof: muban.KindGrantSpent,
		unknown: Retry{Can: true, Why: "it may have been accepted. A form_id pays for one message, so it may be sent again: " +
			"refused as spent (41029) it had arrived before"},
	}
	paysThrice = repetition{
		unknown: Retry{Why: "it may have been accepted. A prepay_id pays for three messages, so sending again could make a second one"},
	}
)

func (weChatMini) send(req SendRequest, _ *Sent) (*call, *Error) {
	if req.To == "" {
		return nil, argument(muban.WeChatMini, OpSend, "To", "is empty; it must be the recipient's openid")
	}
	body := wechat.SendRequest{ToUser: req.To, MiniMessage: wechat.MiniMessage{
		TemplateID: req.Template, Page: req.Page, FormID: req.Grant.ID, Data: weChatData(req.Data),
	}}
	if req.WeChatMini != nil {
		body.EmphasisKeyword = req.WeChatMini.EmphasisKeyword
	}
	repeat := paysThrice
	if req.Grant.Kind == muban.GrantForm {
		repeat = paysOnce
	}
	return jsonCall(OpSend, "/cgi-bin/message/wxopen/template/send", repeat, body, nil), nil
}

func weChatData(values map[string]muban.Value) wechat.Data {
	data := make(wechat.Data, len(values))
	for key, v := range values {
		data[key] = wechat.Value{Value: v.Text, Color: v.Color}
	}
	return data
}
