package muban

import (
	"slices"
	"strings"
)

// How far the values of a name are words of ours.
var (
	// ourWords are words of ours, whole or with others in them.
	ourWords = []string{"wanted", "problem", "advice", "kind", "issued", "addressed", "says", "platform", "now"}
	// clientsWords are what a client sent, or words of ours where that cannot
	// be shown.
	clientsWords = []string{
		"value", "missing", "unknown", "permissions", "template_id", "page", "user", "grant_type",
		"offset", "count", "library_id", "keyword_id", "template_id_short", "industry", "primary", "secondary", "other",
	}
)

// chineseValues are values that are words as a whole.
var chineseValues = map[string]string{
	"form": "表单", "payment": "支付", "order": "订单",
	string(WeChatMini): "微信小程序", string(WeChatOA): "微信公众号", string(Baidu): "百度智能小程序", string(Alipay): "支付宝小程序",
	"wechat-mini or wechat-oa": "微信小程序或公众号",
	"logged-in":                "已登录", "guest": "访客",
	"given":   "非空",
	"(empty)": "（空）",
	"a text":  "文本", "a number": "数字", "an object": "对象", "an array": "数组",
	"a number or a text":                              "数字或文本",
	"a text without it":                               "不含该字符的文本",
	"percent-encoded UTF-8":                           "经百分号编码的 UTF-8",
	"percent-encoded":                                 "经百分号编码的",
	"a JSON object":                                   "JSON 对象",
	"a JSON object in it":                             "用该字符集编码的 JSON 对象",
	"the request's signature":                         "请求的签名",
	"RSA2 or RSA":                                     "RSA2 或 RSA",
	"utf-8, gbk, gb2312 or gb18030":                   "utf-8、gbk、gb2312 或 gb18030",
	"of the form yyyy-MM-dd HH:mm:ss":                 "yyyy-MM-dd HH:mm:ss 格式的时间",
	"AES, since biz_content is encrypted":             "AES，因为 biz_content 是加密的",
	"AES, since the body is encrypted":                "AES，因为包体是加密的",
	"the time in milliseconds":                        "以毫秒计的时间",
	"a user's 2088… id, or to_open_id the newer one":  "用户的 2088 开头的 id，或者用 to_open_id 传新版 openid",
	"the id of one of the app's templates":            "应用的某个模板的 id",
	"a form's id or a trade number":                   "表单的 form_id 或交易号",
	"given, or touser for a guest":                    "非空；给访客发送时改用 touser",
	"the id of a form or an order":                    "表单或订单的 scene_id",
	"1 (form), 2 (cashier order) or 3 (direct order)": "1（表单）、2（收银台订单）或 3（直连订单）",
	"a JSON array of keyword numbers like [1,2,3]":    "关键词编号的 JSON 数组，如 [1,2,3]",
	"is missing or empty":                             "缺失或为空",
	"authorization_code or refresh_token":             "authorization_code 或 refresh_token",
	"what it decrypts to is no text, so that it was encrypted with another key": "解密得到的不是文本，说明加密用的是另一个密钥",
	"the content is not base64 of AES-CBC with PKCS #7 padding by this key":     "内容不是用这个密钥以 AES-CBC 加密、PKCS #7 填充后的 base64",
}

// chineseForSent are words of ours in the place of what a client sent.
var chineseForSent = map[string]string{
	"empty": "空的", "(empty)": "（空）", "none": "（无）", "missing or empty": "缺失或为空", "not readable": "无法解析",
	"a text": "文本", "a number": "数字", "an object": "对象", "an array": "数组", "no text": "不是文本",
	"a text with the character U+0000":               "含有字符 U+0000 的文本",
	"an entry with the character U+0000 in its name": "名称含有字符 U+0000 的项",
	"the official account, whose appid is missing":   "公众号（请求里缺少它的 appid）",
	"not a JSON array":                               "不是 JSON 数组",
	"not a JSON object":                              "不是 JSON 对象",
	"not an object":                                  "不是对象",
	"not in the charset that the request names":      "不是请求所声明的字符集",
}

