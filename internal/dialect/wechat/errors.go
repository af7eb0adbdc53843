package wechat

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/wire/wechat"
)

// systemError is what is answered where nobody but us is to blame.
const systemError = -1

// strays are the kinds that cannot arise here: parameters have codes of their
// own, push permission is Baidu's, signatures are the cloud calls', and the rest
// is the native API's. Should one of them come through all the same, something
// inside is wrong.
var strays = map[muban.Kind]int{
	muban.KindParameter:        47001,
	muban.KindInvalid:          47001,
	muban.KindPushForbidden:    48001,
	muban.KindSignatureInvalid: 40001,
	muban.KindSignatureExpired: 40001,
	muban.KindNotOnPlatform:    systemError,
	muban.KindNotFound:         systemError,
	muban.KindConflict:         systemError,
	muban.KindClockBackwards:   systemError,
	muban.KindUnauthorized:     systemError,
	muban.KindForbidden:        systemError,

	// Alipay's.
	muban.KindRefreshInvalid: systemError,
	muban.KindRefreshExpired: systemError,
	muban.KindRefreshUsed:    systemError,
	muban.KindSignatureKey:   systemError,
	muban.KindContent:        systemError,
	muban.KindKeywords:       systemError,
	muban.KindKeywordLength:  systemError,
}

// Failure notes on the exchange why a call was not served, and is its answer:
// the code of a refusal, or -1 for anything else, whose text never leaves.
//
// It closes the connection without an answer where none would be honest (the
// outcome of a send is unknown) or where nobody is left to read one.
func (h *Handler) Failure(w http.ResponseWriter, x *httpx.Exchange, err error) wechat.Status {
	httpx.AbortIfUnknown(x, err)
	if httpx.ClientGone(err) {
		panic(http.ErrAbortHandler)
	}
	code := systemError
	refusal := refusalOf(err)
	if refusal != nil {
		code = codeOf(refusal.Kind)
		x.Refused(w, refusal.On(x.Platform), strconv.Itoa(code))
	} else {
		x.Err, x.Code = err, strconv.Itoa(code)
	}
	return wechat.Status{ErrCode: code, ErrMsg: errmsg(code, refusal) + " rid: " + x.RID()}
}

// errmsg is a code's text. That of 47003 names the entry of data.
func errmsg(code int, refusal *muban.Refusal) string {
	row, _ := wechat.ErrorOf(code)
	if code == 47003 && refusal != nil {
		return strings.ReplaceAll(row.Text, "{key}", refusal.Values["key"])
	}
	return row.Text
}

// codeOf is the errcode of a kind of refusal, by the platform's table.
func codeOf(kind muban.Kind) int {
	if code, known := wechat.CodeOf(string(kind)); known {
		return code
	}
	if code, known := strays[kind]; known {
		return code
	}
	return systemError
}

// refusalOf is the refusal that err is or that it stands for; nil where err
// is internal.
func refusalOf(err error) *muban.Refusal {
	var refusal *muban.Refusal
	var entry *wechat.DataError
	var argument *wechat.ArgumentError
	var body *wechat.BodyError
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.Is(err, wechat.ErrEmptyBody):
		return muban.Refuse(muban.RuleRequestEmpty)
	case errors.As(err, &entry):
		return muban.Refuse(muban.RuleDataText, "key", printable(entry.Key), "value", printable(entry.Value))
	case errors.As(err, &argument):
		return muban.Refuse(muban.RuleDataArgument, "key", printable(argument.Key), "value", printable(argument.Value))
	case errors.As(err, &body):
		return muban.Refuse(muban.RuleRequestMalformed, "problem", body.Problem)
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
