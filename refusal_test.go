package muban_test

import (
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/muban-dev/muban"
)

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

// Every rule says the same in English and in Chinese: with the same values,
// and none of them forgotten.
func TestRulesSpeakBothLanguages(t *testing.T) {
	t.Parallel()
	for _, rule := range muban.RuleNames() {
		refusal := muban.Refuse(rule)
		english, words := refusal.Error(), refusal.Chinese()
		if english == string(rule) || !slices.ContainsFunc([]rune(words), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("rule %s: %q and %q; give it words in refusal_rules.go and in refusal_chinese.go", rule, english, words)
			continue
		}
		named := func(text string) []string {
			names := map[string]bool{}
			for _, name := range placeholder.FindAllString(text, -1) {
				names[name] = true
			}
			return slices.Sorted(maps.Keys(names))
		}
		if !slices.Equal(named(english), named(words)) {
			t.Errorf("rule %s: the English words show %v, the Chinese ones %v", rule, named(english), named(words))
		}
	}
}

// advised is a refusal of Alipay's signature doctor, whose advice is not cut.
func advised(advice string) *muban.Refusal {
	refusal := muban.Refuse(muban.RuleSignatureWrong, "app_id", "2021")
	refusal.Values["advice"] = advice
	return refusal
}

// Values that are words of ours are in the refusal's language; what a client
// sent is not touched.
func TestValuesInChinese(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		refusal *muban.Refusal
		want    string
	}{
		{
			muban.Refuse(muban.RuleRequestParameter, "parameter", "scene_type", "value", "missing or empty", "wanted", "1 (form), 2 (cashier order) or 3 (direct order)"),
			"参数 scene_type 不对（缺失或为空），应为：1（表单）、2（收银台订单）或 3（直连订单）",
		},
		{
			muban.Refuse(muban.RuleRequestMalformed, "problem", `data is an array; it must be an object like {"keyword1":{"value":"…"}}`),
			`包体无法解析：data 是数组，应为对象，如 {"keyword1":{"value":"…"}}`,
		},
		{
			muban.Refuse(muban.RuleRequestMalformed, "problem", "force_refresh is a text; it must be true or false"),
			"包体无法解析：force_refresh 是文本，应为 true 或 false",
		},
		{
			advised("the app signed with the private key of app 2022; it must sign with its own, or app_id must be that app's; it was made with SHA-1, but sign_type says RSA2; biz_content was left out of what was signed; every parameter but sign is signed"),
			"sign 不是应用 2021 对这个请求的签名：应用用另一个应用 2022 的私钥签了名；应使用自己的私钥，或者把 app_id 改成那个应用的；签名用的是 SHA-1，而 sign_type 写的是 RSA2；漏签了 biz_content；除 sign 外的每个参数都要参与签名。验签所用的字符串见 values 里的 signed",
		},
		{
			muban.Refuse(muban.RuleSignatureWrong, "app_id", "2021", "advice", "it was made by none of the keys known here: the private key that the app signs with does not belong to its app_public_key ab:cd, which has 2048 bits; the signature is by a key of 1024"),
			"sign 不是应用 2021 对这个请求的签名：签名不出自这里已知的任何密钥：应用签名所用的私钥与它的 app_public_key 不配对（ab:cd，2048 位；签名所用的密钥是 1024 位）。验签所用的字符串见 values 里的 signed",
		},
		{
			muban.Refuse(muban.RuleRequestParameter, "parameter", "biz_content", "value", "not readable (at byte 2: invalid character 'Q' in literal null (expecting 'u'))", "wanted", "a JSON object"),
			"参数 biz_content 不对（无法解析（第 2 字节处：出现字符 'Q'，而按 null 的拼写，这里应为 'u'）），应为：JSON 对象",
		},
		{
			muban.Refuse(muban.RuleRequestParameter, "parameter", "alipay-encrypt-type", "value", "DES", "wanted", "AES, since the body is encrypted"),
			"参数 alipay-encrypt-type 不对（DES），应为：AES，因为包体是加密的",
		},
		{
			muban.Refuse(muban.RuleDataText, "key", "keyword1", "value", "at most {key} like this"),
			`data.keyword1 是 at most {key} like this；模板消息的内容只能是文本：{"value":"…"}`,
		},
		{
			muban.Refuse(muban.RuleGrantSpent, "grant_id", "form", "kind", "form", "uses", "1", "spent_by", "7"),
			"凭证 form（表单）已用完：共可用 1 次，已用于消息 7",
		},
		{
			muban.Refuse(muban.RuleGrantSceneType, "grant_id", "11.7f", "kind", "form", "wanted", "1", "scene_type", "2"),
			"凭证 11.7f 是表单凭证，对应 scene_type 1；请求里的 scene_type 是 2",
		},
		{
			muban.Refuse(muban.RuleTokenPlatform, "app_id", "wx1", "platform", "wechat-mini", "wanted", "wechat-oa"),
			"应用 wx1 属于微信小程序，而这个接口是微信公众号的",
		},
		{
			muban.Refuse(muban.RuleTokenStranger, "app_id", "wx1", "platform", "wechat-mini", "wanted", "baidu"),
			"这个 access_token 是签发给微信小程序应用 wx1 的，而这个接口是百度智能小程序的",
		},
	} {
		if got := test.refusal.Chinese(); got != test.want {
			t.Errorf("rule %s:\n got %s\nwant %s", test.refusal.Rule, got, test.want)
		}
	}
}

