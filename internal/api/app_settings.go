package api

import (
	"time"

	"github.com/muban-dev/muban"
)

// AppSettings are the members of an app that its owner may set, at creation
// and later.
type AppSettings struct {
	OriginalID       Optional[string]           `json:"original_id,omitzero" doc:"WeChat: the gh_… account id; null removes it." example:"gh_3f7a9c0d5e8b"`
	Pages            Optional[[]string]         `json:"pages,omitzero" doc:"The pages a message may lead to; empty or null accepts every page." example:"[\"pages/index/index\"]"`
	DailyLimit       Optional[int64]            `json:"daily_limit,omitzero" minimum:"0" maximum:"9007199254740991" doc:"The most sends accepted in a day of UTC+8; 0 accepts none, null is no limit." example:"1000000"`
	TemplateLimit    Optional[int64]            `json:"template_limit,omitzero" minimum:"0" maximum:"9007199254740991" doc:"The most templates the app may hold; null is no limit." example:"25"`
	PushAllowed      Optional[bool]             `json:"push_allowed,omitzero" doc:"Baidu and Alipay: the push permission; null resets it to true." example:"true"`
	Callback         Optional[CallbackSettings] `json:"callback,omitzero" doc:"WeChat: where the app's server is told of events; null removes it."`
	Industries       Optional[IndustrySettings] `json:"industries,omitzero" doc:"Official account: its two industries, by their codes (行业); null removes them. Setting them here is not bound to once a month, and lets the platform's own call set them again."`
	LinkedApps       Optional[[]string]         `json:"linked_apps,omitzero" doc:"WeChat: the app_ids bound to this app, which its cloud code may call for; null removes them."`
	CloudPermissions Optional[[]string]         `json:"cloud_permissions,omitzero" doc:"WeChat Mini: the cloud calls the app's functions may make, as config.json lists them, and the paths that its cloud hosting may; empty is none, null is all." example:"[\"templateMessage.send\"]"`
	AppPublicKey     Optional[string]           `json:"app_public_key,omitzero" doc:"Alipay: the key that verifies the app's requests, PEM or bare base64."`
	AppCert          Optional[string]           `json:"app_cert,omitzero" doc:"Alipay: the app's certificate in certificate mode."`
	ContentKey       Optional[string]           `json:"content_key,omitzero" doc:"Alipay: the AES key for encrypted content, base64."`
}

// CallbackSettings are where and how the app's server is told of events.
type CallbackSettings struct {
	URL    Optional[string]             `json:"url,omitzero" doc:"Where events are pushed to." example:"https://example.com/wechat/events"`
	Token  Optional[string]             `json:"token,omitzero" doc:"What pushes are signed with."`
	AESKey Optional[string]             `json:"aes_key,omitzero" doc:"The EncodingAESKey, 43 characters; needed in modes compat and safe."`
	Mode   Optional[muban.CallbackMode] `json:"mode,omitzero" enum:"plain,compat,safe" doc:"How pushes are protected (明文, 兼容, 安全); plain if left out or null."`
	// Both are the handshake's; see AppReadOnly.
	Verified    Optional[bool]   `json:"verified,omitzero" readOnly:"true" doc:"A patch can repeat it, not change it."`
	VerifyError Optional[string] `json:"verify_error,omitzero" readOnly:"true" doc:"A patch can repeat it, not change it."`
}

// IndustrySettings are the codes of an official account's two industries.
type IndustrySettings struct {
	Primary   Optional[int] `json:"primary,omitzero" minimum:"1" maximum:"41" doc:"The main industry." example:"1"`
	Secondary Optional[int] `json:"secondary,omitzero" minimum:"1" maximum:"41" doc:"The second industry." example:"4"`
}

// apply puts the members that were sent into the settings.
func (s *AppSettings) apply(to *muban.Settings) {
	s.OriginalID.into(&to.OriginalID, "")
	s.Pages.into(&to.Pages, nil)
	s.DailyLimit.intoPointer(&to.DailyLimit)
	s.TemplateLimit.intoPointer(&to.TemplateLimit)
	s.PushAllowed.into(&to.PushAllowed, true)
	s.applyCallback(&to.Callback)
	s.applyIndustries(to)
	s.LinkedApps.into(&to.LinkedApps, nil)
	s.CloudPermissions.intoPointer(&to.CloudPermissions)
	s.AppPublicKey.into(&to.AppPublicKey, "")
	s.AppCert.into(&to.AppCert, "")
	s.ContentKey.into(&to.ContentKey, "")
}

// applyCallback merges into the object that is there, as a merge patch does.
func (s *AppSettings) applyCallback(to *muban.CallbackSettings) {
	if s.Callback.null {
		*to = muban.CallbackSettings{}
	}
	if !s.Callback.given() {
		return
	}
	was := *to
	sent := &s.Callback.value
	sent.URL.into(&to.URL, "")
	sent.Token.into(&to.Token, "")
	sent.AESKey.into(&to.AESKey, "")
	sent.Mode.into(&to.Mode, "")
	if to.Mode == "" && *to != (muban.CallbackSettings{}) {
		to.Mode = muban.CallbackPlain
	}
	if *to != was {
		to.Verified, to.VerifyError = false, "" // of what was set before
	}
}

// applyIndustries also begins the month anew in which the platform's own call
// may set them.
func (s *AppSettings) applyIndustries(to *muban.Settings) {
	if s.Industries.null {
		to.Industries, to.IndustriesSetAt = muban.Industries{}, time.Time{}
	}
	if s.Industries.given() {
		s.Industries.value.Primary.into(&to.Industries.Primary, 0)
		s.Industries.value.Secondary.into(&to.Industries.Secondary, 0)
		to.IndustriesSetAt = time.Time{}
	}
}

// unknownOn lists the members that were given a value and that the platform
// does not have.
func (s *AppSettings) unknownOn(p muban.Platform) []string {
	has := appMembersOf(p)
	var unknown []string
	for _, m := range []struct {
		name       string
		given, has bool
	}{
		{"callback", s.Callback.given(), has.callback},
		{"original_id", s.OriginalID.given(), has.originalID},
		{"push_allowed", s.PushAllowed.given(), has.pushAllowed},
		{"industries", s.Industries.given(), has.industries},
		{"linked_apps", s.LinkedApps.given(), has.linkedApps},
		{"cloud_permissions", s.CloudPermissions.given(), has.cloudPermissions},
		{"app_public_key", s.AppPublicKey.given(), has.keys},
		{"app_cert", s.AppCert.given(), has.keys},
		{"content_key", s.ContentKey.given(), has.keys},
	} {
		if m.given && !m.has {
			unknown = append(unknown, m.name)
		}
	}
	return unknown
}

// appMembers says which members an app has besides those that every app has.
type appMembers struct {
	callback, originalID, pushAllowed, industries, linkedApps, cloudPermissions, keys bool
}

func appMembersOf(p muban.Platform) appMembers {
	wechat := p == muban.WeChatMini || p == muban.WeChatOA
	return appMembers{
		callback: wechat, originalID: wechat, linkedApps: wechat,
		pushAllowed:      p == muban.Baidu || p == muban.Alipay,
		industries:       p == muban.WeChatOA,
		cloudPermissions: p == muban.WeChatMini,
		keys:             p == muban.Alipay,
	}
}
