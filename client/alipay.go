package client

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

const (
	// alipayBase is where the real platform is.
	alipayBase = "https://openapi.alipay.com"
	// alipayGateway is the path of every call.
	alipayGateway = "/gateway.do"
)

// alipayMini is a mini program's calls to the gateway (protocol.md §5). There
// is no access token: every request is signed, and so is every answer.
type alipayMini struct {
	appID string
	keys  alipayKeyring
}

var _ platform = alipayMini{}

// request signs a call anew, by the time of now. charset also stands in the
// query, where the gateway looks for it first (protocol.md §5.3).
func (a alipayMini) request(c *call, _ string, now time.Time) *request {
	keys := a.keys
	if c.path == alipay.MethodCertDownload {
		keys.content, keys.appAuthToken = nil, "" // asked for as the platform's own SDKs do
	}
	var p alipay.Params
	for _, one := range [][2]string{
		{alipay.ParamAppID, a.appID},
		{alipay.ParamMethod, c.path},
		{alipay.ParamFormat, "JSON"},
		{alipay.ParamCharset, string(alipay.UTF8)},
		{alipay.ParamTimestamp, alipay.FormatTimestamp(muban.PlatformTime(now))},
		{alipay.ParamVersion, "1.0"},
		{alipay.ParamAppCertSN, keys.appCertSN},
		{alipay.ParamAlipayRootCertSN, keys.rootCertSN},
		{alipay.ParamAppAuthToken, keys.appAuthToken},
	} {
		if one[1] != "" {
			p.Set(one[0], one[1])
		}
	}
	content := string(c.body)
	if keys.content != nil {
		content, _ = alipay.EncryptContent(keys.content, c.body) // New has tried the key
		p.Set(alipay.ParamEncryptType, alipay.EncryptAES)
	}
	p.Set(alipay.ParamBizContent, content)
	_ = p.Sign(keys.private, alipay.RSA2) // New has tried the key
	return &request{
		http.MethodPost, alipayGateway,
		url.Values{alipay.ParamCharset: {string(alipay.UTF8)}},
		typeForm + "; charset=utf-8", []byte(p.Form()),
	}
}

var (
	errOtherMethod = errors.New("the answer is to another call")
	errUnsigned    = errors.New("the answer is not signed by the key of Config.Alipay")
)

// verdict reads an answer once its signature is verified. Only a refusal may
// come without one: where the gateway knows no app there is nobody to sign for.
func (a alipayMini) verdict(c *call, got *answer) (*refusal, error) {
	envelope, err := alipay.Cut(got.body, alipay.UTF8)
	if err != nil {
		return nil, err
	}
	if envelope.Name != alipay.ResponseName(c.path) && envelope.Name != alipay.ErrorResponse {
		return nil, errOtherMethod
	}
	content, err := a.contentOf(envelope)
	if err != nil {
		return nil, err
	}
	var response alipay.Failure
	if err := json.Unmarshal(content, &response); err != nil {
		return nil, err
	}
	served := response.Code == alipay.OK().Code && response.SubCode == ""
	switch {
	case !served && response.Code == "":
		return nil, errors.New("the answer has no code")
	case envelope.Sign == "" && served:
		return nil, errUnsigned
	case !served:
		return alipayRefusal(response), nil
	case got.status != http.StatusOK:
		return nil, errNotOK
	}
	return nil, nil
}

// contentOf is the content of an answer, verified if it is signed, and
// decrypted. The signature is over its bytes as they came, with the quotes of
// an encrypted one (protocol.md §5.6).
func (a alipayMini) contentOf(e alipay.Envelope) ([]byte, error) {
	if e.Sign != "" {
		key := a.keys.public
		if e.CertSN != "" && a.keys.certificates != nil {
			if key = a.keys.certificates.key(e.CertSN); key == nil {
				return nil, &unknownCertError{e.CertSN}
			}
		}
		if alipay.Verify(key, alipay.RSA2, e.Content, e.Sign) != nil {
			return nil, errUnsigned
		}
	}
	return a.decrypted(e)
}

// decrypted is the content of an answer in plain text.
func (a alipayMini) decrypted(e alipay.Envelope) ([]byte, error) {
	if len(e.Content) == 0 || e.Content[0] != '"' {
		return e.Content, nil
	}
	if a.keys.content == nil {
		return nil, errors.New("the answer is encrypted, and Config.Alipay has no ContentKey")
	}
	return alipay.DecryptContent(a.keys.content, strings.Trim(string(e.Content), `"`))
}

// alipayRefusal: the sub code is what tells errors apart.
func alipayRefusal(f alipay.Failure) *refusal {
	code, text := f.SubCode, f.SubMsg
	if code == "" {
		code, text = f.Code, f.Msg
	}
	row, _ := alipay.ErrorOf(f.SubCode)
	r := &refusal{code: code, text: text, meaning: row.Meaning, kinds: row.Kinds}
	if f.Code == alipayUnknown {
		r.kinds = []string{string(muban.KindBusy)} // whatever its sub code
		r.retry = &Retry{Why: "Alipay says that it failed in a way that it does not know (20000), not whether the message went out before; a Muban stores nothing then, and it may be sent again there"}
	}
	return r
}

// alipayUnknown is the code of failures of the platform's own (protocol.md
// §5.4: isp.unknow-error, aop.unknow-error).
const alipayUnknown = "20000"

// alipayPays: there is no name for a send, and one code for a form that is over
// its time or used up.
var alipayPays = repetition{
	unknown: Retry{Why: "it may have been accepted. Alipay does not tell whether a form or a trade was used by an earlier request, so sending again could make a second message"},
}

func (alipayMini) send(req SendRequest, _ *Sent) (*call, *Error) {
	own := Alipay{}
	if req.Alipay != nil {
		own = *req.Alipay
	}
	switch {
	case req.To == "" && own.OpenID == "":
		return nil, argument(muban.Alipay, OpSend, "To", "is empty; it must be the recipient's user id, 2088…, or Alipay.OpenID the newer id")
	case req.To != "" && own.OpenID != "":
		return nil, argument(muban.Alipay, OpSend, "Alipay.OpenID", "is set, and To as well; a message has one recipient")
	}
	type value struct {
		Value string `json:"value"`
	}
	data := make(map[string]value, len(req.Data))
	for key, v := range req.Data {
		data[key] = value{v.Text}
	}
	content := alipay.SendContent{
		ToUserID: req.To, ToOpenID: own.OpenID, FormID: req.Grant.ID, UserTemplateID: req.Template,
		Page: req.Page, Data: string(jsonBody(data)),
	}
	return &call{op: OpSend, path: alipay.MethodSend, body: jsonBody(content), tokenless: true, repeat: alipayPays}, nil
}
