package alipay

import (
	"context"
	"crypto/rsa"
	"maps"
	"slices"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// checkGateway checks the common parameters, the signature and who may ask, in
// the order of the package's comment. The live gateway, too, looks at app_id
// before anything else.
func (h *Handler) checkGateway(ctx context.Context, c *call, methodKnown bool) error {
	if !methodKnown {
		return invalidOrMissing(c, alipay.ParamMethod, "one that this gateway serves: "+h.served())
	}
	if refusal := checkCommon(c); refusal != nil {
		return refusal
	}
	key, certSN, err := appKey(ctx, h.service, c.agent, certNumbers{
		app: c.params.Get(alipay.ParamAppCertSN), root: c.params.Get(alipay.ParamAlipayRootCertSN),
		rootName: alipay.ParamAlipayRootCertSN, rootNeeded: true,
	})
	c.certSN = certSN
	if err != nil {
		return err
	}
	if err := h.checkSignature(ctx, c, key); err != nil {
		return err
	}
	return h.checkAuthorization(ctx, c)
}

// served names the methods, for who asked for another.
func (h *Handler) served() string {
	names := slices.Sorted(maps.Keys(h.methods))
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// checkCommon looks at the common parameters by themselves.
func checkCommon(c *call) *muban.Refusal {
	// Node's SDK sends no format (protocol.md §5.2).
	if format := c.params.Get(alipay.ParamFormat); format != "" && !strings.EqualFold(format, "json") {
		return invalidOrMissing(c, alipay.ParamFormat, "JSON")
	}
	if c.params.Get(alipay.ParamVersion) != "1.0" {
		return invalidOrMissing(c, alipay.ParamVersion, "1.0")
	}
	if _, err := alipay.ParseTimestamp(c.params.Get(alipay.ParamTimestamp)); err != nil {
		return invalidOrMissing(c, alipay.ParamTimestamp, "of the form yyyy-MM-dd HH:mm:ss")
	}
	if _, known := alipay.ParseSignType(c.params.Get(alipay.ParamSignType)); !known {
		return invalidOrMissing(c, alipay.ParamSignType, "RSA2 or RSA")
	}
	if strings.TrimSpace(c.params.Get(alipay.ParamSign)) == "" {
		return invalidOrMissing(c, alipay.ParamSign, "the request's signature")
	}
	return nil
}

// checkSignature: protocol.md §5.3.
func (h *Handler) checkSignature(ctx context.Context, c *call, key *rsa.PublicKey) error {
	sign := c.params.Get(alipay.ParamSign)
	if alipay.Verify(key, c.signType, c.params.SignedText(), sign) == nil {
		return nil
	}
	others, err := h.service.OtherAlipayApps(ctx, c.agent.ID)
	if err != nil {
		return err
	}
	return diagnose(c.claim(), key, others)
}

// checkAuthorization finds the app that the request is made for, and that it
// may send.
func (h *Handler) checkAuthorization(ctx context.Context, c *call) error {
	token := c.params.Get(alipay.ParamAppAuthToken)
	if token == "" {
		return nil
	}
	app, err := h.service.ActFor(ctx, c.agent, token)
	if err != nil {
		return err
	}
	c.app = app
	return nil
}
