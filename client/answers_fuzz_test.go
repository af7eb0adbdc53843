package client

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// everyCall is each call that an adapter can make.
func everyCall(p platform) (calls []*call) {
	add := func(c *call, bad *Error) {
		if bad == nil {
			calls = append(calls, c)
		}
	}
	add(p.send(SendRequest{To: "o", Template: "t", Grant: Grant{ID: "g", Kind: muban.GrantPayment}}, &Sent{}))
	if issuer, ok := p.(tokenIssuer); ok {
		add(issuer.tokenCall(false, &issuedToken{}), nil)
	}
	if l, ok := p.(library); ok {
		add(l.titles(muban.Range{Count: 1}, &TitlePage{}), nil)
		add(l.title("AT0002", &Title{}), nil)
	}
	if k, ok := p.(templateKeeper); ok {
		id, list := "", []Template{}
		add(k.addTemplate(AddTemplateRequest{LibraryID: "AT0002"}, &id))
		c, _ := k.templates(muban.Range{Count: 1}, &list)
		add(c, nil)
		add(k.deleteTemplate("t"), nil)
	}
	if k, ok := p.(industryKeeper); ok {
		add(k.industries(&Industries{}), nil)
		add(k.setIndustries(1, 2), nil)
	}
	return calls
}

// FuzzAnswers gives any bytes to all that reads answers. Only what says so in
// the platform's own words counts as accepted, and a refusal has a code.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		`{"errcode":0,"errmsg":"ok"}`, `{"errcode":41028,"errmsg":"invalid form id rid: 1-2-3"}`, `{"errcode":0,"msgid":"7"}`, `{}`, ``, `[]`, `null`,
		`{"errcode":0,"list":[{"id":"AT0002","title":"t"}],"total_count":1}`, `{"errcode":0,"id":"AT0002","keyword_list":[{"keyword_id":3}]}`,
		`{"access_token":"t","expires_in":7200}`, `{"template_list":[{"template_id":"t"}]}`, `{"primary_industry":{"first_class":"IT科技"}}`,
		`{"errno":0,"msg":"success","data":{"msg_key":158}}`, `{"errno":0,"data":[]}`, `{"error_code":110,"error_msg":"x"}`, `{"errno":4003,"msg":"表单无效"}`,
		`{"error":"invalid_client","error_description":"unknown client id"}`, "\xff{", `{"errcode":"0"}`, `{"errcode":0}{}`,
	} {
		f.Add(200, []byte(seed))
		f.Add(502, []byte(seed))
	}
	config := Config{AppID: "a", Secret: "s"}
	adapters := []platform{weChatMini{weChat{config}}, weChatOA{weChat{config}}, baiduSmart{config}, signing(f)}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		for _, p := range adapters {
			for _, c := range everyCall(p) {
				refused, err := p.verdict(c, &answer{status, body})
				switch {
				case refused != nil && (err != nil || refused.code == "" || refused.kind() == ""):
					t.Errorf("%s: refusal %+v with error %v", c.op, refused, err)
				case refused == nil && err == nil && c.op == OpSend:
					checkAccepted(t, p, status, body)
				}
				if refused == nil && err == nil && c.read != nil {
					_ = c.read(body)
				}
			}
		}
	})
}

// signing is an adapter of Alipay, of whose answers one is given to the fuzzer.
func signing(f *testing.F) alipayMini {
	f.Helper()
	var keys [2]*rsa.PrivateKey
	for i := range keys {
		key, err := rsa.GenerateKey(rand.Reader, 1024)
		if err != nil {
			f.Fatal(err)
		}
		keys[i] = key
	}
	content := []byte(`{"code":"10000","msg":"Success"}`)
	sign, err := alipay.Sign(keys[1], alipay.RSA2, content)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(200, alipay.Envelope{Name: alipay.ResponseName(alipay.MethodSend), Content: content, Sign: sign}.Bytes())
	f.Add(200, []byte(`{"error_response":{"code":"40002","sub_code":"isv.invalid-app-id"}}`))
	return alipayMini{"a", alipayKeyring{private: keys[0], public: &keys[1].PublicKey, content: make([]byte, 16)}}
}

// checkAccepted: a send is accepted by a code of zero and a status of success,
// or by a signature.
func checkAccepted(t *testing.T, p platform, status int, body []byte) {
	t.Helper()
	if signer, ok := p.(alipayMini); ok {
		e, err := alipay.Cut(body, alipay.UTF8)
		if err != nil || status != 200 || alipay.Verify(signer.keys.public, alipay.RSA2, e.Content, e.Sign) != nil {
			t.Errorf("%d %s was taken for an acceptance", status, body)
		}
		return
	}
	var a struct {
		ErrCode *int `json:"errcode"`
		Errno   *int `json:"errno"`
	}
	if err := json.Unmarshal(body, &a); err != nil || status/100 != 2 ||
		(a.ErrCode == nil || *a.ErrCode != 0) && (a.Errno == nil || *a.Errno != 0) {
		t.Errorf("%d %s was taken for an acceptance", status, body)
	}
}