// chinesePhrases are those within a value, where * stands for anything.
var chinesePhrases = [][2]string{
	{"{\"xzh_id\":…,\"category_id\":…} with both members, and sent with touser_openId", "{\"xzh_id\":…,\"category_id\":…}，两项都要有，并且用 touser_openId 指定接收人"},
	{"one that this gateway serves: * or *", "本网关提供的方法：* 或 *"},
	{"one that this gateway serves: *", "本网关提供的方法：*"},
	{"*, the number of the app's certificate", "*，即应用公钥证书的序列号"},
	{"*, the number of this platform's root certificate", "*，即本平台根证书的序列号"},
	{"JSON as text, like *", "JSON 文本，如 *"},
	{"JSON like *", "JSON，如 *"},
	{"a text of at most * characters", "最多 * 个字符的文本"},
	{"at most *", "最多 *"},
	{"like *", "形如 *"},

	{"data is *; it must be an object like *", "data 是*，应为对象，如 *"},
	{"miniprogram is *; it must be an object like *", "miniprogram 是*，应为对象，如 *"},
	{"* is *; it must be an array of numbers", "* 是*，应为数字的数组"},
	{"* is *; it must be true or false", "* 是*，应为 true 或 false"},
	{"* is *; it must be an object", "* 是*，应为对象"},
	{"* is *; it must be a text", "* 是*，应为文本"},
	{"* contains the character U+0000", "* 含有字符 U+0000"},
	{"it has neither weapp_template_msg nor mp_template_msg", "weapp_template_msg 和 mp_template_msg 一个都没有"},
	{"it must be a JSON object; it begins with *", "应为 JSON 对象，而它以 * 开头"},
	{"it must be a JSON object, not *", "应为 JSON 对象，而不是*"},
	{"it must be a JSON object", "应为 JSON 对象"},
	{"it is not UTF-8 from byte * on", "从第 * 字节起不是 UTF-8"},
	{"it is not UTF-8, as JSON must be", "JSON 应为 UTF-8，而它不是"},
	{"it is not UTF-8", "它不是 UTF-8"},
	{"it cannot be read as JSON, at byte *: *", "不是合法的 JSON，第 * 字节处：*"},
	{"it cannot be read as JSON: at byte *: *", "不是合法的 JSON，第 * 字节处：*"},
	{"it cannot be read as JSON: *", "不是合法的 JSON：*"},
	{"it cannot be read as JSON", "不是合法的 JSON"},
	{"it has more than * parts", "超过 * 个部分"},
	{"names * twice", "里 * 出现了两次"},
	{"names *", "里有模板没有的 *"},

	{"it came through a proxy, which sent *", "它经过了代理（带有请求头 *）"},
	{"it came from a web page, whose browser sent *", "它来自网页（浏览器带有请求头 *）"},
	{"its User-Agent begins with *, as a browser's does", "它的 User-Agent 以 * 开头，与浏览器相同"},
	{"its address is not known", "来源地址未知"},
	{"it came from *", "它来自 *"},

	{"* by the sandbox's clock and * by the machine's", "*（沙箱时钟）或 *（本机时钟）"},
	{"it is signed in the field authorization, as wx-server-sdk does before 2.1; signatures of 2.4 and later are read", "签名放在表单字段 authorization 里，这是 wx-server-sdk 2.1 之前的做法；这里只认 2.4 及以后版本的签名"},
	{"the request has no Authorization header", "请求没有 Authorization 头"},
	{"Authorization does not begin with *", "Authorization 没有以 * 开头"},
	{"Authorization has no Credential or no Signature", "Authorization 里缺少 Credential 或 Signature"},
	{"Credential must be *", "Credential 应为 *"},
	{"Signature must be 64 hexadecimal digits", "Signature 应为 64 位十六进制数"},
	{"X-Timestamp must be the time in seconds", "X-Timestamp 应为以秒计的时间"},
	{"the signature must cover the header *", "签名必须包含请求头 *"},
	{"the signature must cover the field *", "签名必须包含字段 *"},
	{"its action is *; only wx.openApi is served, which cloud.openapi sends", "action 是 *；只支持 wx.openApi，即 cloud.openapi 所发送的"},
	{"apiType must be 0, a call to the open API", "apiType 应为 0，即调用开放接口"},
	{"its Content-Type must be multipart/form-data with a boundary", "Content-Type 应为带 boundary 的 multipart/form-data"},
	{"its multipart body is broken or breaks off", "multipart 包体已损坏或不完整"},
	{"a part of its body has no name", "包体中有一个部分没有 name"},
	{"it has the field * twice", "字段 * 出现了两次"},
	{"it has more than * fields", "超过 * 个字段"},
	{"it has more than * parameters", "超过 * 个参数"},
	{"* is a file; this call takes none", "* 是文件，而这个接口不接受文件"},
	{"* is no JSON", "* 不是 JSON"},
	{"the credential's date must be the day of X-Timestamp in UTC, *", "Credential 里的日期应为 X-Timestamp 在 UTC 的那一天，即 *"},
	{"a field of * bytes breaks off after *", "protobuf 里长 * 字节的字段，到 * 字节就中断了"},
	{"field number * does not exist", "protobuf 里没有编号为 * 的字段"},
	{"field * is of wire type *, which is not read", "protobuf 字段 * 的编码类型是 *，不支持"},
	{"a number breaks off, or has more than 64 bits", "protobuf 里的数字不完整，或超过 64 位"},
	{"field * has a value of another kind", "字段 * 的值类型不对"},
	{"field * is not UTF-8", "字段 * 不是 UTF-8"},
}