// Whatever encoding/json finds wrong is said in Chinese: every byte of some
// JSON is replaced, and it is broken off everywhere.
func TestJSONErrorsInChinese(t *testing.T) {
	t.Parallel()
	english := regexp.MustCompile(`[A-Za-z]{2,}`)
	heard := map[string]bool{}
	const sample = `{"a":[-1.5e+3,"\u0041\n",true,false,null,{}],"b":0}`
	texts := []string{strings.Repeat("[", 20_000), sample + "x"}
	for at := range len(sample) {
		texts = append(texts, sample[:at])
		for _, other := range []string{"}", "\x00", "*", `"`, "'", "7", "."} {
			texts = append(texts, sample[:at]+other+sample[at+1:])
		}
	}
	for _, text := range texts {
		var ignored any
		err := json.Unmarshal([]byte(text), &ignored)
		var syntax *json.SyntaxError
		if !errors.As(err, &syntax) {
			continue
		}
		words := muban.Refuse(muban.RuleRequestMalformed, "problem", "it cannot be read as JSON, at byte 7: "+syntax.Error()).Chinese()
		for _, word := range english.FindAllString(words, -1) {
			if !slices.Contains([]string{"JSON", "true", "false", "null"}, word) {
				t.Errorf("%q is left in %s (%v)", word, words, err)
			}
		}
		heard[words] = true
	}
	if len(heard) < 40 {
		t.Errorf("%d errors were looked at", len(heard))
	}
}

// Documents by whose they are; those that name none of them are everybody's.
// What is both kinds' of WeChat counts as either's.
var documents = map[string]*regexp.Regexp{
	"mini":     regexp.MustCompile(`seed 002|protocol\.md §2\b`),
	"official": regexp.MustCompile(`seed 004|protocol\.md §3\b`),
	"wechat":   regexp.MustCompile(`WeChat|dialects/(wechat|cloudcall)|protocol\.md §(1\.[1-4]|6)\b`),
	"baidu":    regexp.MustCompile(`Baidu|seed 00[01]|dialects/baidu|protocol\.md §(1\.[56]|4)\b`),
	"alipay":   regexp.MustCompile(`Alipay|dialects/alipay|protocol\.md §5\b`),
}

