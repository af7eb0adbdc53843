package baidu

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/baidu"
)

// sessionKeyCall is what the call is named in metrics.
var sessionKeyCall = strings.TrimPrefix(baidu.SessionKeyPath, "/")

// sessionKey is /oauth/jscode2sessionkey (protocol.md §1.7).
func (h *Handler) sessionKey(r *http.Request, x *httpx.Exchange) (any, error) {
	params, err := readParams(r)
	if err != nil {
		return nil, err
	}
	req, err := baidu.DecodeSessionKey(params)
	if err != nil {
		return nil, err
	}
	signedIn, err := h.service.SignInByCode(r.Context(), messaging.SignIn{
		Platform: muban.Baidu, AppID: req.ClientID, Secret: req.Secret, Code: req.Code,
	})
	x.AppID = signedIn.App.ID
	if err != nil {
		return nil, err
	}
	return baidu.SessionKeyAnswer{OpenID: signedIn.User.OpenID, SessionKey: signedIn.SessionKey}, nil
}

// getSessionKey is getsessionkey, the newer call: the access token says which
// app it is (protocol.md §1.7). client_id and sk, which some send along, are
// not looked at, nor is grant_type.
func (h *Handler) getSessionKey(ctx context.Context, app muban.App, params baidu.Params) (any, error) {
	code, err := baidu.DecodeGetSessionKey(params)
	if err != nil {
		return nil, err
	}
	signedIn, err := h.service.SignInTo(ctx, app, code)
	if err != nil {
		return nil, err
	}
	answer := sessionAnswer(httpx.From(ctx), 0, baidu.SessionSuccess)
	answer.Data = &baidu.Session{SessionKey: signedIn.SessionKey, OpenID: signedIn.User.OpenID}
	return answer, nil
}

// sessionFailure is how getsessionkey answers a refusal. It has one number for
// all of them; the text tells the codes apart, as jscode2sessionkey does.
func sessionFailure(x *httpx.Exchange, row baidu.Error, refusal *muban.Refusal) baidu.SessionAnswer {
	text := row.Text
	if known, has := baidu.OAuthFailureOf(string(refusal.Kind)); has {
		text = known.ErrorDescription
	}
	return sessionAnswer(x, row.Code, text)
}

// sessionAnswer is the answer without data. Its request_id is a number in
// digits: the first part of the rid, which is written in base 16.
func sessionAnswer(x *httpx.Exchange, errno int, text string) baidu.SessionAnswer {
	first, _, _ := strings.Cut(x.RID(), "-")
	number, _ := strconv.ParseUint(first, 16, 32) // the rid is ours
	return baidu.SessionAnswer{
		ErrMsg: text, Errno: errno,
		RequestID: strconv.FormatUint(number, 10), Timestamp: x.At.Unix(),
	}
}
