package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/muban-dev/muban"
)

// answers says how each kind of refusal is answered. It is total: kinds that
// only platform endpoints can refuse with have a row too, so that no refusal
// ever becomes an internal error.
var answers = map[muban.Kind]struct {
	status int
	code   Code
}{
	muban.KindInvalid:        {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindNotFound:       {http.StatusNotFound, CodeNotFound},
	muban.KindConflict:       {http.StatusConflict, CodeConflict},
	muban.KindNotOnPlatform:  {http.StatusUnprocessableEntity, CodeNotOnThisPlatform},
	muban.KindClockBackwards: {http.StatusConflict, CodeClockBackwards},
	muban.KindUnauthorized:   {http.StatusUnauthorized, CodeUnauthorized},
	muban.KindForbidden:      {http.StatusForbidden, CodeForbidden},
	muban.KindBusy:           {http.StatusServiceUnavailable, CodeBusy},

	// What a call names is not there.
	muban.KindRecipientUnknown: {http.StatusNotFound, CodeNotFound},
	muban.KindTemplateUnknown:  {http.StatusNotFound, CodeNotFound},
	muban.KindTitleUnknown:     {http.StatusNotFound, CodeNotFound},
	muban.KindGrantUnknown:     {http.StatusNotFound, CodeNotFound},
	muban.KindAppUnknown:       {http.StatusNotFound, CodeNotFound},
	muban.KindUnknownPath:      {http.StatusNotFound, CodeNotFound},

	// The request is right; what is stored stands against it.
	muban.KindTemplateLimit: {http.StatusConflict, CodeConflict},
	muban.KindDailyLimit:    {http.StatusConflict, CodeConflict},
	muban.KindGrantExpired:  {http.StatusConflict, CodeConflict},
	muban.KindGrantSpent:    {http.StatusConflict, CodeConflict},
	muban.KindGrantMismatch: {http.StatusConflict, CodeConflict},

	// The request is wrong.
	muban.KindKeywordCount:     {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindKeywordInvalid:   {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindOffset:           {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindCount:            {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindTemplateMissing:  {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindPageUnknown:      {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindAppNotLinked:     {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindParameter:        {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindBodyEmpty:        {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindBodyMalformed:    {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindGrantTypeInvalid: {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindAppMissing:       {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindSecretMissing:    {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindBodyTooLarge:     {http.StatusRequestEntityTooLarge, CodeTooLarge},
	muban.KindNeedsGet:         {http.StatusMethodNotAllowed, CodeInvalidRequest},
	muban.KindNeedsPost:        {http.StatusMethodNotAllowed, CodeInvalidRequest},
	muban.KindLoginCodeMissing: {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindLoginCodeInvalid: {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindLoginCodeUsed:    {http.StatusConflict, CodeConflict},
	muban.KindRefreshInvalid:   {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindRefreshExpired:   {http.StatusConflict, CodeConflict},
	muban.KindRefreshUsed:      {http.StatusConflict, CodeConflict},
	muban.KindContent:          {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindKeywords:         {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindKeywordLength:    {http.StatusUnprocessableEntity, CodeInvalidRequest},

	// Who asks may not.
	muban.KindTokenMissing:     {http.StatusUnauthorized, CodeUnauthorized},
	muban.KindTokenInvalid:     {http.StatusUnauthorized, CodeUnauthorized},
	muban.KindTokenExpired:     {http.StatusUnauthorized, CodeUnauthorized},
	muban.KindSecretWrong:      {http.StatusUnauthorized, CodeUnauthorized},
	muban.KindSignatureInvalid: {http.StatusUnauthorized, CodeUnauthorized},
	muban.KindSignatureKey:     {http.StatusUnauthorized, CodeUnauthorized},
	muban.KindSignatureExpired: {http.StatusUnauthorized, CodeUnauthorized},
	muban.KindCallForbidden:    {http.StatusForbidden, CodeForbidden},
	muban.KindAPIUnauthorized:  {http.StatusForbidden, CodeForbidden},
	muban.KindPushForbidden:    {http.StatusForbidden, CodeForbidden},

	// Of official accounts' own calls.
	muban.KindNotFollowing:       {http.StatusConflict, CodeConflict},
	muban.KindIndustryTooOften:   {http.StatusConflict, CodeConflict},
	muban.KindTemplateIndustry:   {http.StatusConflict, CodeConflict},
	muban.KindDataArgument:       {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindMiniProgramUnknown: {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindMiniProgramPage:    {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindClientMsgIDSize:    {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindIndustryMissing:    {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindIndustryUnknown:    {http.StatusUnprocessableEntity, CodeInvalidRequest},
	muban.KindKeywordName:        {http.StatusUnprocessableEntity, CodeInvalidRequest},
}

// members says which member of the body a rule looks at that does not name
// it among its values.
var members = map[muban.Rule]string{
	muban.RulePlaceholder:     "content",
	muban.RuleKeywordCount:    "keyword_ids",
	muban.RuleKeywordUnknown:  "keyword_ids",
	muban.RuleKeywordRepeated: "keyword_ids",
}

// problemOf turns what a use case returned into the answer. place is where
// the call's input stands: body or query; empty where it has none.
func problemOf(ctx context.Context, err error, place string) *Problem {
	if problem, ok := errors.AsType[*Problem](err); ok {
		return problem
	}
	if refusal, ok := errors.AsType[*muban.Refusal](err); ok {
		return refusalProblem(refusal, place)
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		// The client hung up or the server is stopping; nothing went wrong.
		return refusalProblem(muban.Refuse(muban.RuleBusy), place)
	}
	return internalProblem(err)
}

func refusalProblem(refusal *muban.Refusal, place string) *Problem {
	answer, known := answers[refusal.Kind]
	if !known {
		return internalProblem(refusal)
	}
	p := newProblem(answer.status, answer.code, refusal.Error())
	p.refusal = refusal
	if answer.code == CodeBusy {
		p.header.Set("Retry-After", "1")
	}
	if place == "" {
		return p
	}
	if field := refusal.Values["field"]; refusal.Rule == muban.RuleInvalid && field != "" {
		p.Errors = []FieldError{{place + "." + field, strings.TrimPrefix(refusal.Error(), field+" ")}}
	} else if member := members[refusal.Rule]; member != "" {
		p.Errors = []FieldError{{place + "." + member, refusal.Error()}}
	}
	return p
}

// internalProblem answers what went wrong inside. The cause goes to the log
// and never to the client.
func internalProblem(cause error) *Problem {
	p := newProblem(http.StatusInternalServerError, CodeInternal, "something went wrong inside the server; its log says what")
	p.cause = cause
	return p
}

// invalid is a member of the body that only its handler can judge.
func invalid(field, value, wanted string) *Problem {
	if value == "" {
		value = "empty"
	}
	return refusalProblem(muban.Refuse(muban.RuleInvalid, "field", field, "value", shorten(value), "wanted", wanted), "body")
}

// notOnPlatform refuses members of the body that the platform does not have;
// nil where there are none.
func notOnPlatform(platform muban.Platform, members []string) error {
	if len(members) == 0 {
		return nil
	}
	p := refusalProblem(muban.Refuse(muban.RuleNotOnPlatform, "platform", string(platform), "object", strings.Join(members, ", ")), "body")
	for _, member := range members {
		p.Errors = append(p.Errors, FieldError{"body." + member, "does not exist on " + string(platform) + "; leave it out"})
	}
	return p
}