// ownRules are the rules, by how their names begin, that not every platform
// has; the first that fits counts. wechat is both of its kinds, mini and
// official.
var ownRules = []struct{ begins, of string }{
	{"token.superseded", "wechat"},
	{"token.use", "wechat"},
	{"token.", "wechat baidu"},
	{"auth.secret", "wechat baidu"},
	{"signature.form", "wechat"},
	{"signature.match", "wechat"},
	{"signature.time", "wechat alipay"},
	{"signature.", "alipay"},
	{"cloud.", "wechat"},
	{"app.linked", "mini"},
	{"login.guest", "baidu"},
	{"request.get", "wechat"},
	{"request.post", "wechat alipay"},
	{"request.empty", "wechat alipay"},
	{"recipient.follows", "official"},
	{"recipient.", "wechat"},
	{"data.text", "mini baidu alipay"},
	{"data.argument", "official"},
	{"miniprogram.", "official"},
	{"client_msg_id.", "official"},
	{"industry.", "official"},
	{"template.number", "official"},
	{"template.industry", "official"},
	{"template.limit", "wechat baidu"},
	{"template.placeholder", "official"}, // the native API's, which names no document
	{"keyword.name", "official"},
	{"keyword.length", "alipay"},
	{"keyword.", "mini baidu"},
	{"keywords.", "alipay"},
	{"grant.missing", "mini"},
	{"grant.mock", "mini"},
	{"grant.scene_type", "baidu"},
	{"grant.login", "baidu"},
	{"grant.", "mini baidu alipay"},
	{"content.", "alipay"},
	{"authorization.", "alipay"},
	{"certificate.", "alipay"},
	{"push.delegated", "alipay"},
	{"page.", "mini baidu alipay"},
	{"list.", "mini baidu"},
	{"title.", "mini baidu"},
}

// A refusal of a platform cites no other platform's document.
func TestRefusalsCiteTheirPlatform(t *testing.T) {
	t.Parallel()
	names := map[muban.Platform]string{muban.WeChatMini: "mini", muban.WeChatOA: "official", muban.Baidu: "baidu", muban.Alipay: "alipay"}
	for _, rule := range muban.RuleNames() {
		of := "wechat baidu alipay"
		if i := slices.IndexFunc(ownRules, func(own struct{ begins, of string }) bool { return strings.HasPrefix(string(rule), own.begins) }); i >= 0 {
			of = ownRules[i].of
		}
		of = strings.ReplaceAll(of, "wechat", "mini official")
		for _, platform := range muban.Platforms() {
			own := []string{names[platform]}
			if !strings.Contains(of, own[0]) {
				continue
			}
			if platform == muban.WeChatMini || platform == muban.WeChatOA {
				own = append(own, "wechat")
			}
			see := muban.Refuse(rule).On(platform).See
			for other, cited := range documents {
				if !slices.Contains(own, other) && cited.MatchString(see) {
					t.Errorf("rule %s on %s cites %q, which is %s's; give it its place in refusal_places.go, or name it in ownRules", rule, platform, see, other)
				}
			}
		}
	}
}

// On changes no refusal but its own.
func TestOnIsACopy(t *testing.T) {
	t.Parallel()
	refusal := muban.Refuse(muban.RuleTokenMissing)
	before := refusal.See
	if there := refusal.On(muban.Baidu); there.See == before || refusal.See != before || there.Rule != refusal.Rule {
		t.Errorf("%+v became %+v", refusal, there)
	}
}

// What a refusal cites is the place that has the rule, for each call that may
// be refused by it.
func TestRefusalsCiteThePlaceOfTheCall(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rule     muban.Rule
		platform muban.Platform
		wants    []string
	}{
		{muban.RuleListCount, muban.Baidu, []string{"getTemplateLibraryList", "getTemplateList"}}, // seed 001 bounds the one, seed 003 the other
		{muban.RuleTemplateUnknown, muban.Baidu, []string{"4001", "30001"}},
		{muban.RuleGrantUnknown, muban.Alipay, []string{"FORM_ID_NOT_MATCH_APPID", "TRADE_NO_NOT_MATCH_USERID"}},
	} {
		see := muban.Refuse(test.rule).On(test.platform).See
		for _, want := range test.wants {
			if !strings.Contains(see, want) {
				t.Errorf("rule %s on %s cites %q, which lacks %s", test.rule, test.platform, see, want)
			}
		}
	}
}
