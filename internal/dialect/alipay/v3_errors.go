package alipay

import (
	"net/http"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/wire/alipay"
)

const (
	v3InvalidParameter = "invalid-parameter"
	v3Failed           = "unknow-error"
)

// v3Codes are for kinds of refusals that V3 tells apart and the gateway does
// not. All others have the gateway's codes, without what stands before them.
var v3Codes = map[muban.Kind]string{
	muban.KindUnknownPath:      "invalid-method",
	muban.KindNeedsPost:        "invalid-http-method",
	muban.KindNeedsGet:         "invalid-http-method", // cannot arise: all calls are made by POST
	muban.KindBodyMalformed:    "illegal-json",        // but for v3RuleCodes
	muban.KindSignatureExpired: "illegal-timestamp",
}

var v3RuleCodes = map[muban.Rule]string{muban.RuleDataText: v3InvalidParameter}

// v3HeaderCodes are for headers that have codes of their own: where one is
// missing, and where it is not what it must be.
var v3HeaderCodes = map[string]struct{ missing, invalid string }{
	"Authorization":      {"missing-timestamp", "invalid-signature-type"},
	alipay.V3RootCertSN:  {v3InvalidParameter, "invalid-alipay-root-cert-sn"},
	alipay.V3EncryptType: {"decryption-error-missing-encrypt-type", "invalid-encrypt-type"},
}

// v3CodeOf is the code that a refusal is answered with; without a refusal it
// is our fault.
func v3CodeOf(refusal *muban.Refusal) string {
	if refusal == nil {
		return v3Failed
	}
	if code, has := v3RuleCodes[refusal.Rule]; has {
		return code
	}
	if code, has := v3Codes[refusal.Kind]; has {
		return code
	}
	if own, has := v3HeaderCodes[refusal.Values["parameter"]]; has && refusal.Kind == muban.KindParameter {
		if refusal.Rule == muban.RuleRequestMissing {
			return own.missing
		}
		return own.invalid
	}
	return v3Name(codeOf(refusal))
}

// v3Name is V3's name of a code of the gateway: what follows isv., aop. or
// isp., but for codes that a single call answers, which keep theirs.
func v3Name(code string) string {
	if _, same := alipay.V3ErrorOf(code); same {
		return code
	}
	_, name, _ := strings.Cut(code, ".")
	return name
}

// v3Failure notes on the exchange why a call was not served, and is the status
// and the body that say so. Where the gateway closes the connection without an
// answer, so does V3.
func v3Failure(w http.ResponseWriter, r *http.Request, x *httpx.Exchange, err error) (int, alipay.V3Failure) {
	httpx.AbortIfUnknown(x, err)
	if httpx.ClientGone(err) {
		panic(http.ErrAbortHandler)
	}
	refusal := refusalOf(err)
	code := v3CodeOf(refusal)
	if refusal == nil {
		x.Err, x.Code = err, code
	} else {
		x.Refused(w, refusal.On(muban.Alipay), code)
	}
	row, _ := alipay.V3ErrorOf(code)
	response := alipay.V3Failure{
		Code: row.Code, Message: row.Message,
		// The platform's leads to its own explanation; ours to the console's.
		Links: []alipay.V3Link{{Link: "http://" + r.Host + "/calls/" + x.RID(), Desc: "解决方案"}},
	}
	switch {
	case refusal == nil:
	case refusal.Rule == muban.RuleSignatureWrong:
		response.Message = signatureWrong + refusal.Values["signed"]
	case code == v3InvalidParameter && parameterOf(refusal) != "":
		response.Message += "：" + parameterOf(refusal)
	}
	return row.Status, response
}

// v3Unavailable is the body where nobody but us is to blame.
func v3Unavailable() alipay.V3Failure {
	row, _ := alipay.V3ErrorOf(v3Failed)
	return alipay.V3Failure{Code: row.Code, Message: row.Message}
}
