package alipay

import (
	"net/http"
	"slices"
)

// V3Error is one row of the table of error codes of OpenAPI V3.
type V3Error struct {
	// Status is that of HTTP.
	Status int
	// Code is the row's name, Message the platform's text.
	Code, Message string
	// Meaning says when the code is answered.
	Meaning string
	// Kinds are the refusals that the code stands for, the usual one first, in
	// the words of muban.Kind, which this package does not import.
	Kinds []string
}

// V3Errors lists the table: what this server answers, by status and code. The
// platform has more.
func V3Errors() []V3Error { return slices.Clone(v3Errors) }

// V3ErrorOf returns the row of a code; ok is false for one that is not in the
// table.
func V3ErrorOf(code string) (row V3Error, ok bool) {
	i := slices.IndexFunc(v3Errors, func(e V3Error) bool { return e.Code == code })
	if i < 0 {
		return V3Error{}, false
	}
	return v3Errors[i], true
}

const (
	bad          = http.StatusBadRequest
	unauthorized = http.StatusUnauthorized
)

// v3Errors has one row per code. The codes are those of the platform's own
// description of V3, as its SDKs have them (alipay-sdk-java-v3 3.1.15.ALL:
// CommonErrorType, and the error models of the two calls): of a gateway's code
// what follows isv., aop. or isp., but for what a single call answers. The
// texts are the gateway's. Statuses and what has another source, or none:
// protocol.md §5.8.
var v3Errors = []V3Error{
	{bad, "FORM_ID_NOT_MATCH_APPID", "formId和appId不匹配", "form_id was never issued, or to another app", []string{"grant_unknown", "grant_mismatch"}},
	{bad, "FORM_ID_OVER_TIME", "formId超时", "form_id is over its seven days, or used up", []string{"grant_expired", "grant_spent"}},
	{bad, "TRADE_NO_NOT_MATCH_USERID", "tradeNo只能发送给实际付款人", "form_id is another user's, or a trade number that nobody paid", []string{"grant_mismatch", "grant_unknown"}},
	{bad, "USER_KEYWORD_LENGTH_ERROR", "关键词超长", "a keyword's value has more than 50 characters", []string{"keyword_length"}},
	{bad, "USER_TEMPLATE_ILLEGAL", "模板非法", "the app has no such template", []string{"template_unknown", "template_missing"}},
	{bad, "USER_TEMPLATE_LACK_KEYWORD", "缺少关键词", "data has not exactly the template's keywords", []string{"keywords"}},

	{bad, "isv.code-invalid", "授权码code无效", "code is missing, was never issued to this app, is over its five minutes or was used", []string{"login_code_invalid", "login_code_used", "login_code_missing"}},
	{bad, "isv.grant-type-invalid", "grant_type参数不正确", "grant_type is neither authorization_code nor refresh_token", []string{"grant_type_invalid"}},
	{bad, "isv.refresh-token-invalid", "刷新令牌refresh_token无效", "refresh_token is missing or was never issued to this app", []string{"refresh_invalid"}},
	{bad, "isv.refresh-token-time-out", "刷新令牌refresh_token过期", "refresh_token is over its thirty days", []string{"refresh_expired"}},
	{bad, "isv.refreshed-token-invalid", "该刷新令牌刷出的令牌已无效，请尝试用返回的令牌再次刷新", "refresh_token was used before; each call answers a new one", []string{"refresh_used"}},

	{bad, "app-cert-not-exist", "应用公钥证书不存在", "app_cert_sn is not the number of the app's certificate", []string{"parameter"}},
	{bad, "decryption-error-missing-encrypt-type", "解密出错, 未指定加密算法", "the body is encrypted and alipay-encrypt-type is missing", []string{"parameter"}},
	{bad, "decryption-error-not-valid-encrypt-key", "解密出错, 未配置加密密钥或加密密钥格式错误", "the app has no content key, or one that is no AES key", []string{"content"}},
	{bad, "decryption-error-unknown", "解密出错，未知异常", "the body cannot be decrypted with the app's content key", []string{"content"}},
	{bad, "illegal-json", "非法的JSON", "the body is no JSON object in UTF-8", []string{"body_malformed"}},
	{bad, "illegal-timestamp", "非法的时间戳参数", "timestamp is more than ten minutes ago or ahead", []string{"signature_expired"}},
	{bad, "invalid-alipay-root-cert-sn", "无效的支付宝根证书序列号", "alipay-root-cert-sn is not the number of this platform's root certificate", []string{"parameter"}},
	{bad, "invalid-app-id", "无效的AppID参数", "there is no app of this app_id", []string{"app_unknown"}},
	{bad, "invalid-encrypt-type", "无效的加密类型", "alipay-encrypt-type is not AES", []string{"parameter"}},
	{bad, "invalid-http-method", "无效的HTTP请求方法", "the call is made by POST", []string{"needs_post", "needs_get"}},
	{bad, "invalid-parameter", "参数无效", "a parameter is missing or not what it must be", []string{"parameter", "page_unknown", "body_malformed", "body_too_large", "body_empty"}},
	{bad, "invalid-signature", "无效签名", "sign is not the signature of this request by the app's key", []string{"signature_invalid"}},
	{bad, "invalid-signature-type", "无效的签名类型", "Authorization does not begin with ALIPAY-SHA256withRSA", []string{"parameter"}},
	{bad, "invalid-timestamp", "非法的时间戳参数", "timestamp is not the time in milliseconds", []string{"parameter"}},
	{bad, "missing-app-cert-sn", "缺少应用公钥证书序列号", "app_cert_sn is missing in certificate mode", []string{"parameter"}},
	{bad, "missing-app-id", "缺少appId参数", "app_id is missing", []string{"app_missing"}},
	{bad, "missing-signature", "缺少签名参数", "sign is missing", []string{"parameter"}},
	{bad, "missing-signature-config", "验签出错, 未配置对应签名算法的公钥或者证书", "the app has neither app_public_key nor app_cert", []string{"signature_key"}},
	{bad, "missing-timestamp", "缺少时间戳参数", "timestamp is missing, or Authorization is", []string{"parameter"}},

	{unauthorized, "app-auth-token-time-out", "应用授权令牌已过期", "alipay-app-auth-token is over its life", []string{"token_expired"}},
	{unauthorized, "insufficient-isv-permissions", "ISV权限不足，建议在开发者中心检查对应功能是否已经添加", "the app has no push permission", []string{"push_forbidden"}},
	{unauthorized, "insufficient-user-permissions", "用户权限不足", "the app that is acted for has no push permission", []string{"push_forbidden"}},
	{unauthorized, "invalid-app-auth-token", "无效的应用授权令牌", "alipay-app-auth-token was never issued, or not to this app", []string{"token_invalid"}},

	{http.StatusNotFound, "invalid-method", "不存在的方法名", "there is no call at this path", []string{"unknown_path"}},
	{http.StatusTooManyRequests, "app-call-limited", "应用调用次数超限，包含调用频率超限", "the app has sent its daily limit of messages", []string{"daily_limit"}},
	{http.StatusInternalServerError, "unknow-error", "服务暂不可用（业务系统不可用）", "the server is busy or failed; nothing was stored, try again", []string{"busy"}},
}
