package baidu

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/wire"
	"github.com/muban-dev/muban/wire/baidu"
)

// unavailable is what is answered where nobody but us is to blame; a call may
// have a code of its own for it.
const unavailable = 2

// strays are the kinds that cannot arise here: credentials are asked for below
// /oauth only, login codes there and by getsessionkey, which has a code of its
// own for them, and the rest is another platform's or the native API's. Should
// one of them come through all the same, something inside is wrong.
var strays = map[muban.Kind]int{
	muban.KindGrantTypeInvalid: 2002,
	muban.KindAppMissing:       2002,
	muban.KindAppUnknown:       2002,
	muban.KindSecretMissing:    2002,
	muban.KindSecretWrong:      2002,
	muban.KindLoginCodeMissing: 2002,
	muban.KindLoginCodeInvalid: 2002,
	muban.KindLoginCodeUsed:    2002,
	muban.KindSignatureInvalid: 2002,
	muban.KindSignatureExpired: 2002,
	muban.KindCallForbidden:    unavailable,
	muban.KindInvalid:          2002,
	muban.KindAppNotLinked:     unavailable,
	muban.KindNotOnPlatform:    unavailable,
	muban.KindNotFound:         unavailable,
	muban.KindConflict:         unavailable,
	muban.KindClockBackwards:   unavailable,
	muban.KindUnauthorized:     unavailable,
	muban.KindForbidden:        unavailable,
	muban.KindSignatureKey:     unavailable,
	muban.KindContent:          unavailable,
	muban.KindKeywords:         unavailable,
	muban.KindKeywordLength:    unavailable,

	// Alipay's.
	muban.KindRefreshInvalid: unavailable,
	muban.KindRefreshExpired: unavailable,
	muban.KindRefreshUsed:    unavailable,

	// Official accounts'.
	muban.KindNotFollowing:       unavailable,
	muban.KindDataArgument:       unavailable,
	muban.KindMiniProgramUnknown: unavailable,
	muban.KindMiniProgramPage:    unavailable,
	muban.KindClientMsgIDSize:    unavailable,
	muban.KindIndustryMissing:    unavailable,
	muban.KindIndustryUnknown:    unavailable,
	muban.KindIndustryTooOften:   unavailable,
	muban.KindTemplateIndustry:   unavailable,
	muban.KindKeywordName:        unavailable,
}

// codeOf is the code that a call answers a refusal with, by the platform's
// table; without a refusal it is our fault.
func codeOf(call string, refusal *muban.Refusal) int {
	if refusal != nil {
		form := muban.GrantKind(refusal.Values["kind"]) == muban.GrantForm
		if code, known := baidu.CodeOf(string(refusal.Kind), call, form); known {
			return code
		}
		if code, known := strays[refusal.Kind]; known && code != unavailable {
			return code
		}
	}
	code, _ := baidu.CodeOf(string(muban.KindBusy), call, false)
	return code
}

// failure notes on the exchange why a call was not served, and is its answer
// in the shape of the surface: OAuth's, or the gateway's and the calls'. The
// text of an error that is no refusal never leaves.
//
// It closes the connection without an answer where none would be honest (the
// outcome of a send is unknown) or where nobody is left to read one.
func failure(w http.ResponseWriter, x *httpx.Exchange, oauth bool, err error) any {
	httpx.AbortIfUnknown(x, err)
	if httpx.ClientGone(err) {
		panic(http.ErrAbortHandler)
	}
	refusal := refusalOf(err)
	var answer any
	var code string
	if oauth {
		failed := oauthFailure(x.Call, refusal)
		answer, code = failed, failed.Error
	} else {
		row, _ := baidu.ErrorOf(codeOf(x.Call, refusal))
		answer, code = row.Answer(), strconv.Itoa(row.Code)
		if row.Call == baidu.CallGetSessionKey {
			answer = sessionFailure(x, row, refusal)
		}
	}
	if refusal == nil {
		x.Err, x.Code = err, code
	} else {
		x.Refused(w, refusal.On(muban.Baidu), code)
	}
	return answer
}

// refusalOf is the refusal that err is or that it stands for; nil where err
// is internal.
func refusalOf(err error) *muban.Refusal {
	var refusal *muban.Refusal
	var keyword *wire.KeywordError
	var param *baidu.ParamError
	var body *baidu.BodyError
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &keyword):
		return muban.Refuse(muban.RuleDataText, "key", printable(keyword.Key), "value", printable(keyword.Value))
	case errors.As(err, &param):
		return muban.Refuse(muban.RuleRequestParameter,
			"parameter", param.Parameter, "value", param.Problem, "wanted", param.Wanted)
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
