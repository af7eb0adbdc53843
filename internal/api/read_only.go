package api

import (
	"slices"
	"strings"
	"time"

	"github.com/muban-dev/muban"
)

// AppReadOnly are the members of an app that nobody can set. A patch may repeat
// them, so that what GET answered can be changed and sent back whole.
type AppReadOnly struct {
	AppID           Optional[string]         `json:"app_id,omitzero" readOnly:"true" doc:"Can be repeated, not changed."`
	Platform        Optional[muban.Platform] `json:"platform,omitzero" readOnly:"true" enum:"wechat-mini,wechat-oa,baidu,alipay" doc:"Can be repeated, not changed."`
	Secret          Optional[string]         `json:"secret,omitzero" readOnly:"true" doc:"Can be repeated, not changed: …/secret/reset makes a new one."`
	AlipayPublicKey Optional[string]         `json:"alipay_public_key,omitzero" readOnly:"true" doc:"Can be repeated, not changed."`
	CreatedAt       Optional[time.Time]      `json:"created_at,omitzero" readOnly:"true" doc:"Can be repeated, not changed."`
}

// checkReadOnly refuses what differs from the app as it is.
func (p *AppPatch) checkReadOnly(app muban.App) error {
	is := showApp(app, true)
	var c repeatChecks
	checkRepeated(&c, "app_id", p.AppID, is.AppID)
	checkRepeated(&c, "platform", p.Platform, is.Platform)
	checkRepeated(&c, "secret", p.Secret, is.Secret)
	checkRepeated(&c, "alipay_public_key", p.AlipayPublicKey, is.AlipayPublicKey)
	checkRepeatedTime(&c, "created_at", p.CreatedAt, is.CreatedAt)
	if sent := &p.Callback.value; p.Callback.given() {
		checkRepeated(&c, "callback.verified", sent.Verified, app.Callback.Verified)
		checkRepeated(&c, "callback.verify_error", sent.VerifyError, app.Callback.VerifyError)
	}
	return c.problem()
}

// checkNoneReadOnly refuses them of an app to be made, which there is nothing to
// repeat of.
func (s *AppSettings) checkNoneReadOnly() error {
	var c repeatChecks
	if sent := &s.Callback.value; sent.Verified.set {
		c.add("callback.verified", sent.Verified.null, sent.Verified.value, neverSet)
	}
	if sent := &s.Callback.value; sent.VerifyError.set {
		c.add("callback.verify_error", sent.VerifyError.null, sent.VerifyError.value, neverSet)
	}
	return c.problem()
}

// checkReadOnly refuses what differs from the user as it is.
func (p *UserPatch) checkReadOnly(user muban.User) error {
	var c repeatChecks
	checkRepeatedTime(&c, "created_at", p.CreatedAt, Timestamp{user.CreatedAt})
	return c.problem()
}

// repeatChecks are the members that were not repeated as they are.
type repeatChecks []FieldError

// checkRepeated notes the member unless it was left out or repeats what is. null
// repeats what is not there: a merge patch has no other way to say so.
func checkRepeated[T comparable](c *repeatChecks, name string, sent Optional[T], is T) {
	var none T
	if sent.given() && sent.value != is || sent.null && is != none {
		c.add(name, sent.null, sent.value, notRepeated)
	}
}

// checkRepeatedTime is checkRepeated for a time, in any zone. It looks at the
// milliseconds, which are all that answers show.
func checkRepeatedTime(c *repeatChecks, name string, sent Optional[time.Time], is Timestamp) {
	if sent.null || sent.given() && sent.value.UnixMilli() != is.UnixMilli() {
		c.add(name, sent.null, sent.value, notRepeated)
	}
}

// What to do about a member that nobody can set.
const (
	neverSet    = "it cannot be set: leave it out"
	notRepeated = "it cannot be changed: leave it out, or repeat what GET answers"
)

func (c *repeatChecks) add(name string, null bool, value any, wanted string) {
	if null {
		value = nil
	}
	*c = append(*c, FieldError{"body." + name, "is " + shown(name, value) + "; " + wanted})
}

// problem is nil where all were repeated.
func (c *repeatChecks) problem() error {
	if len(*c) == 0 {
		return nil
	}
	slices.SortFunc(*c, func(a, b FieldError) int { return strings.Compare(a.Location, b.Location) })
	p := badRequest((*c)[0].Location, (*c)[0].Message)
	p.Errors, p.Detail = *c, summary(*c, len(*c))
	return p
}
