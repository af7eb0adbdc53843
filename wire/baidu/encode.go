package baidu

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/muban-dev/muban/wire"
)

// The forms here are what a client posts: every parameter but access_token,
// which goes into the query (protocol.md §4.1). Parameters that are empty and
// optional are left out.

// Form is the form of the token call.
func (r TokenRequest) Form() url.Values {
	return url.Values{
		"grant_type": {r.GrantType}, "client_id": {r.ClientID}, "client_secret": {r.ClientSecret}, "scope": {Scope},
	}
}

// Form is the form of librarylist and templatelist.
func (r ListRequest) Form() url.Values {
	return url.Values{"offset": {r.Offset.Text}, "count": {r.Count.Text}}
}

// LibraryGetForm is the form of libraryget.
func LibraryGetForm(id string) url.Values { return url.Values{"id": {id}} }

// DeleteForm is the form of templatedel.
func DeleteForm(templateID string) url.Values { return url.Values{"template_id": {templateID}} }

// Form is the form of templateadd.
func (r AddRequest) Form() url.Values {
	ids := make([]string, len(r.KeywordIDList))
	for i, id := range r.KeywordIDList {
		ids[i] = id.Text
	}
	return url.Values{"id": {r.ID}, "keyword_id_list": {"[" + strings.Join(ids, ",") + "]"}}
}

// Form is the form of send. ExtText is not looked at: ext is written from Ext.
func (r SendRequest) Form() url.Values {
	form := url.Values{
		"template_id": {r.TemplateID},
		"scene_id":    {r.SceneID},
		"scene_type":  {r.SceneType.Text},
		"data":        {encodeData(r.Data)},
	}
	for name, text := range map[string]string{"touser": r.ToUser, "touser_openId": r.ToUserOpenID, "page": r.Page} {
		if text != "" {
			form.Set(name, text)
		}
	}
	if r.Ext != nil {
		form.Set("ext", encodeJSON(struct {
			XzhID      any `json:"xzh_id"`
			CategoryID any `json:"category_id"`
		}{numberOrText(r.Ext.XzhID), numberOrText(r.Ext.CategoryID)}))
	}
	return form
}

// encodeData writes {"keyword1":{"value":"…"}}; Baidu knows no colours.
func encodeData(data map[string]wire.Keyword) string {
	type value struct {
		Value string `json:"value"`
	}
	texts := make(map[string]value, len(data))
	for key, keyword := range data {
		texts[key] = value{keyword.Value}
	}
	return encodeJSON(texts)
}

// numberOrText is a number where the text is one, as the documents' sample of
// ext has it (seed 000).
func numberOrText(text wire.Text) any {
	if n := wire.ParseNumber(string(text)); n.Valid && strconv.FormatInt(n.Value, 10) == n.Text {
		return n.Value
	}
	return string(text)
}

// encodeJSON leaves <, > and & as they are: they would be shown escaped by a
// reader that is less than a JSON parser.
func encodeJSON(value any) string {
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // texts always can be
	return strings.TrimSuffix(buf.String(), "\n")
}
