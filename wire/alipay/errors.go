package alipay

import "slices"

// Error is one row of the platform's table of error codes. The sub code is
// what tells errors apart; several share a code.
type Error struct {
	Code string
	// SubCode is the row's name.
	SubCode string
	// SubMsg is the platform's text.
	SubMsg string
	// Meaning says when the code is answered.
	Meaning string
	// See is the document that has the code.
	See string
	// Kinds are the refusals that the code stands for, the usual one first, in
	// the words of muban.Kind, which this package does not import.
	Kinds []string
	// Elsewhere is set where the platform answers the code and this server
	// never does.
	Elsewhere bool
}

// Errors lists the table, by code and then by sub code.
func Errors() []Error { return slices.Clone(errorTable) }

// ErrorOf returns the row of a sub code; ok is false for one that is not in
// the table.
func ErrorOf(subCode string) (row Error, ok bool) {
	i := slices.IndexFunc(errorTable, func(e Error) bool { return e.SubCode == subCode })
	if i < 0 {
		return Error{}, false
	}
	return errorTable[i], true
}

// Failure is the response that says that a method failed with this row's code.
func (e Error) Failure() Failure {
	return Failure{Code: e.Code, Msg: msgs[e.Code], SubCode: e.SubCode, SubMsg: e.SubMsg}
}

// msgs are the texts of the codes (protocol.md §5.4).
var msgs = map[string]string{
	"20000": "Service Currently Unavailable",
	"20001": "Insufficient Authorization Permissions",
	"40001": "Missing Required Arguments",
	"40002": "Invalid Arguments",
	"40003": "Insufficient Conditions",
	"40004": "Business Failed",
	"40005": "Call Limited",
	"40006": "Insufficient Permissions",
}

const (
	seePublic   = "docs/protocol.md §5.4, public codes"
	seeBusiness = "docs/protocol.md §5.4, business failures"
	seeOAuth    = "docs/protocol.md §1.7"
	seeCert     = "Alipay 签名常见问题 (common/02kdnf), 证书"
)

