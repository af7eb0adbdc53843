package wechat

// What errorTable says of Answered.
const (
	answered = true
	listed   = false // documented, and answered by nothing that is here
)

const (
	tableOf004 = "WeChat OA template messages (seed 004), 返回码说明"
	sendOf002  = "WeChat templateMessage.send (seed 002), errcode"
)

// errorTable has one row per code, ascending. The texts are the English ones
// of the platform's return codes (protocol.md, "Errmsg strings"), spelt as it
// spells them; those of 40066 and 45002 are also in its "common error codes",
// which explains them as a URL that is not the document's and a request that
// is too large. 85107 is documented with a Chinese text only. Where the table of seed 004 and the platform disagree
// (protocol.md §0 row 8) the row is the platform's, and says so.
var errorTable = []Error{
	{-1, "system error", "the server is busy or failed; nothing was stored, try again", "docs/protocol.md §1.3", answered, []string{"busy"}},
	{0, "ok", "the call was served", tableOf004, answered, nil},
	{40001, "invalid credential, access_token is invalid or not latest", "access_token was never issued, was revoked, or a newer one took its place", "docs/protocol.md §1.3", answered, []string{"token_invalid"}},
	{40002, "invalid grant_type", "grant_type is not client_credential", "docs/protocol.md §1.3", answered, []string{"grant_type_invalid"}},
	{40003, "invalid openid", "touser is missing or not a user of this app", "docs/protocol.md §2.2, §3.4", answered, []string{"recipient_unknown"}},
	{40004, "invalid media type", "of media: the type of a file", tableOf004, listed, nil},
	{40005, "invalid file type", "of media: the type of a file", tableOf004, listed, nil},
	{40006, "invalid meida size", "of media: the size of a file", tableOf004, listed, nil},
	{40007, "invalid media_id", "of media: no such file", tableOf004, listed, nil},
	{40008, "invalid message type", "of other messages: their type", tableOf004, listed, nil},
	{40009, "invalid image size", "of media: the size of a picture", tableOf004, listed, nil},
	{40010, "invalid voice size", "of media: the size of a recording", tableOf004, listed, nil},
	{40011, "invalid video size", "of media: the size of a film", tableOf004, listed, nil},
	{40012, "invalid thumb size", "of media: the size of a thumbnail", tableOf004, listed, nil},
	{40013, "invalid appid", "no such app, or no official account linked to this one", "docs/protocol.md §1.3, §2.3", answered, []string{"app_unknown", "app_not_linked"}},
	{40014, "invalid access_token", "of a malformed access_token; here that is 40001", "docs/protocol.md §1.3, §3.4", listed, []string{"token_invalid"}},
	{40029, "invalid code", "js_code was never issued to this app, or is over its five minutes", "docs/protocol.md §1.7", answered, []string{"login_code_invalid"}},
	{40036, "invalid template_id size", "template_id is missing or empty", "docs/protocol.md §2.2, §3.4", answered, []string{"template_missing"}},
	{40037, "invalid template_id", "the app has no such template, or the library of official accounts no such number", sendOf002 + "; docs/protocol.md §3.4", answered, []string{"template_unknown"}},
	{40066, "invalid url", "there is no call at this path", "docs/decisions.md", answered, []string{"unknown_path"}},
	{40097, "invalid args", "the template library has no such title", "docs/protocol.md §2.2", answered, []string{"title_unknown"}},
	{40102, "invalid industry id", "industry_id1 or industry_id2 is no code of an industry", "docs/protocol.md §3.4", answered, []string{"industry_unknown"}},
	{40103, "invalid industry index", "industry_id1 or industry_id2 is missing", "docs/protocol.md §3.4", answered, []string{"industry_missing"}},
	{40125, "invalid appsecret", "secret is not the app's", "docs/protocol.md §1.3", answered, []string{"secret_wrong"}},
	{40163, "code been used", "js_code was exchanged before; it is good once", "docs/protocol.md §1.7", answered, []string{"login_code_used"}},
	{40164, "invalid ip, not in whitelist", "of a token call from an address that is not on the app's list, which is not here", "docs/protocol.md §1.3", listed, []string{"api_unauthorized"}},
	{40165, "invalid weapp pagepath", "miniprogram.pagepath is not one of that mini program's pages", "docs/protocol.md §3.4", answered, []string{"mini_program_page"}},
	{40166, "invalid weapp appid", "miniprogram.appid is not a mini program", "docs/protocol.md §3.4", answered, []string{"mini_program_unknown"}},
	{40243, "AppSecret frozen", "of an app whose secret is frozen, which none is here", "docs/protocol.md §1.3", listed, []string{"secret_wrong"}},
	{40246, "keyword name invalid", "keyword_name_list is empty or names a keyword that the template of a class does not have", "docs/protocol.md §3.3, §3.4", answered, []string{"keyword_name"}},
	{40247, "历史模板库已升级为类目模板。历史模板库内模板不再支持添加。 如有相关消息需求,可使用类目模板库ID添加对应模板", "of templates numbered TM and OPENTM since the platform retired them; here they can be added", "docs/protocol.md §3.3, §3.4", listed, []string{"title_unknown"}},
	{41001, "access_token missing", "the query has no access_token", "docs/protocol.md §1.3", answered, []string{"token_missing"}},
	{41002, "appid missing", "appid is missing or empty", "docs/protocol.md §1.3", answered, []string{"app_missing"}},
	{41003, "refresh_token missing", "of signing in on web pages", tableOf004, listed, nil},
	{41004, "appsecret missing", "secret is missing or empty", "docs/protocol.md §1.3", answered, []string{"secret_missing"}},
	{41005, "media data missing", "of media: no file", tableOf004, listed, nil},
	{41006, "media_id missing", "of media; the table of seed 004 says that access_token is over its life, which is 42001", tableOf004 + "; docs/protocol.md §0 row 8", listed, nil},
	{41008, "missing code", "js_code is missing or empty", "docs/protocol.md §1.7", answered, []string{"login_code_missing"}},
	{41028, "invalid form id", "form_id is missing, unknown, expired or another user's", sendOf002, answered, []string{"grant_unknown", "grant_expired", "grant_mismatch"}},
	{41029, "form id used count reach limit", "form_id has no uses left", sendOf002, answered, []string{"grant_spent"}},
	{41030, "invalid page", "page is not one of the app's pages", sendOf002, answered, []string{"page_unknown"}},
	{41031, "the form id have been blocked!", "of a form that the platform has blocked, which none is here", "docs/protocol.md §2.2", listed, []string{"grant_unknown"}},
	{42001, "access_token expired", "access_token is over its life of two hours; the table of seed 004 says that GET is required, which is 43001", "docs/protocol.md §1.3, §0 row 8", answered, []string{"token_expired"}},
	{43001, "require GET method", "the call does not take this method; the table of seed 004 has this meaning at 42001", "docs/protocol.md §1.3, §0 row 8", answered, []string{"needs_get"}},
	{43002, "require POST method", "the call takes POST only", "docs/protocol.md §1.3", answered, []string{"needs_post"}},
	{43003, "require https", "of calls by plain HTTP, which is served here", tableOf004, listed, nil},
	{43004, "require subscribe", "touser does not follow the official account", "docs/protocol.md §3.4", answered, []string{"not_following"}},
	{43019, "require remove blacklist", "of a user whom the account has blacklisted, which is not here", "docs/protocol.md §3.4", listed, nil},
	{43100, "change template too frequently", "the industries were set before in this calendar month", "docs/protocol.md §3.3, §3.4", answered, []string{"industry_too_often"}},
	{43101, "user refuse to accept the msg", "of subscribe messages; a template message to who refuses it is accepted, and its event says so", "docs/protocol.md §3.4", listed, nil},
	{43104, "this appid does not have permission", "of accounts without the right to template messages, which every one has here", "docs/protocol.md §3.4", listed, []string{"api_unauthorized"}},
	{44001, "empty media data", "of media: an empty file", tableOf004, listed, nil},
	{44002, "empty post data", "the request has no body", "docs/protocol.md §1.3", answered, []string{"body_empty"}},
	{44003, "empty news data", "of other messages: no article", tableOf004, listed, nil},
	{45001, "media size out of limit", "of media: the size of a file", tableOf004, listed, nil},
	{45002, "content size out of limit", "the request's body is too large", tableOf004 + "; docs/decisions.md", answered, []string{"body_too_large"}},
	{45003, "title size out of limit", "of other messages: the length of a title", tableOf004, listed, nil},
	{45004, "description size out of limit", "of other messages: the length of a description", tableOf004, listed, nil},
	{45005, "url size out of limit", "of other messages: the length of a link", tableOf004, listed, nil},
	{45006, "picurl size out of limit", "of other messages: the length of a picture's link", tableOf004, listed, nil},
	{45007, "playtime out of limit", "of media: the length of a recording", tableOf004, listed, nil},
	{45008, "article size out of limit", "of other messages: the number of articles", tableOf004, listed, nil},
	{45009, "reach max api daily quota limit", "the app has sent its daily limit of messages", sendOf002 + "; docs/protocol.md §3.3", answered, []string{"daily_limit"}},
	{45011, "api minute-quota reach limit, must slower, retry next minute", "of more calls than the platform serves in a minute; there is no such limit here", "docs/protocol.md §1.3", listed, []string{"busy"}},
	{45012, "template size out of limit", "of a template that is too large; no document says from where on", "docs/protocol.md §3.4", listed, nil},
	{45013, "too many template args", "of a template with too many parameters; no document says how many", "docs/protocol.md §3.4", listed, nil},
	{45014, "template message size out of limit", "of a message that is too large; no document says from where on", "docs/protocol.md §3.4", listed, nil},
	{45026, "template num exceeds limit", "the app holds as many templates as it may", "docs/protocol.md §2.2, §3.3", answered, []string{"template_limit"}},
	{45027, "template conflict with industry", "the template belongs to an industry that is none of the account's two", "docs/protocol.md §3.4", answered, []string{"template_industry"}},
	{45051, "template msg use invalid link", "of a link that the platform forbids; every url is accepted here", "docs/protocol.md §3.4", listed, nil},
	{45067, "clientmsgid size out of limit", "client_msg_id has over 256 bytes", "docs/dialects/wechat.md", answered, []string{"client_msg_id_size"}},
	{45075, "invalid keyword id", "keyword_id_list names a keyword that the title does not have, or one twice", "docs/protocol.md §2.2", answered, []string{"keyword_invalid"}},
	{45076, "invalid count", "count is missing or not from 1 to 20", "docs/protocol.md §2.2", answered, []string{"count"}},
	{45100, "invalid size of keyword_id_list", "keyword_id_list holds none or more than 10", "docs/protocol.md §2.2", answered, []string{"keyword_count"}},
	{45164, "invalid offset", "offset is missing or not a whole number from 0", "docs/protocol.md §2.2", answered, []string{"offset"}},
	{46001, "media data no exist", "of media: no such file", tableOf004, listed, nil},
	{47001, "data format error", "the body is no JSON object, or a member has a type that cannot be read", "docs/protocol.md §1.3", answered, []string{"body_malformed"}},
	{47003, "argument invalid! data.{key}.value invalid", "an entry of an official account's data is no text", "docs/protocol.md §3.4", answered, []string{"data_argument"}},
	{48001, "api unauthorized", "access_token is good, but of an app of another kind", "docs/protocol.md §1.3", answered, []string{"api_unauthorized"}},
	{48004, "api forbidden for irregularities", "of an app that may not make the call for its conduct, which none is here", "docs/protocol.md §1.3", listed, []string{"api_unauthorized"}},
	{50002, "user limited", "of an app that is limited, which none is here", "docs/protocol.md §1.3", listed, []string{"api_unauthorized"}},
	{85107, "URL不在白名单内,请前往「微信云托管控制台-服务管理-云调用-微信令牌」配置", "of cloud hosting: the app's cloud_permissions do not list the path", "docs/dialects/cloudcall.md", answered, []string{"call_forbidden"}},
}
