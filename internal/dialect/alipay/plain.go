package alipay

import (
	"encoding/json"

	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/wire/alipay"
)

// plain says in UTF-8 and decrypted what a call asked and what it is answered,
// for the inspector; nil where request and answer show it themselves.
func (c *call) plain(response any) func() (asked, answered string) {
	if c.charset == alipay.UTF8 && c.contentKey == nil {
		return nil
	}
	params, charset, decrypted := c.params, c.charset, c.decrypted
	return func() (asked, answered string) {
		all := make(map[string]any)
		for _, name := range params.Names() {
			all[string(toUTF8(charset, []byte(name)))] = string(toUTF8(charset, []byte(params.Get(name))))
		}
		if json.Valid(decrypted) {
			all[alipay.ParamBizContent] = json.RawMessage(decrypted)
		}
		request, _ := httpx.EncodeJSON(all) // texts can be encoded
		content, _ := alipay.EncodeContent(response)
		return string(request), string(content)
	}
}
