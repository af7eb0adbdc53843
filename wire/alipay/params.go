package alipay

import (
	"crypto/rsa"
	"net/url"
	"slices"
	"strings"
)

// The common parameters (seed 003, Public request parameters; protocol.md
// §5.1, §5.6).
const (
	ParamAppID            = "app_id"
	ParamMethod           = "method"
	ParamFormat           = "format"
	ParamCharset          = "charset"
	ParamSignType         = "sign_type"
	ParamSign             = "sign"
	ParamTimestamp        = "timestamp"
	ParamVersion          = "version"
	ParamAppAuthToken     = "app_auth_token"
	ParamBizContent       = "biz_content"
	ParamEncryptType      = "encrypt_type"
	ParamAppCertSN        = "app_cert_sn"
	ParamAlipayRootCertSN = "alipay_root_cert_sn"
)

// The parameters of [MethodOAuthToken], which stand beside the common ones,
// not in biz_content (protocol.md §1.7).
const (
	ParamGrantType    = "grant_type"
	ParamCode         = "code"
	ParamRefreshToken = "refresh_token"
)

// Params are the parameters of one call, in the order in which they came, with
// their values decoded to the bytes of the request's charset. A name counts
// once (protocol.md §5.2): of several values the first that is not blank. The
// zero Params are none.
type Params struct {
	list []param
}

type param struct {
	name, value string
	body        bool // it came in the body
}

// Get returns the value of a name; empty where there is none.
func (p *Params) Get(name string) string {
	if i := p.index(name); i >= 0 {
		return p.list[i].value
	}
	return ""
}

func (p *Params) index(name string) int {
	return slices.IndexFunc(p.list, func(one param) bool { return one.name == name })
}

// Names lists the names in the order in which they came, those of the query
// first.
func (p *Params) Names() []string {
	names := make([]string, len(p.list))
	for i, one := range p.list {
		names[i] = one.name
	}
	return names
}

// InBody reports whether the value of a name came in the body.
func (p *Params) InBody(name string) bool {
	i := p.index(name)
	return i >= 0 && p.list[i].body
}

// Set gives a name its value, replacing the one it had.
func (p *Params) Set(name, value string) {
	if i := p.index(name); i >= 0 {
		p.list[i].value = value
		return
	}
	p.list = append(p.list, param{name: name, value: value})
}

// SignedText is the text that a request's signature is over: every parameter
// but sign whose value is not blank, sorted by name, joined as name=value by &,
// nothing percent-encoded (protocol.md §5.3). sign_type belongs to it.
func (p *Params) SignedText() []byte {
	signed := make([]param, 0, len(p.list))
	for _, one := range p.list {
		if one.name != ParamSign && !blank(one.value) {
			signed = append(signed, one)
		}
	}
	slices.SortFunc(signed, func(a, b param) int { return strings.Compare(a.name, b.name) })
	var text []byte
	for i, one := range signed {
		if i > 0 {
			text = append(text, '&')
		}
		text = append(append(append(text, one.name...), '='), one.value...)
	}
	return text
}

// blank values are not signed: the Java and the PHP SDK leave them out.
func blank(value string) bool { return strings.TrimSpace(value) == "" }

// Sign sets sign_type and sign.
func (p *Params) Sign(key *rsa.PrivateKey, t SignType) error {
	p.Set(ParamSignType, string(t))
	sign, err := Sign(key, t, p.SignedText())
	if err != nil {
		return err
	}
	p.Set(ParamSign, sign)
	return nil
}

// Form writes the parameters as a query or a form body, in their order.
func (p *Params) Form() string {
	var out strings.Builder
	for i, one := range p.list {
		if i > 0 {
			out.WriteByte('&')
		}
		out.WriteString(url.QueryEscape(one.name) + "=" + url.QueryEscape(one.value))
	}
	return out.String()
}

// ParamError says that one parameter is not what it must be.
type ParamError struct {
	// Parameter is the name; Problem what its value is; Wanted what it must be.
	Parameter, Problem, Wanted string
}

func (e *ParamError) Error() string {
	return "parameter " + e.Parameter + " is " + e.Problem + "; it must be " + e.Wanted
}
