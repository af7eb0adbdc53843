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
	return func() (asked, answered string) {
		all := make(map[string]any)
		size := 0
		for one := range c.params.All() {
			if size > httpx.MostKept {
				break // no more is kept
			}
			all[c.text(one.Name)] = c.text(one.Value)
			size += len(one.Name) + len(one.Value)
		}
		if json.Valid(c.decrypted) {
			all[alipay.ParamBizContent] = json.RawMessage(c.decrypted)
		}
		request, _ := httpx.EncodeJSON(all) // texts can be encoded
		content, _ := alipay.EncodeContent(response)
		return string(request), string(content)
	}
}
