package api

import "github.com/muban-dev/muban"

// App is an app as the API shows it. What its platform does not have, and
// what is not set, is absent.
type App struct {
	AppID            string         `json:"app_id" doc:"What the app's client authenticates with: appid on WeChat, App Key on Baidu, app_id on Alipay." example:"wx3f7a9c0d5e8b2146"`
	Platform         muban.Platform `json:"platform" enum:"wechat-mini,wechat-oa,baidu,alipay" doc:"Where the app lives."`
	Name             string         `json:"name" doc:"For people." example:"TIT造舰厂"`
	Secret           string         `json:"secret,omitempty" doc:"Answered where it is made and, in muban dev, everywhere; Alipay has none."`
	OriginalID       string         `json:"original_id,omitempty" doc:"WeChat: the gh_… account id." example:"gh_3f7a9c0d5e8b"`
	Pages            []string       `json:"pages" nullable:"false" doc:"The pages a message may lead to; empty accepts every page."`
	DailyLimit       *int64         `json:"daily_limit,omitempty" doc:"The most sends accepted in a day of UTC+8; absent is no limit." example:"1000000"`
	TemplateLimit    *int64         `json:"template_limit,omitempty" doc:"The most templates the app may hold; absent is no limit." example:"25"`
	PushAllowed      *bool          `json:"push_allowed,omitempty" doc:"Baidu and Alipay: the push permission."`
	Callback         *AppCallback   `json:"callback,omitempty" doc:"WeChat: where the app's server is told of events."`
	Industries       *Industries    `json:"industries,omitempty" doc:"Official account: its two industries."`
	LinkedApps       []string       `json:"linked_apps,omitzero" nullable:"false" doc:"WeChat: the apps bound to this one."`
	CloudPermissions []string       `json:"cloud_permissions,omitzero" nullable:"false" doc:"WeChat Mini: the cloud calls the app's functions may make; absent is all."`
	AppPublicKey     string         `json:"app_public_key,omitempty" doc:"Alipay: the key that verifies the app's requests."`
	AlipayPublicKey  string         `json:"alipay_public_key,omitempty" doc:"Alipay: the key that answers to the app are signed under, as bare base64."`
	AppCert          string         `json:"app_cert,omitempty" doc:"Alipay: the app's certificate."`
	ContentKey       string         `json:"content_key,omitempty" doc:"Alipay: the AES key for encrypted content; answered where secret is."`
	CreatedAt        Timestamp      `json:"created_at" doc:"When it was made."`
}

// AppCallback is where and how the app's server is told of events.
type AppCallback struct {
	URL    string             `json:"url,omitempty" doc:"Where events are pushed to." example:"https://example.com/wechat/events"`
	Token  string             `json:"token,omitempty" doc:"What pushes are signed with; answered where secret is."`
	AESKey string             `json:"aes_key,omitempty" doc:"The EncodingAESKey; answered where secret is."`
	Mode   muban.CallbackMode `json:"mode" enum:"plain,compat,safe" doc:"How pushes are protected."`
	// Both are of the handshake when it was set, or when it was asked for since.
	Verified    bool   `json:"verified" doc:"Whether the server answered the handshake. Events are pushed all the same."`
	VerifyError string `json:"verify_error,omitempty" doc:"What was wrong with its answer."`
}

// Industries are the codes of an official account's two industries.
type Industries struct {
	Primary   int `json:"primary,omitempty" doc:"The main industry." example:"1"`
	Secondary int `json:"secondary,omitempty" doc:"The second industry." example:"4"`
}

// app shows an app where its secrets are not what was asked for.
func (a *api) app(app muban.App) App { return showApp(app, a.options.ShowSecrets) }

func showApp(app muban.App, secrets bool) App {
	has := appMembersOf(app.Platform)
	shown := App{
		AppID: app.ID, Platform: app.Platform, Name: app.Name, Secret: app.Secret, OriginalID: app.OriginalID,
		Pages: notNil(app.Pages), DailyLimit: app.DailyLimit, TemplateLimit: app.TemplateLimit,
		AppPublicKey: app.AppPublicKey, AlipayPublicKey: app.AlipayPublicKey, AppCert: app.AppCert, ContentKey: app.ContentKey,
		CreatedAt: Timestamp{app.CreatedAt},
	}
	if has.pushAllowed {
		shown.PushAllowed = &app.PushAllowed
	}
	if app.Callback != (muban.CallbackSettings{}) {
		shown.Callback = &AppCallback{app.Callback.URL, app.Callback.Token, app.Callback.AESKey, app.Callback.Mode, app.Callback.Verified, app.Callback.VerifyError}
	}
	if app.Industries != (muban.Industries{}) {
		shown.Industries = &Industries{app.Industries.Primary, app.Industries.Secondary}
	}
	if has.linkedApps {
		shown.LinkedApps = notNil(app.LinkedApps)
	}
	if has.cloudPermissions && app.CloudPermissions != nil {
		shown.CloudPermissions = notNil(*app.CloudPermissions)
	}
	if !secrets {
		shown.hideSecrets()
	}
	return shown
}

func (shown *App) hideSecrets() {
	shown.Secret, shown.ContentKey = "", ""
	if shown.Callback != nil {
		shown.Callback.Token, shown.Callback.AESKey = "", ""
	}
}
