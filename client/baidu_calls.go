package client

import (
	"encoding/json"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire"
	"github.com/muban-dev/muban/wire/baidu"
)

func (baiduSmart) titles(r muban.Range, page *TitlePage) *call {
	form := baidu.ListRequest{Offset: wire.NumberOf(r.Offset), Count: wire.NumberOf(r.Count)}.Form()
	return reading(formCall(OpLibraryTitles, baidu.CallLibraryList, readsOnly, form), func(data baidu.LibraryList) error {
		page.Total = data.TotalCount
		for _, t := range data.List {
			page.Titles = append(page.Titles, Title{ID: t.ID, Title: t.Title})
		}
		return nil
	})
}

func (baiduSmart) title(id string, title *Title) *call {
	form := baidu.LibraryGetForm(id)
	return reading(formCall(OpLibraryTitle, baidu.CallLibraryGet, readsOnly, form), func(data baidu.LibraryEntry) error {
		title.ID, title.Title = data.ID, data.Title
		for _, k := range data.KeywordList {
			title.Keywords = append(title.Keywords, Keyword{ID: k.KeywordID, Name: k.Name, Example: k.Example})
		}
		return nil
	})
}

func (baiduSmart) addTemplate(req AddTemplateRequest, id *string) (*call, *Error) {
	if req.KeywordNames != nil {
		return nil, argument(muban.Baidu, OpAddTemplate, "KeywordNames", "is set; on baidu keywords have numbers, KeywordIDs")
	}
	form := baidu.AddRequest{ID: req.LibraryID, KeywordIDList: numbersOf(req.KeywordIDs)}.Form()
	return reading(formCall(OpAddTemplate, baidu.CallAddTemplate, addsTemplate, form), func(data baidu.Added) error {
		*id = data.TemplateID
		if *id == "" {
			return errNoTemplateID
		}
		return nil
	}), nil
}

func (baiduSmart) templates(r muban.Range, list *[]Template) (*call, bool) {
	form := baidu.ListRequest{Offset: wire.NumberOf(r.Offset), Count: wire.NumberOf(r.Count)}.Form()
	return reading(formCall(OpTemplates, baidu.CallListTemplates, readsOnly, form), func(data baidu.TemplateList) error {
		for _, t := range data.List {
			*list = append(*list, Template{ID: t.TemplateID, Title: t.Title, Content: t.Content, Example: t.Example})
		}
		return nil
	}), true
}

// deleteTemplate: the data of its answer is an empty array, or absent
// (protocol.md §0 row 14), so it is not read.
func (baiduSmart) deleteTemplate(id string) *call {
	return formCall(OpDeleteTemplate, baidu.CallDeleteTemplate, deletesTemplate, baidu.DeleteForm(id))
}

// baiduPays: Baidu has no name for a send, and one code for a scene that is
// spent, unknown or expired, so that a repeat would tell nothing about the first.
var baiduPays = repetition{
	unknown: Retry{Why: "it may have been accepted. Baidu does not tell whether a scene was spent by an earlier request, so sending again could make a second message"},
}

func (baiduSmart) send(req SendRequest, sent *Sent) (*call, *Error) {
	own := Baidu{}
	if req.Baidu != nil {
		own = *req.Baidu
	}
	if bad := checkBaidu(req, own); bad != nil {
		return nil, bad
	}
	send := baidu.SendRequest{
		TemplateID: req.Template, ToUser: own.SwanID, ToUserOpenID: req.To, Page: req.Page,
		SceneID: req.Grant.ID, SceneType: wire.NumberOf(int64(req.Grant.Kind.SceneType())),
		Data: make(map[string]wire.Keyword, len(req.Data)),
	}
	for key, v := range req.Data {
		send.Data[key] = wire.Keyword{Value: v.Text}
	}
	if own.Review != nil {
		send.Ext = &baidu.Ext{XzhID: wire.Text(own.Review.XzhID), CategoryID: wire.Text(own.Review.CategoryID)}
	}
	c := formCall(OpSend, baidu.CallSend, baiduPays, send.Form())
	c.read = func(body []byte) error {
		sent.MessageID = msgKey(body)
		return nil
	}
	return c, nil
}

// msgKey is msg_key, a number or a text that holds one; 0 where it cannot be
// read, since the message was accepted all the same.
func msgKey(body []byte) muban.MessageID {
	var a struct {
		Data struct {
			MsgKey wire.Number `json:"msg_key"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &a) != nil {
		return 0
	}
	return muban.MessageID(a.Data.MsgKey.Value)
}

// checkBaidu: of the recipients one, and the one for whom the scene was
// issued: its last character is 1 where the user was logged in, 0 for a guest
// (seed 000, Q&A 2). Orders may have ids of the merchant's own, so only forms are
// judged by it.
func checkBaidu(req SendRequest, own Baidu) *Error {
	wrong := func(field, problem string) *Error { return argument(muban.Baidu, OpSend, field, problem) }
	form := req.Grant.Kind == muban.GrantForm
	switch {
	case req.To == "" && own.SwanID == "":
		return wrong("To", "is empty; it must be the recipient's open_id, or Baidu.SwanID that of a guest")
	case req.To != "" && own.SwanID != "":
		return wrong("Baidu.SwanID", "is set, and To as well; a message has one recipient")
	case form && own.SwanID != "" && strings.HasSuffix(req.Grant.ID, "1"):
		return wrong("Baidu.SwanID", "is set, but the form was submitted by a user who was logged in (its id ends in 1); address To")
	case form && req.To != "" && strings.HasSuffix(req.Grant.ID, "0"):
		return wrong("To", "is set, but the form was submitted by a guest (its id ends in 0); address Baidu.SwanID")
	case own.Review != nil && own.SwanID != "":
		return wrong("Baidu.Review", "is set; the review service needs To, a user who is logged in")
	case own.Review != nil && (own.Review.XzhID == "" || own.Review.CategoryID == ""):
		return wrong("Baidu.Review", "lacks one of XzhID and CategoryID; the review service needs both")
	}
	return nil
}