// errorTable has one row per sub code. The texts are the platform's own: those
// of its public table (article 105806) and of AlipayDocs/open-docs, 常见问题.
var errorTable = []Error{
	{Code: "20000", SubCode: "aop.unknow-error", SubMsg: "服务暂不可用（网关自身的未知错误）", Meaning: "the gateway failed; try again", See: seePublic, Kinds: []string{"busy"}, Elsewhere: true},
	{Code: "20000", SubCode: "isp.unknow-error", SubMsg: "服务暂不可用（业务系统不可用）", Meaning: "the server is busy or failed; nothing was stored, try again", See: seePublic, Kinds: []string{"busy"}},

	{Code: "20001", SubCode: "aop.app-auth-token-time-out", SubMsg: "应用授权令牌已过期", Meaning: "app_auth_token is over its life", See: seePublic, Kinds: []string{"token_expired"}},
	{Code: "20001", SubCode: "aop.auth-token-time-out", SubMsg: "访问令牌已过期", Meaning: "auth_token is over its life", See: seePublic, Kinds: []string{"token_expired"}, Elsewhere: true},
	{Code: "20001", SubCode: "aop.invalid-app-auth-token", SubMsg: "无效的应用授权令牌", Meaning: "app_auth_token was never issued, or not to this app", See: seePublic, Kinds: []string{"token_invalid"}},
	{Code: "20001", SubCode: "aop.invalid-app-auth-token-no-api", SubMsg: "商户未授权当前接口", Meaning: "the app acted for has not authorized this method", See: seePublic, Kinds: []string{"api_unauthorized"}, Elsewhere: true},
	{Code: "20001", SubCode: "aop.invalid-auth-token", SubMsg: "无效的访问令牌", Meaning: "auth_token was never issued", See: seePublic, Kinds: []string{"token_invalid"}, Elsewhere: true},
	{Code: "20001", SubCode: "aop.no-product-reg-by-partner", SubMsg: "商户未签约任何产品", Meaning: "the merchant has signed up for no product", See: seePublic, Kinds: []string{"api_unauthorized"}, Elsewhere: true},

	{Code: "40001", SubCode: "isv.decryption-error-missing-encrypt-type", SubMsg: "解密出错, 未指定加密算法", Meaning: "biz_content is encrypted and encrypt_type is missing", See: seePublic, Kinds: []string{"parameter"}},
	{Code: "40001", SubCode: "isv.missing-app-id", SubMsg: "缺少appId参数", Meaning: "app_id is missing", See: seePublic, Kinds: []string{"app_missing"}},
	{Code: "40001", SubCode: "isv.missing-method", SubMsg: "缺少方法名参数", Meaning: "method is missing", See: seePublic, Kinds: []string{"parameter"}},
	{Code: "40001", SubCode: "isv.missing-signature", SubMsg: "缺少签名参数", Meaning: "sign is missing", See: seePublic, Kinds: []string{"parameter"}},
	{Code: "40001", SubCode: "isv.missing-signature-key", SubMsg: "缺少签名配置", Meaning: "the app has uploaded no key", See: seePublic, Kinds: []string{"signature_key"}, Elsewhere: true},
	{Code: "40001", SubCode: "isv.missing-signature-type", SubMsg: "缺少签名类型参数", Meaning: "sign_type is missing", See: seePublic, Kinds: []string{"parameter"}},
	{Code: "40001", SubCode: "isv.missing-timestamp", SubMsg: "缺少时间戳参数", Meaning: "timestamp is missing", See: seePublic, Kinds: []string{"parameter"}},
	{Code: "40001", SubCode: "isv.missing-version", SubMsg: "缺少版本参数", Meaning: "version is missing", See: seePublic, Kinds: []string{"parameter"}},

	{Code: "40002", SubCode: "isv.alipay-cert-not-exist", SubMsg: "支付宝公钥证书不存在", Meaning: "there is no platform certificate of this number for the app", See: seeCert, Kinds: []string{"not_found"}},
	{Code: "40002", SubCode: "isv.app-cert-not-exist", SubMsg: "应用公钥证书不存在", Meaning: "app_cert_sn is not the number of the app's certificate", See: seeCert, Kinds: []string{"parameter"}},
	{Code: "40002", SubCode: "isv.code-invalid", SubMsg: "授权码code无效", Meaning: "code is missing, was never issued to this app, is over its five minutes or was used", See: seeOAuth, Kinds: []string{"login_code_invalid", "login_code_used", "login_code_missing"}},
	{Code: "40002", SubCode: "isv.decryption-error-not-valid-encrypt-key", SubMsg: "解密出错, 未配置加密密钥或加密密钥格式错误", Meaning: "the app has no content key, or one that is no AES key", See: seePublic, Kinds: []string{"content"}},
	{Code: "40002", SubCode: "isv.decryption-error-not-valid-encrypt-type", SubMsg: "解密出错，不支持的加密算法", Meaning: "encrypt_type is not AES", See: seePublic, Kinds: []string{"parameter"}, Elsewhere: true},
	{Code: "40002", SubCode: "isv.decryption-error-unknown", SubMsg: "解密出错，未知异常", Meaning: "biz_content cannot be decrypted with the app's content key", See: seePublic, Kinds: []string{"content"}},
	{Code: "40002", SubCode: "isv.forbidden-api", SubMsg: "接口被禁用", Meaning: "the method is switched off", See: seePublic, Kinds: []string{"api_unauthorized"}, Elsewhere: true},
	{Code: "40002", SubCode: "isv.grant-type-invalid", SubMsg: "grant_type参数不正确", Meaning: "grant_type is neither authorization_code nor refresh_token", See: seeOAuth, Kinds: []string{"grant_type_invalid"}},
	{Code: "40002", SubCode: "isv.invalid-alipay-root-cert-sn", SubMsg: "无效的支付宝根证书序列号", Meaning: "alipay_root_cert_sn is not the number of this platform's root certificate", See: seeCert, Kinds: []string{"parameter"}},
	{Code: "40002", SubCode: "isv.invalid-app-id", SubMsg: "无效的AppID参数", Meaning: "there is no app of this app_id", See: seePublic, Kinds: []string{"app_unknown"}},
	{Code: "40002", SubCode: "isv.invalid-charset", SubMsg: "字符集错误", Meaning: "charset is missing or none that the gateway speaks", See: seePublic, Kinds: []string{"parameter"}},
	{Code: "40002", SubCode: "isv.invalid-encrypt-type", SubMsg: "无效的加密类型", Meaning: "encrypt_type is not AES", See: seePublic, Kinds: []string{"parameter"}},
	{Code: "40002", SubCode: "isv.invalid-format", SubMsg: "无效的数据格式", Meaning: "format is not JSON", See: seePublic, Kinds: []string{"parameter"}},
	{Code: "40002", SubCode: "isv.invalid-method", SubMsg: "不存在的方法名", Meaning: "there is no method of this name", See: seePublic, Kinds: []string{"parameter"}},
	{Code: "40002", SubCode: "isv.invalid-parameter", SubMsg: "参数无效", Meaning: "a parameter is missing or not what it must be", See: seePublic, Kinds: []string{"parameter", "page_unknown", "body_malformed", "body_too_large", "body_empty", "unknown_path", "needs_post", "needs_get"}},
	{Code: "40002", SubCode: "isv.invalid-signature", SubMsg: "无效签名", Meaning: "sign is not the signature of this request by the app's key", See: seePublic, Kinds: []string{"signature_invalid"}},
	{Code: "40002", SubCode: "isv.invalid-signature-type", SubMsg: "无效的签名类型", Meaning: "sign_type is neither RSA2 nor RSA", See: seePublic, Kinds: []string{"parameter"}},
	{Code: "40002", SubCode: "isv.invalid-timestamp", SubMsg: "非法的时间戳参数", Meaning: "timestamp is not of the form yyyy-MM-dd HH:mm:ss", See: seePublic, Kinds: []string{"parameter"}},
	{Code: "40002", SubCode: "isv.missing-alipay-root-cert-sn", SubMsg: "缺少支付宝根证书序列号", Meaning: "alipay_root_cert_sn is missing in certificate mode", See: seeCert, Kinds: []string{"parameter"}},
	{Code: "40002", SubCode: "isv.missing-app-cert-sn", SubMsg: "缺少应用公钥证书序列号", Meaning: "app_cert_sn is missing in certificate mode", See: seeCert, Kinds: []string{"parameter"}},
	{Code: "40002", SubCode: "isv.missing-signature-config", SubMsg: "验签出错, 未配置对应签名算法的公钥或者证书", Meaning: "the app has neither app_public_key nor app_cert", See: seePublic, Kinds: []string{"signature_key"}},
	{Code: "40002", SubCode: "isv.not-support-app-auth", SubMsg: "本接口不支持第三方代理调用", Meaning: "the method takes no app_auth_token", See: seePublic, Kinds: []string{"api_unauthorized"}, Elsewhere: true},
	{Code: "40002", SubCode: "isv.refresh-token-invalid", SubMsg: "刷新令牌refresh_token无效", Meaning: "refresh_token is missing or was never issued to this app", See: seeOAuth, Kinds: []string{"refresh_invalid"}},
	{Code: "40002", SubCode: "isv.refresh-token-time-out", SubMsg: "刷新令牌refresh_token过期", Meaning: "refresh_token is over its thirty days", See: seeOAuth, Kinds: []string{"refresh_expired"}},
	{Code: "40002", SubCode: "isv.refreshed-token-invalid", SubMsg: "该刷新令牌刷出的令牌已无效，请尝试用返回的令牌再次刷新", Meaning: "refresh_token was used before; each call answers a new one", See: seeOAuth, Kinds: []string{"refresh_used"}},
	{Code: "40002", SubCode: "isv.suspected-attack", SubMsg: "可疑的攻击请求", Meaning: "the platform takes the request for an attack", See: seePublic, Kinds: []string{"forbidden"}, Elsewhere: true},

	{Code: "40004", SubCode: "FORM_ID_NOT_MATCH_APPID", SubMsg: "formId和appId不匹配", Meaning: "form_id was never issued, or to another app", See: seeBusiness, Kinds: []string{"grant_unknown", "grant_mismatch"}},
	{Code: "40004", SubCode: "FORM_ID_OVER_TIME", SubMsg: "formId超时", Meaning: "form_id is over its seven days, or used up", See: seeBusiness, Kinds: []string{"grant_expired", "grant_spent"}},
	{Code: "40004", SubCode: "TRADE_NO_NOT_MATCH_USERID", SubMsg: "tradeNo只能发送给实际付款人", Meaning: "form_id is another user's, or a trade number that nobody paid", See: seeBusiness, Kinds: []string{"grant_mismatch", "grant_unknown"}},
	{Code: "40004", SubCode: "USER_KEYWORD_LENGTH_ERROR", SubMsg: "关键词超长", Meaning: "a keyword's value has more than 50 characters", See: seeBusiness, Kinds: []string{"keyword_length"}},
	{Code: "40004", SubCode: "USER_TEMPLATE_ILLEGAL", SubMsg: "模板非法", Meaning: "the app has no such template", See: seeBusiness, Kinds: []string{"template_unknown", "template_missing"}},
	{Code: "40004", SubCode: "USER_TEMPLATE_LACK_KEYWORD", SubMsg: "缺少关键词", Meaning: "data has not exactly the template's keywords", See: seeBusiness, Kinds: []string{"keywords"}},

	{Code: "40005", SubCode: "isv.app-call-limited", SubMsg: "应用调用次数超限，包含调用频率超限", Meaning: "the app has sent its daily limit of messages", See: seePublic, Kinds: []string{"daily_limit"}},
	{Code: "40005", SubCode: "isv.method-call-limited", SubMsg: "API调用次数超限，包含调用频率超限", Meaning: "the method is called too often", See: seePublic, Kinds: []string{"busy"}, Elsewhere: true},

	{Code: "40006", SubCode: "isv.insufficient-isv-permissions", SubMsg: "ISV权限不足，建议在开发者中心检查对应功能是否已经添加", Meaning: "the app has no push permission", See: seePublic, Kinds: []string{"push_forbidden"}},
	{Code: "40006", SubCode: "isv.insufficient-user-permissions", SubMsg: "用户权限不足", Meaning: "the app that is acted for has no push permission", See: seePublic, Kinds: []string{"push_forbidden"}},
	{Code: "40006", SubCode: "isv.self-invoke-forbidden", SubMsg: "此用户不允许自调用", Meaning: "the app may act for others only", See: seePublic, Kinds: []string{"api_unauthorized"}, Elsewhere: true},
}
