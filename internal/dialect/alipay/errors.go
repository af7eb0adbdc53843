package alipay

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/wire"
	"github.com/muban-dev/muban/wire/alipay"
)

// The sub codes that several refusals have.
const (
	invalidParameter = "isv.invalid-parameter"
	notMatchApp      = "FORM_ID_NOT_MATCH_APPID"
	notMatchUser     = "TRADE_NO_NOT_MATCH_USERID"
	overTime         = "FORM_ID_OVER_TIME"
	noTemplate       = "USER_TEMPLATE_ILLEGAL"

	// failed is what is answered where nobody but us is to blame.
	failed = "isp.unknow-error"
)

// codes gives every kind of refusal its sub code; alipay.Errors has the rest.
var codes = map[muban.Kind]string{
	muban.KindAppMissing: "isv.missing-app-id",
	muban.KindAppUnknown: "isv.invalid-app-id",

	muban.KindParameter:     invalidParameter, // parameterCodes has those with codes of their own
	muban.KindUnknownPath:   invalidParameter,
	muban.KindNeedsGet:      invalidParameter,
	muban.KindNeedsPost:     invalidParameter,
	muban.KindBodyEmpty:     invalidParameter,
	muban.KindBodyMalformed: invalidParameter,
	muban.KindBodyTooLarge:  invalidParameter,
	muban.KindPageUnknown:   invalidParameter,

	muban.KindSignatureInvalid: "isv.invalid-signature",
	muban.KindSignatureKey:     "isv.missing-signature-config",
	muban.KindContent:          "isv.decryption-error-unknown",
	muban.KindGrantTypeInvalid: "isv.grant-type-invalid",
	muban.KindLoginCodeMissing: "isv.code-invalid",
	muban.KindLoginCodeInvalid: "isv.code-invalid",
	muban.KindLoginCodeUsed:    "isv.code-invalid",
	muban.KindRefreshInvalid:   "isv.refresh-token-invalid",
	muban.KindRefreshExpired:   "isv.refresh-token-time-out",
	muban.KindRefreshUsed:      "isv.refreshed-token-invalid",
	muban.KindTokenInvalid:     "aop.invalid-app-auth-token",
	muban.KindTokenExpired:     "aop.app-auth-token-time-out",
	muban.KindPushForbidden:    "isv.insufficient-isv-permissions",
	muban.KindDailyLimit:       "isv.app-call-limited",

	muban.KindTemplateMissing: noTemplate,
	muban.KindTemplateUnknown: noTemplate,
	muban.KindKeywords:        "USER_TEMPLATE_LACK_KEYWORD",
	muban.KindKeywordLength:   "USER_KEYWORD_LENGTH_ERROR",

	muban.KindGrantUnknown: notMatchApp,
	muban.KindGrantExpired: overTime,
	// The documents have no code for it; what helps is the same: another form.
	muban.KindGrantSpent:    overTime,
	muban.KindGrantMismatch: notMatchUser,

	muban.KindBusy: failed,

	// What cannot arise here: the calls that it belongs to are other platforms'
	// or the native API's. Should one come through all the same, something
	// inside is wrong.
	muban.KindNotFound:         failed, // but for ruleCodes
	muban.KindRecipientUnknown: failed, // whose grant it would be is not theirs
	muban.KindTokenMissing:     failed,
	muban.KindAPIUnauthorized:  failed,
	muban.KindSecretMissing:    failed,
	muban.KindSecretWrong:      failed,
	muban.KindTemplateLimit:    failed,
	muban.KindAppNotLinked:     failed,
	muban.KindOffset:           failed,
	muban.KindCount:            failed,
	muban.KindTitleUnknown:     failed,
	muban.KindKeywordCount:     failed,
	muban.KindKeywordInvalid:   failed,
	muban.KindInvalid:          failed,
	muban.KindConflict:         failed,
	muban.KindNotOnPlatform:    failed,
	muban.KindClockBackwards:   failed,
	muban.KindUnauthorized:     failed,
	muban.KindForbidden:        failed,
	muban.KindSignatureExpired: failed,
	muban.KindCallForbidden:    failed,

	// Official accounts'.
	muban.KindNotFollowing:       failed,
	muban.KindDataArgument:       failed,
	muban.KindMiniProgramUnknown: failed,
	muban.KindMiniProgramPage:    failed,
	muban.KindClientMsgIDSize:    failed,
	muban.KindIndustryMissing:    failed,
	muban.KindIndustryUnknown:    failed,
	muban.KindIndustryTooOften:   failed,
	muban.KindTemplateIndustry:   failed,
	muban.KindKeywordName:        failed,
}

// ruleCodes are for rules whose code is not that of their kind.
var ruleCodes = map[muban.Rule]string{
	muban.RuleGrantApp:           notMatchApp,
	muban.RulePushDelegated:      "isv.insufficient-user-permissions",
	muban.RuleContentKey:         "isv.decryption-error-not-valid-encrypt-key",
	muban.RuleCertificateUnknown: "isv.alipay-cert-not-exist",
}

