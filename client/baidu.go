package client

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/muban-dev/muban/wire/baidu"
)

// baiduBase is where the real platform is.
const baiduBase = "https://openapi.baidu.com"

const typeForm = "application/x-www-form-urlencoded"

// baiduSmart is a Smart Program's calls (seed 000, seed 001). All of them are
// posted as forms, with the access token in the query (protocol.md §4.1).
type baiduSmart struct{ config Config }

var (
	_ platform       = baiduSmart{}
	_ tokenIssuer    = baiduSmart{}
	_ library        = baiduSmart{}
	_ templateKeeper = baiduSmart{}
)

func (baiduSmart) request(c *call, token string, _ time.Time) *request {
	return c.withToken(token)
}

// tokenCall is /oauth/2.0/token (protocol.md §1.5). Every answer is a new
// token; the others live on.
func (b baiduSmart) tokenCall(_ bool, issued *issuedToken) *call {
	form := baidu.TokenRequest{GrantType: "client_credentials", ClientID: b.config.AppID, ClientSecret: b.config.Secret}.Form()
	return &call{
		op: OpToken, path: baidu.TokenPath, contentType: typeForm, body: []byte(form.Encode()),
		tokenless: true, bare: true, repeat: readsOnly,
		read: func(body []byte) error {
			var a baidu.TokenAnswer
			if err := json.Unmarshal(body, &a); err != nil {
				return err
			}
			issued.text, issued.expiresIn = a.AccessToken, a.ExpiresIn
			return nil
		},
	}
}

// formCall is a call of template messages.
func formCall(op Op, name string, repeat repetition, form url.Values) *call {
	return &call{op: op, path: baidu.RestRoot + name, contentType: typeForm, body: []byte(form.Encode()), repeat: repeat}
}

// reading fills in the call's read with what the data of its answer is.
func reading[T any](c *call, take func(data T) error) *call {
	c.read = func(body []byte) error {
		var a baidu.Answer[T]
		if err := json.Unmarshal(body, &a); err != nil {
			return err
		}
		return take(a.Data)
	}
	return c
}

// baiduStatus is what says whether a call was served: the gateway's members,
// the call's own, or the token call's.
type baiduStatus struct {
	Errno     *int   `json:"errno"`
	Msg       string `json:"msg"`
	ErrorCode int    `json:"error_code"`
	ErrorMsg  string `json:"error_msg"`

	OAuthError       string `json:"error"`
	OAuthDescription string `json:"error_description"`
}

var errNoErrno = errors.New("the answer is no JSON with an errno")

// verdict reads the gateway's error_code, then errno, as the official SDK does
// (protocol.md §1.6). With an HTTP status that is no success only a refusal can
// be believed.
func (baiduSmart) verdict(c *call, a *answer) (*refusal, error) {
	var s baiduStatus
	if err := json.Unmarshal(a.body, &s); err != nil {
		return nil, errNoErrno
	}
	switch {
	case c.op == OpToken && s.OAuthError != "":
		return &refusal{
			code: s.OAuthError, text: s.OAuthDescription,
			kinds: baidu.OAuthKindsOf(baidu.OAuthFailure{Error: s.OAuthError, ErrorDescription: s.OAuthDescription}),
		}, nil
	case s.ErrorCode != 0:
		return baiduRefusal(s.ErrorCode, s.ErrorMsg), nil
	case s.Errno != nil && *s.Errno != 0:
		return baiduRefusal(*s.Errno, s.Msg), nil
	case s.Errno == nil && !c.bare:
		return nil, errNoErrno
	case a.status/100 != 2:
		return nil, errors.New("the HTTP status is " + http.StatusText(a.status))
	}
	return nil, nil
}

func baiduRefusal(code int, text string) *refusal {
	row, _ := baidu.ErrorOf(code)
	r := &refusal{code: strconv.Itoa(code), text: text, meaning: row.Meaning, kinds: row.Kinds}
	if code == pushFailed {
		r.retry = &Retry{Why: "Baidu says that its push failed (4002), not whether the message went out before; a Muban stores nothing then, and it may be sent again there"}
	}
	return r
}

// pushFailed is errno 消息推送接口调用失败 (seed 000).
const pushFailed = 4002
