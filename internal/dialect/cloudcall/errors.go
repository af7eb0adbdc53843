package cloudcall

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/wire/cloudcall"
)

// gatewayErrors are the kinds that the gateway refuses itself, with its code
// and message. The first two messages are seen in public reports of the code
// (docs/dialects/cloudcall.md); the others are ours.
var gatewayErrors = map[muban.Kind]cloudcall.Error{
	muban.KindAppUnknown:       {Code: cloudcall.SignParamInvalid, Message: "secret id error"},
	muban.KindSignatureExpired: {Code: cloudcall.SignParamInvalid, Message: "signature is expired"},
	muban.KindSignatureInvalid: {Code: cloudcall.SignParamInvalid, Message: "signature error"},
	muban.KindNeedsPost:        {Code: cloudcall.InvalidParam, Message: "invalid method"},
	muban.KindParameter:        {Code: cloudcall.InvalidParam, Message: "invalid param"},
	muban.KindBodyTooLarge:     {Code: cloudcall.ExceedRequestSize, Message: "request size limit exceeded"},
}

// systemErrors are the kinds that WeChat's side of the gateway refuses, with
// its code. What is in neither table is the API's, which has a code for every
// kind.
var systemErrors = map[muban.Kind]int{
	muban.KindUnknownPath:   cloudcall.NotFound,
	muban.KindCallForbidden: cloudcall.NoPermission,
}

// fail answers a request that was not served, in the form of who refused it.
func (h *Handler) fail(w http.ResponseWriter, x *httpx.Exchange, err error) {
	refusal := refusalOf(err)
	if refusal == nil {
		pass(w, x, h.api.Failure(w, x, err))
		return
	}
	if gateway, ok := gatewayErrors[refusal.Kind]; ok {
		x.Refused(w, refusal, gateway.Code)
		gateway.RequestID = x.RID()
		body, _ := httpx.EncodeJSON(gateway) // texts can be encoded
		write(w, cloudcall.JSONType, body)
		return
	}
	if code, ok := systemErrors[refusal.Kind]; ok {
		x.Refused(w, refusal.On(x.Platform), strconv.Itoa(code))
		answeredWith(x, `{"errorCode":`+strconv.Itoa(code)+`}`)
		write(w, cloudcall.AnswerType, cloudcall.Answer{ErrorCode: code}.Encode())
		return
	}
	pass(w, x, h.api.Failure(w, x, refusal))
}

// refusalOf is the refusal that err is or that it stands for; nil where it is
// neither, and the API or nobody knows it.
func refusalOf(err error) *muban.Refusal {
	var refusal *muban.Refusal
	var format *cloudcall.FormatError
	var signature *cloudcall.SignatureError
	var value *cloudcall.ValueError
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &format):
		return muban.Refuse(muban.RuleCloudForm, "problem", printable(format.Problem))
	case errors.As(err, &signature):
		return muban.Refuse(muban.RuleSignatureForm, "problem", printable(signature.Problem))
	case errors.As(err, &value):
		return muban.Refuse(muban.RuleRequestMalformed, "problem", printable(value.Error()))
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