// parameterCodes are for the common parameters that have codes of their own:
// where one is missing, and where it is not what it must be.
var parameterCodes = map[string]struct{ missing, invalid string }{
	alipay.ParamMethod:           {"isv.missing-method", "isv.invalid-method"},
	alipay.ParamCharset:          {"isv.invalid-charset", "isv.invalid-charset"},
	alipay.ParamFormat:           {invalidParameter, "isv.invalid-format"},
	alipay.ParamVersion:          {"isv.missing-version", invalidParameter},
	alipay.ParamTimestamp:        {"isv.missing-timestamp", "isv.invalid-timestamp"},
	alipay.ParamSignType:         {"isv.missing-signature-type", "isv.invalid-signature-type"},
	alipay.ParamSign:             {"isv.missing-signature", invalidParameter},
	alipay.ParamAppCertSN:        {"isv.missing-app-cert-sn", "isv.app-cert-not-exist"},
	alipay.ParamAlipayRootCertSN: {"isv.missing-alipay-root-cert-sn", "isv.invalid-alipay-root-cert-sn"},
	alipay.ParamEncryptType:      {"isv.decryption-error-missing-encrypt-type", "isv.invalid-encrypt-type"},
}

// codeOf is the sub code that a refusal is answered with; without a refusal it
// is our fault.
func codeOf(refusal *muban.Refusal) string {
	if refusal == nil {
		return failed
	}
	if code, has := ruleCodes[refusal.Rule]; has {
		return code
	}
	if own, has := parameterCodes[refusal.Values["parameter"]]; has && refusal.Kind == muban.KindParameter {
		if refusal.Rule == muban.RuleRequestMissing {
			return own.missing
		}
		return own.invalid
	}
	// A trade number that does not exist is one that nobody paid.
	if refusal.Kind == muban.KindGrantUnknown && refusal.Values["kind"] == string(muban.GrantPayment) {
		return notMatchUser
	}
	if code, known := codes[refusal.Kind]; known {
		return code
	}
	return failed
}

// failure notes on the exchange why a method was not served, and is the
// response that says so. The text of an error that is no refusal never leaves.
//
// It closes the connection without an answer where none would be honest (the
// outcome of a send is unknown) or where nobody is left to read one.
func failure(w http.ResponseWriter, x *httpx.Exchange, err error) alipay.Failure {
	httpx.AbortIfUnknown(x, err)
	if httpx.ClientGone(err) {
		panic(http.ErrAbortHandler)
	}
	refusal := refusalOf(err)
	code := codeOf(refusal)
	if refusal == nil {
		x.Err, x.Code = err, code
	} else {
		x.Refused(w, refusal.On(muban.Alipay), code)
	}
	row, _ := alipay.ErrorOf(code)
	response := row.Failure()
	switch {
	case refusal == nil:
	case refusal.Rule == muban.RuleSignatureWrong:
		response.SubMsg = signatureMsg(refusal.Values["signed"])
	case code == invalidParameter && parameterOf(refusal) != "":
		response.SubMsg += "：" + parameterOf(refusal)
	}
	return response
}

// ruleParameters are the parameters of rules that look at one alone.
var ruleParameters = map[muban.Rule]string{muban.RulePageUnknown: "page", muban.RuleDataText: "data"}

// parameterOf is the parameter that a refusal is about, which sub_msg names.
func parameterOf(refusal *muban.Refusal) string {
	if name, has := ruleParameters[refusal.Rule]; has {
		return name
	}
	return refusal.Values["parameter"]
}

// signatureMsg is the platform's text, with the string that was verified and &
// written as &amp; in it (protocol.md §5.4).
func signatureMsg(signed string) string {
	return signatureWrong + strings.ReplaceAll(signed, "&", "&amp;")
}

const signatureWrong = "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为："

// unavailable is the response where nobody but us is to blame.
func unavailable() alipay.Failure {
	row, _ := alipay.ErrorOf(failed)
	return row.Failure()
}

// refusalOf is the refusal that err is or that it stands for; nil where err
// is internal.
func refusalOf(err error) *muban.Refusal {
	var refusal *muban.Refusal
	var keyword *wire.KeywordError
	var param *alipay.ParamError
	var body *alipay.BodyError
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &keyword):
		return muban.Refuse(muban.RuleDataText, "key", printable(keyword.Key), "value", printable(keyword.Value))
	case errors.As(err, &param):
		return muban.Refuse(muban.RuleRequestParameter,
			"parameter", printable(param.Parameter), "value", printable(param.Problem), "wanted", param.Wanted)
	case errors.As(err, &body):
		return muban.Refuse(muban.RuleRequestMalformed, "problem", printable(body.Problem))
	}
	return nil
}

// printable makes a text from outside safe to show on a terminal.
func printable(text string) string {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return strconv.Quote(text)
	}
	return text
}
