package alipay

import (
	"crypto/rsa"
	"iter"
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
	list []Param
}

// Param is one of them.
type Param struct {
	Name, Value string
	InBody      bool // it came in the body, not in the query
}

// All are the parameters in the order in which they came, those of the query
// first.
func (p *Params) All() iter.Seq[Param] { return slices.Values(p.list) }

// Get returns the value of a name; empty where there is none.
func (p *Params) Get(name string) string {
	if i := p.index(name); i >= 0 {
		return p.list[i].Value
	}
	return ""
}

func (p *Params) index(name string) int {
	return slices.IndexFunc(p.list, func(one Param) bool { return one.Name == name })
}

// Set gives a name its value, replacing the one it had.
func (p *Params) Set(name, value string) {
	if i := p.index(name); i >= 0 {
		p.list[i].Value = value
		return
	}
	p.list = append(p.list, Param{Name: name, Value: value})
}

// SignedText is the text that a request's signature is over: every parameter
// but sign whose value is not blank, sorted by name, joined as name=value by &,
// nothing percent-encoded (protocol.md §5.3). sign_type belongs to it.
func (p *Params) SignedText() []byte {
	signed := make([]Param, 0, len(p.list))
	for _, one := range p.list {
		if one.Name != ParamSign && !blank(one.Value) {
			signed = append(signed, one)
		}
	}
	slices.SortFunc(signed, func(a, b Param) int { return strings.Compare(a.Name, b.Name) })
	var text []byte
	for i, one := range signed {
		if i > 0 {
			text = append(text, '&')
		}
		text = append(append(append(text, one.Name...), '='), one.Value...)
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
		out.WriteString(url.QueryEscape(one.Name) + "=" + url.QueryEscape(one.Value))
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
