package alipay

import (
	"context"
	"crypto/rsa"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// call is one request while it is being served, and how its answer is to be
// written.
type call struct {
	params alipay.Params

	// agent is the app that asks; app the one that it asks for, which is
	// another where app_auth_token says so.
	agent, app muban.App

	charset  alipay.Charset
	signType alipay.SignType
	// platformKey signs the answer; nil where no app can be told.
	platformKey *rsa.PrivateKey
	// certSN is the number of the platform's certificate, in certificate mode.
	certSN string
	// contentKey encrypts the answer, once a request's content was decrypted
	// with it.
	contentKey []byte
	// decrypted is the content that was encrypted, in UTF-8.
	decrypted []byte
}

// newCall is a call of which nothing is known: it is answered in UTF-8.
func newCall() *call { return &call{charset: alipay.UTF8, signType: alipay.RSA2} }

// identify finds out who asks, and what the answer to it has to be like.
//
// Refusals: app_id missing or unknown; charset missing or unknown.
func (h *Handler) identify(ctx context.Context, c *call) error {
	if t, known := alipay.ParseSignType(c.params.Get(alipay.ParamSignType)); known {
		c.signType = t
	}
	charset, known := alipay.ParseCharset(c.params.Get(alipay.ParamCharset))
	if known {
		c.charset = charset
	}
	agent, err := h.service.AlipayApp(ctx, c.params.Get(alipay.ParamAppID))
	if err != nil {
		return err
	}
	c.agent, c.app = agent, agent
	if c.platformKey, err = h.service.PlatformKey(ctx, agent.ID); err != nil {
		return err
	}
	if !known {
		return invalidOrMissing(c, alipay.ParamCharset, "utf-8, gbk, gb2312 or gb18030")
	}
	return nil
}

// invalidOrMissing is the refusal of a common parameter.
func invalidOrMissing(c *call, name, wanted string) *muban.Refusal {
	return unfit(name, c.text(c.params.Get(name)), wanted)
}

// unfit is the refusal of a parameter or a header that is missing, or whose
// value is not what is wanted.
func unfit(name, value, wanted string) *muban.Refusal {
	if strings.TrimSpace(value) == "" {
		return muban.Refuse(muban.RuleRequestMissing, "parameter", name, "wanted", wanted)
	}
	return muban.Refuse(muban.RuleRequestParameter, "parameter", name, "value", printable(value), "wanted", wanted)
}

// text is a value in the request's charset as UTF-8, to be shown.
func (c *call) text(value string) string {
	return string(toUTF8(c.charset, []byte(value)))
}
