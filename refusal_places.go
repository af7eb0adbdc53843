package muban

// The documents that say the same of several platforms' rules.
const (
	baiduSend     = "Baidu sendTemplateMessage (seed 000), "
	baiduScenes   = "Baidu 消息模板 (seed 001), 下发条件说明"
	baiduAdd      = "Baidu 消息模板 (seed 001), addTemplate"
	baiduGateway  = "docs/protocol.md §1.6"
	baiduBodies   = "docs/protocol.md §4.1"
	alipayParams  = "docs/protocol.md §5.1; of certificates and encryption §5.6; of V3 §5.8"
	alipayBodies  = "docs/protocol.md §5.2; of V3 §5.8"
	alipayPublic  = "docs/protocol.md §5.4, public codes"
	alipayFailure = "docs/protocol.md §5.4, "
	officialCodes = "docs/protocol.md §3.4, "
	officialLimit = "docs/protocol.md §3.3, "
	alipayV3      = "docs/protocol.md §5.8"
)

// places are where the documents of a platform have a rule that others have
// too. Where none stands here it is the place in ruleFacts: WeChat's, of its two
// kinds that of mini programs, or ours.
var places = map[Rule]map[Platform]string{
	RuleTokenMissing:  {Baidu: baiduGateway + ", 110"},
	RuleTokenUnknown:  {Baidu: baiduGateway + ", 110"},
	RuleTokenRevoked:  {Baidu: baiduGateway + ", 110"},
	RuleTokenExpired:  {Baidu: baiduGateway + ", 111"},
	RuleTokenPlatform: {Baidu: baiduGateway + ", 110"},
	RuleTokenStranger: {Baidu: baiduGateway + ", 110"},

	RuleAuthGrantType:  {Baidu: "docs/protocol.md §1.5", Alipay: "docs/protocol.md §1.7"},
	RuleAuthAppMissing: {Baidu: "docs/protocol.md §1.5", Alipay: alipayPublic},
	RuleAuthAppUnknown: {Baidu: "docs/protocol.md §1.5", Alipay: alipayPublic},
	RuleAuthNoSecret:   {Baidu: "docs/protocol.md §1.5"},
	RuleAuthSecret:     {Baidu: "docs/protocol.md §1.5"},

	RuleRequestPost:      {Alipay: alipayV3},
	RuleRequestEmpty:     {Alipay: alipayV3},
	RuleSignatureTime:    {Alipay: alipayV3},
	RuleRequestMethod:    {Baidu: baiduGateway + ", 3", Alipay: "docs/protocol.md §5.2"},
	RuleRequestMalformed: {Baidu: baiduBodies, Alipay: alipayBodies},
	RuleRequestParameter: {Baidu: baiduBodies + "; of a send " + baiduSend + "请求参数", Alipay: alipayParams},
	RuleRequestMissing:   {Alipay: alipayParams},
	RuleDataText:         {Baidu: "Baidu 消息模板 (seed 001), 使用场景", Alipay: alipayParams},

	RuleCloudPermission: {WeChatOA: "docs/dialects/cloudcall.md"},

	RuleRecipientMissing: {WeChatOA: officialCodes + "40003"},
	RuleRecipientUnknown: {WeChatOA: officialCodes + "40003"},

	RuleTemplateMissing: {WeChatOA: officialCodes + "40036", Baidu: baiduSend + "4001", Alipay: alipayFailure + "USER_TEMPLATE_ILLEGAL"},
	RuleTemplateUnknown: {WeChatOA: officialCodes + "40037", Baidu: baiduSend + "4001; of templatedel docs/protocol.md §4.3, 30001", Alipay: alipayFailure + "USER_TEMPLATE_ILLEGAL"},
	RuleTemplateLimit:   {WeChatOA: officialLimit + "45026", Baidu: "docs/protocol.md §4.3, 2003"},
	RulePageUnknown:     {Baidu: baiduSend + "2002; docs/decisions.md, page", Alipay: alipayPublic + "; docs/decisions.md, page"},
	RulePushAllowed:     {Baidu: baiduSend + "6001", Alipay: alipayPublic},
	RuleDailyLimit:      {WeChatOA: officialLimit + "45009", Baidu: baiduGateway + ", 17", Alipay: alipayPublic},

	RuleGrantUnknown: {Baidu: baiduSend + "4003 and 4004", Alipay: alipayFailure + "FORM_ID_NOT_MATCH_APPID; of a trade number TRADE_NO_NOT_MATCH_USERID"},
	RuleGrantExpired: {Baidu: baiduScenes, Alipay: alipayFailure + "FORM_ID_OVER_TIME"},
	RuleGrantSpent:   {Baidu: baiduScenes, Alipay: "docs/dialects/alipay.md, Refusals"},
	RuleGrantOwner:   {Baidu: baiduSend + "Q&A 1", Alipay: alipayFailure + "TRADE_NO_NOT_MATCH_USERID"},
	RuleGrantApp:     {Baidu: baiduSend + "Q&A 1", Alipay: alipayFailure + "FORM_ID_NOT_MATCH_APPID"},

	RuleListOffset:      {Baidu: "Baidu 消息模板 (seed 001), getTemplateList"},
	RuleListCount:       {Baidu: "Baidu 消息模板 (seed 001), getTemplateLibraryList; of templates uni-app templates (seed 003), getTemplateList"},
	RuleTitleUnknown:    {Baidu: "Baidu 消息模板 (seed 001), getTemplateLibraryById"},
	RuleKeywordCount:    {Baidu: baiduAdd},
	RuleKeywordUnknown:  {Baidu: baiduAdd},
	RuleKeywordRepeated: {Baidu: baiduAdd},

	RuleBusy: {Baidu: baiduGateway + ", 2; " + baiduSend + "4002", Alipay: alipayPublic},
}

// On is the refusal as a call of the platform is answered with it: with the
// place in that platform's documents.
func (r *Refusal) On(p Platform) *Refusal {
	place, own := places[r.Rule][p]
	if !own {
		return r
	}
	there := *r
	there.See = place
	return &there
}