// jsonPhrases are what encoding/json says of JSON that is none.
var jsonPhrases = [][2]string{
	{"unexpected end of JSON input", "JSON 到这里就中断了"},
	{"invalid character * looking for beginning of value", "应该是一个值，却出现字符 *"},
	{"invalid character * looking for beginning of object key string", "应该是成员名，却出现字符 *"},
	{"invalid character * after object key:value pair", "成员之后出现字符 *"},
	{"invalid character * after object key", "成员名之后出现字符 *"},
	{"invalid character * after array element", "数组元素之后出现字符 *"},
	{"invalid character * after top-level value", "JSON 结束之后还有字符 *"},
	{"invalid character * in string literal", "字符串里有不允许的字符 *"},
	{"invalid character * in string escape code", "转义序列里有不允许的字符 *"},
	{"invalid character * in \\u hexadecimal character escape", "\\u 转义里有不允许的字符 *"},
	{"invalid character * after decimal point in numeric literal", "数字的小数点后有不允许的字符 *"},
	{"invalid character * in exponent of numeric literal", "数字的指数里有不允许的字符 *"},
	{"invalid character * in numeric literal", "数字里有不允许的字符 *"},
	{"invalid character * in literal * (expecting *)", "出现字符 *，而按 * 的拼写，这里应为 *"},
	{"invalid character * exceeded max depth", "在字符 * 处嵌套过深"},
	{"exceeded max depth", "嵌套过深"},
}

// sentPhrases are phrases in the place of what a client sent.
var sentPhrases = [][2]string{
	{"* characters long", "长 * 个字符"},
	{"not in *, the charset that the request names", "不是请求所声明的字符集 *"},
	{"not readable (it cannot be read as JSON, at byte *: *)", "无法解析（不是合法的 JSON，第 * 字节处：*）"},
	{"not readable (it cannot be read as JSON)", "无法解析（不是合法的 JSON）"},
	{"not readable (it is not UTF-8)", "无法解析（不是 UTF-8）"},
	{"not readable (it must be an object like *)", "无法解析（应为对象，如 *）"},
	{"not readable (at byte *: *)", "无法解析（第 * 字节处：*）"},
	{"not readable (*)", "无法解析（*）"},
}

