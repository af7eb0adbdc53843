package alipay

import (
	"context"
	"encoding/base64"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire"
	"github.com/muban-dev/muban/wire/alipay"
)

// send is alipay.open.app.mini.templatemessage.send (seed 003, last part;
// protocol.md §5.1).
func (h *Handler) send(ctx context.Context, c *call) (any, error) {
	if err := mayPush(h.service, c.agent, c.app); err != nil {
		return nil, err
	}
	content, err := c.content()
	if err != nil {
		return nil, err
	}
	if err := accept(ctx, h.service, c.app, content); err != nil {
		return nil, err
	}
	return alipay.OK(), nil
}

// mayPush refuses an app that asks without push permission of its own, and one
// that acts for an app without.
func mayPush(service Service, agent, app muban.App) error {
	if err := service.MayPush(agent); err != nil || app.ID == agent.ID {
		return err
	}
	if service.MayPush(app) != nil {
		return muban.Refuse(muban.RulePushDelegated, "app_id", app.ID, "agent", agent.ID)
	}
	return nil
}

// accept sends the message that a content describes.
func accept(ctx context.Context, service Service, app muban.App, content []byte) error {
	req, err := alipay.DecodeSend(content)
	if err != nil {
		return err
	}
	texts, valueless := values(req.Data)
	_, err = service.Send(ctx, app, muban.SendRequest{
		To:         recipient(req),
		TemplateID: req.UserTemplateID,
		Page:       req.Page,
		Data:       texts,
		Valueless:  valueless,
		GrantID:    req.FormID,
	})
	return err
}

// recipient: of the two, to_user_id alone counts.
func recipient(req alipay.SendRequest) muban.Recipient {
	if req.ToUserID != "" {
		return muban.Recipient{ID: req.ToUserID}
	}
	return muban.Recipient{ID: req.ToOpenID, AnyID: true}
}

// values are the texts of data, and the keys that came without one. Alipay
// knows no colours.
func values(data map[string]wire.Keyword) (texts map[string]muban.Value, valueless []string) {
	texts = make(map[string]muban.Value, len(data))
	for key, keyword := range data {
		texts[key] = muban.Value{Text: keyword.Value}
		if keyword.NoValue {
			valueless = append(valueless, key)
		}
	}
	return texts, valueless
}

// certDownload is alipay.open.app.alipaycert.download: the platform's
// certificate by its number, for clients that meet one they do not have.
func (h *Handler) certDownload(ctx context.Context, c *call) (any, error) {
	content, err := c.content()
	if err != nil {
		return nil, err
	}
	wanted, err := alipay.DecodeCertDownload(content)
	if err != nil {
		return nil, err
	}
	issued, err := h.service.Certificates(ctx, c.agent, keysOf(c.agent).inCertificateMode())
	if err != nil {
		return nil, err
	}
	if known := alipay.CertSN(issued.Platform); wanted != known {
		return nil, muban.Refuse(muban.RuleCertificateUnknown, "app_id", c.agent.ID, "alipay_cert_sn", printable(wanted), "known", known)
	}
	pem := messaging.CertificatePEM(issued.Platform)
	return alipay.CertDownload{Success: alipay.OK(), Content: base64.StdEncoding.EncodeToString([]byte(pem))}, nil
}
