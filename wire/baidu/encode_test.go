package baidu_test

import (
	"maps"
	"net/url"
	"slices"
	"testing"

	"github.com/muban-dev/muban/wire"
	"github.com/muban-dev/muban/wire/baidu"
)

// What a client writes is what the server reads.
func TestFormsAreReadAsTheyWereMeant(t *testing.T) {
	t.Parallel()
	read := func(form url.Values) baidu.Params {
		params, err := baidu.DecodeParams("access_token=t", "application/x-www-form-urlencoded", []byte(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		return params
	}
	sent := baidu.SendRequest{
		TemplateID: "t&=", ToUserOpenID: "o", Page: "index?a=b&c=d", SceneID: "s", SceneType: wire.NumberOf(2),
		Data: map[string]wire.Keyword{"keyword1": {Value: `<"北京" & 广州>`}, "keyword2": {Value: "1;2\n"}},
		Ext:  &baidu.Ext{XzhID: "111", CategoryID: "c15"},
	}
	got, err := baidu.DecodeSend(read(sent.Form()))
	if err != nil || got.TemplateID != sent.TemplateID || got.ToUserOpenID != "o" || got.ToUser != "" || got.Page != sent.Page ||
		got.SceneID != "s" || got.SceneType != sent.SceneType || !maps.Equal(got.Data, sent.Data) || *got.Ext != *sent.Ext ||
		got.ExtText != `{"xzh_id":111,"category_id":"c15"}` {
		t.Errorf("send became %+v, error %v", got, err)
	}
	if text := sent.Form().Get("data"); text != `{"keyword1":{"value":"<\"北京\" & 广州>"},"keyword2":{"value":"1;2\n"}}` {
		t.Errorf("data is %s", text)
	}
	guest, err := baidu.DecodeSend(read(baidu.SendRequest{TemplateID: "t", ToUser: "swan", SceneID: "s", SceneType: wire.NumberOf(1)}.Form()))
	if err != nil || guest.ToUser != "swan" || guest.ToUserOpenID != "" || len(guest.Data) != 0 || guest.Ext != nil {
		t.Errorf("a guest's send became %+v, error %v", guest, err)
	}
	added, err := baidu.DecodeAdd(read(baidu.AddRequest{ID: "BD0016", KeywordIDList: []wire.Number{wire.NumberOf(3), wire.NumberOf(1)}}.Form()))
	if err != nil || added.ID != "BD0016" || !slices.Equal(added.KeywordIDList, []wire.Number{wire.NumberOf(3), wire.NumberOf(1)}) {
		t.Errorf("add became %+v, error %v", added, err)
	}
	list := baidu.ListRequest{Offset: wire.NumberOf(0), Count: wire.NumberOf(20)}
	if got := baidu.DecodeList(read(list.Form())); got != list {
		t.Errorf("list became %+v", got)
	}
	if id, err := baidu.DecodeLibraryGet(read(baidu.LibraryGetForm("BD0016"))); id != "BD0016" || err != nil {
		t.Errorf("get became %q, error %v", id, err)
	}
	if id, err := baidu.DecodeDelete(read(baidu.DeleteForm("t"))); id != "t" || err != nil {
		t.Errorf("delete became %q, error %v", id, err)
	}
	token := baidu.TokenRequest{GrantType: "client_credentials", ClientID: "k", ClientSecret: "s"}
	if got, err := baidu.DecodeToken(read(token.Form())); got != token || err != nil {
		t.Errorf("token became %+v, error %v", got, err)
	}
}
