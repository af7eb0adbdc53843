package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/muban-dev/muban/wire/wechat"
)

// weChatBase is where the real platform is.
const weChatBase = "https://api.weixin.qq.com"

const typeJSON = "application/json; charset=utf-8"

// weChat is what the two kinds of WeChat app share.
type weChat struct{ config Config }

var _ tokenIssuer = weChat{}

func (weChat) request(c *call, token string, _ time.Time) *request {
	return c.withToken(token)
}

// tokenCall is stable_token, or token where the config says so (protocol.md
// §1.1, §1.2). The latter cannot be forced, and need not: each of its answers is
// a new token.
func (w weChat) tokenCall(force bool, issued *issuedToken) *call {
	c := &call{op: OpToken, tokenless: true, bare: true, repeat: readsOnly}
	if w.config.PlainToken {
		c.method, c.path = http.MethodGet, "/cgi-bin/token"
		c.query = url.Values{"grant_type": {clientCredential}, "appid": {w.config.AppID}, "secret": {w.config.Secret}}
	} else {
		c.path, c.contentType = "/cgi-bin/stable_token", typeJSON
		c.body = jsonBody(wechat.StableTokenRequest{
			GrantType: clientCredential, AppID: w.config.AppID, Secret: w.config.Secret, ForceRefresh: force,
		})
	}
	c.read = func(body []byte) error {
		var a wechat.TokenAnswer
		if err := json.Unmarshal(body, &a); err != nil {
			return err
		}
		issued.text, issued.expiresIn = a.AccessToken, a.ExpiresIn
		return nil
	}
	return c
}

// clientCredential is the grant_type of WeChat's token calls.
const clientCredential = "client_credential"

// jsonCall is a call with a body of JSON.
func jsonCall(op Op, path string, repeat repetition, body any, read func(body []byte) error) *call {
	return &call{op: op, path: path, contentType: typeJSON, body: jsonBody(body), repeat: repeat, read: read}
}

// jsonBody writes <, > and & as they are, as other clients do (protocol.md
// §3.2).
func jsonBody(value any) []byte {
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // requests are texts and numbers, which always can be
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

var (
	errNoErrcode = errors.New("the answer is no JSON with an errcode")
	errNotOK     = errors.New("the HTTP status is not 200")
)

// verdict reads errcode. HTTP's status says nothing about a refusal; but with
// another one than 200 only a refusal can be believed.
func (weChat) verdict(c *call, a *answer) (*refusal, error) {
	var status struct {
		ErrCode *int   `json:"errcode"`
		ErrMsg  string `json:"errmsg"`
	}
	err := json.Unmarshal(a.body, &status)
	switch {
	case err != nil || status.ErrCode == nil && !c.bare:
		return nil, errNoErrcode
	case status.ErrCode != nil && *status.ErrCode != 0:
		return weChatRefusal(*status.ErrCode, status.ErrMsg), nil
	case a.status != http.StatusOK:
		return nil, errNotOK
	}
	return nil, nil
}

// weChatRefusal takes the request's id out of errmsg: "invalid form id rid:
// 6385c6c1-0fcadca1-22c1fc91" (protocol.md §1.3).
func weChatRefusal(code int, errmsg string) *refusal {
	text, rid, _ := strings.Cut(errmsg, " rid: ")
	row, _ := wechat.ErrorOf(code)
	return &refusal{
		code: strconv.Itoa(code), text: text, meaning: row.Meaning, requestID: strings.TrimSpace(rid),
		kinds: row.Kinds,
	}
}
