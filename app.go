package muban

import "time"

// App is a developer's account on one platform (小程序, 公众号): what its
// client authenticates with, and the settings that decide what it may send.
type App struct {
	// ID is what the app's client authenticates with: appid on WeChat, App
	// Key on Baidu, app_id on Alipay. Unique over all platforms, never changed.
	ID       string
	Platform Platform
	Name     string
	// Secret is the AppSecret or App Secret; empty on Alipay.
	Secret string
	// Number stands for the app in access tokens; Baidu shows it as the tail
	// of each token. Unique in the installation, never changed.
	Number    int64
	CreatedAt time.Time

	Settings
}

// Settings are the part of an App that its owner may change.
type Settings struct {
	// OriginalID is the gh_… account id of a WeChat app.
	OriginalID string `json:"original_id,omitempty"`
	// Pages are the pages a message may lead to; empty accepts every page.
	Pages []string `json:"pages,omitempty"`
	// DailyLimit is how many sends are accepted in a [Day]; nil is no limit,
	// 0 is none may be sent.
	DailyLimit *int64 `json:"daily_limit,omitempty"`
	// TemplateLimit is how many templates the app may hold; nil is no limit.
	TemplateLimit *int64 `json:"template_limit,omitempty"`
	// PushAllowed is Baidu's push permission (6001 without it).
	PushAllowed bool `json:"push_allowed"`
	// Callback is where the app's server is told of events.
	Callback CallbackSettings `json:"callback,omitzero"`
	// Industries are an official account's two trades.
	Industries Industries `json:"industries,omitzero"`
	// IndustriesSetAt is when the platform's own call set them last, which it
	// may once a month; zero if it did not since the native API did.
	IndustriesSetAt time.Time `json:"industries_set_at,omitzero"`
	// LinkedApps are the apps bound to this one (公众号 and 小程序).
	LinkedApps []string `json:"linked_apps,omitempty"`
	// CloudPermissions are the cloud calls its functions may make; nil is all.
	CloudPermissions *[]string `json:"cloud_permissions,omitempty"`
	// AppPublicKey verifies an Alipay app's requests: PEM or bare base64.
	AppPublicKey string `json:"app_public_key,omitempty"`
	// AlipayPublicKey is the public half of the key by which the platform signs
	// its answers to an Alipay app: bare base64. It is made with the app and
	// never changed; the private half is a [PrivateKey], which no App holds.
	AlipayPublicKey string `json:"alipay_public_key,omitempty"`
	// AppCert is an Alipay app's certificate in certificate mode.
	AppCert string `json:"app_cert,omitempty"`
	// ContentKey is an Alipay app's AES key for encrypted content, base64.
	ContentKey string `json:"content_key,omitempty"`
}

// CallbackMode is how events are protected on their way to the app's server.
type CallbackMode string

// The callback modes (明文, 兼容, 安全).
const (
	CallbackPlain  CallbackMode = "plain"
	CallbackCompat CallbackMode = "compat"
	CallbackSafe   CallbackMode = "safe"
)

// CallbackSettings are where and how the app's server is told of events.
type CallbackSettings struct {
	URL    string       `json:"url"`
	Token  string       `json:"token"`
	AESKey string       `json:"aes_key"` // EncodingAESKey, 43 characters
	Mode   CallbackMode `json:"mode"`
	// Verified and VerifyError are how the handshake ended when the settings
	// were changed last, or when it was asked for since.
	Verified    bool   `json:"verified,omitempty"`
	VerifyError string `json:"verify_error,omitempty"`
}

// Industries are the codes of an official account's two trades; 0 is unset.
type Industries struct {
	Primary   int `json:"primary"`
	Secondary int `json:"secondary"`
}