// chineseAdvice are the sentences of Alipay's signature doctor, of which
// several may follow one another.
var chineseAdvice = [][2]string{
	{"the request is too large to be looked into further", "请求太大，没有进一步分析"},
	{"sign was sent without percent-encoding, so that its + arrived as blanks; percent-encode every value that is sent", "sign 没有经百分号编码就发送了，其中的 + 到达时变成了空格；每个参数值发送时都要编码"},
	{"sign was percent-encoded, as the gateway wants it; a header is read as it stands, so send the base64 itself", "sign 像网关参数那样做了百分号编码；请求头是按原样读取的，应直接发送 base64"},
	{"sign is no base64; it must be base64 of the signature", "sign 不是 base64；它应为签名的 base64"},
	{"app_public_key is the platform's own key (alipay_public_key); set it to the public half of the key that the app signs with", "app_public_key 填成了平台的公钥（alipay_public_key）；应填应用自己签名所用私钥对应的公钥"},
	{"it was made by none of the keys known here: the private key that the app signs with does not belong to its app_public_key *, which has * bits; the signature is by a key of *", "签名不出自这里已知的任何密钥：应用签名所用的私钥与它的 app_public_key 不配对（*，* 位；签名所用的密钥是 * 位）"},
	{"it was made by none of the keys known here: the private key that the app signs with does not belong to its app_public_key *", "签名不出自这里已知的任何密钥：应用签名所用的私钥与它的 app_public_key 不配对（*）"},
	{"the app signed with the platform's private key (alipay_private_key); it must sign with its own", "应用用平台的私钥（alipay_private_key）签了名；应使用自己的私钥"},
	{"the app signed with the private key of app *; it must sign with its own, or app_id must be that app's", "应用用另一个应用 * 的私钥签了名；应使用自己的私钥，或者把 app_id 改成那个应用的"},
	{"it was made with *, but sign_type says *", "签名用的是 *，而 sign_type 写的是 *"},
	{"it was made with *, but Authorization says *", "签名用的是 *，而 Authorization 写的是 *"},
	{"another string was signed; compare it with the one that was verified, value by value", "被签名的是另一个字符串；请把它与验签字符串逐项比较"},
	{"; and sign_type was left out, which must be signed", "；另外漏签了 sign_type，它也要参与签名"},
	{"sign_type was left out of what was signed; only the check of asynchronous notices leaves it out", "漏签了 sign_type；只有异步通知的验签才不含它"},
	{"the values were signed percent-encoded; sign them as they are and encode them only to send them", "签名时参数值已经做了百分号编码；应先对原值签名，发送时才编码"},
	{"the values were percent-encoded twice; what is signed is the value that arrives", "参数值编码了两次；参与签名的应是服务器收到的值"},
	{"values with + were sent without percent-encoding, so that it arrived as a blank; encode every value that is sent", "含 + 的值没有编码就发送了，到达时 + 变成了空格；每个参数值发送时都要编码"},
	{"the string was signed in another charset than the request is sent in; sign the bytes that are sent, in charset", "签名所用的字符集与发送时不同；应按 charset 编码，对发送的字节签名"},
	{`JSON was signed with its characters as they are and sent with \u escapes; sign the text that is sent`, `签名时 JSON 的字符保持原样，发送时却写成了 \u 转义；应对实际发送的文本签名`},
	{`JSON was signed with \u escapes and sent with its characters as they are; sign the text that is sent`, `签名时 JSON 的字符写成了 \u 转义，发送时却是原样；应对实际发送的文本签名`},
	{`JSON was signed with <, > and & as \u escapes and sent with them as they are; sign the text that is sent`, `签名时 JSON 里的 <、> 和 & 写成了 \u 转义，发送时却是原样；应对实际发送的文本签名`},
	{`JSON was signed with / and sent with \/; sign the text that is sent`, `签名时 JSON 里是 /，发送时却写成了 \/；应对实际发送的文本签名`},
	{`JSON was signed with \/ and sent with /; sign the text that is sent`, `签名时 JSON 里的 / 写成了 \/，发送时却是 /；应对实际发送的文本签名`},
	{`JSON was signed with \" for its quotes; sign the text that is sent`, `签名时 JSON 的引号写成了 \"；应对实际发送的文本签名`},
	{"the values were signed in quotes, as an older interface wants it; sign them as name=value", "签名时参数值加了引号，那是旧接口的写法；应按 name=value 签名"},
	{"JSON was signed compact and sent with white space; sign the text that is sent", "签名时的 JSON 是紧凑的，发送时却带了空白；应对实际发送的文本签名"},
	{"JSON was signed with white space and sent compact; sign the text that is sent", "签名时的 JSON 带空白，发送时却是紧凑的；应对实际发送的文本签名"},
	{"the string was signed with HTML entities; sign &, quotes and the like as they are", "签名的字符串里有 HTML 实体；&、引号等应按原样签名"},
	{"parameters with a blank value were signed; leave them out", "空值参数参与了签名；应去掉"},
	{"charset was signed twice because it is sent twice; a name is signed once", "charset 发送了两次，也签了两次；同名参数只签一次"},
	{"the parameters were not sorted by name before they were signed", "签名前参数没有按名称排序"},
	{"a value was signed without the white space around it, with which it was sent, as smartwalle/alipay does; send it without", "某个参数值首尾带着空白发送，签名时却去掉了空白（smartwalle/alipay 即如此）；发送时应去掉首尾空白"},
	{"the string was signed with an & at its end", "签名的字符串末尾多了一个 &"},
	{"the string was signed with a line break at its end", "签名的字符串末尾多了一个换行"},
	{"the parameters of the body were left out of what was signed; sign those of the query and of the body", "包体里的参数没有参与签名；查询参数和包体参数都要签"},
	{"the parameters of the query were left out of what was signed; sign those of the query and of the body", "查询参数没有参与签名；查询参数和包体参数都要签"},
	{"the last line of what was signed does not end in a line break; every line does", "签名的最后一行末尾没有换行；每一行都要以换行结尾"},
	{"the body was left out of what was signed; it is a line of its own", "漏签了包体；它自成一行"},
	{"the query was left out of what was signed; it belongs to the path", "漏签了查询串；它与路径在同一行"},
	{"alipay-app-auth-token was left out of what was signed; it is the last line", "漏签了 alipay-app-auth-token；它是最后一行"},
	{"an empty last line was signed; without alipay-app-auth-token there is none", "多签了一个空行；没有 alipay-app-auth-token 时不应有这一行"},
	{"the whole URL was signed; sign its path and query alone", "签的是整个网址；应只签路径和查询串"},
	{"the HTTP method was signed in small letters; sign it as it is sent", "签名时 HTTP 方法用了小写；应与发送时一致"},
	{"the scheme was signed; what is signed begins with the members of Authorization behind it", "把 Authorization 开头的签名算法也签了；应从它后面的各项开始签"},
	{"the body was signed before it was encrypted; encrypt it first and sign what is sent", "包体在加密之前就签了名；应先加密，再对发送的内容签名"},
	{"* was left out of what was signed; every parameter but sign is signed", "漏签了 *；除 sign 外的每个参数都要参与签名"},
}

// chineseValue is a value of ours in Chinese; what is not known stays as it is.
func chineseValue(name, value string) string {
	if slices.Contains(clientsWords, name) {
		if words, known := chineseForSent[value]; known {
			return words
		}
		for _, phrase := range sentPhrases {
			value = translate(phrase, value, false)
		}
		return value
	}
	if !slices.Contains(ourWords, name) {
		return value
	}
	if words, known := chineseValues[value]; known {
		return words
	}
	if name == "advice" {
		for _, phrase := range chineseAdvice {
			value = translate(phrase, value, true)
		}
		return strings.ReplaceAll(value, nextSentence, "；")
	}
	for _, phrase := range chinesePhrases {
		if words := translate(phrase, value, false); words != value {
			return words
		}
	}
	return value
}

// translate writes a phrase that a text is, or that stands within it, in
// Chinese, and what stands for its stars as they are or by chineseValues.
func translate(phrase [2]string, text string, within bool) string {
	parts, words := strings.Split(phrase[0], "*"), strings.Split(phrase[1], "*")
	head, rest := "", text
	if within {
		at := strings.Index(text, parts[0])
		if at < 0 {
			return text
		}
		head, rest = text[:at], text[at:]
	}
	rest, found := strings.CutPrefix(rest, parts[0])
	if !found {
		return text
	}
	var out strings.Builder
	out.WriteString(words[0])
	for i, part := range parts[1:] {
		var value string
		switch {
		case part == "" && within:
			value, rest = beforeNext(rest)
		case part == "":
			value, rest = rest, ""
		case i == len(parts)-2 && !within: // it ends the text: what stands for the star may have it too
			if value, found = strings.CutSuffix(rest, part); !found {
				return text
			}
			rest = ""
		default:
			if value, rest, found = strings.Cut(rest, part); !found {
				return text
			}
		}
		if at := strings.LastIndex(value, nextSentence); within && i == 0 && parts[0] == "" && at >= 0 {
			head, value = value[:at+len(nextSentence)], value[at+len(nextSentence):]
		}
		out.WriteString(chineseWords(value) + words[i+1])
	}
	if rest != "" && !within {
		return text
	}
	return head + out.String() + rest
}

// chineseWords are what stands within a phrase, where that is words of ours or
// of encoding/json.
func chineseWords(value string) string {
	if words, known := chineseValues[value]; known {
		return words
	}
	for _, phrase := range jsonPhrases {
		if words := translate(phrase, value, false); words != value {
			return words
		}
	}
	return value
}

// nextSentence stands between the sentences of an advice.
const nextSentence = "; "

// beforeNext cuts a text before the next sentence, if there is one.
func beforeNext(text string) (before, rest string) {
	if at := strings.Index(text, nextSentence); at >= 0 {
		return text[:at], text[at:]
	}
	return text, ""
}
