package muban

// Rule is the stable name of a rule that can refuse a call.
type Rule string

// The rules, by what they look at.
const (
	RuleTokenMissing    Rule = "token.missing"
	RuleTokenUnknown    Rule = "token.unknown"
	RuleTokenRevoked    Rule = "token.revoked"
	RuleTokenSuperseded Rule = "token.superseded"
	RuleTokenExpired    Rule = "token.expired"
	RuleTokenPlatform   Rule = "token.platform"
	RuleTokenStranger   Rule = "token.stranger"
	RuleTokenUse        Rule = "token.use"
	RuleAuthGrantType   Rule = "auth.grant_type"
	RuleAuthAppMissing  Rule = "auth.app_missing"
	RuleAuthAppUnknown  Rule = "auth.app_unknown"
	RuleAuthNoSecret    Rule = "auth.secret_missing"
	RuleAuthSecret      Rule = "auth.secret"
	RuleSignatureForm   Rule = "signature.form"
	RuleSignature       Rule = "signature.match"
	RuleSignatureTime   Rule = "signature.time"

	RuleLoginMissing   Rule = "login.missing"
	RuleLoginUnknown   Rule = "login.unknown"
	RuleLoginExpired   Rule = "login.expired"
	RuleLoginUsed      Rule = "login.used"
	RuleLoginGuest     Rule = "login.guest"
	RuleRefreshMissing Rule = "refresh.missing"
	RuleRefreshUnknown Rule = "refresh.unknown"
	RuleRefreshExpired Rule = "refresh.expired"
	RuleRefreshUsed    Rule = "refresh.used"

	RuleRequestGet       Rule = "request.get"
	RuleRequestPost      Rule = "request.post"
	RuleRequestMethod    Rule = "request.method"
	RuleRequestPath      Rule = "request.path"
	RuleRequestEmpty     Rule = "request.empty"
	RuleRequestMalformed Rule = "request.malformed"
	RuleRequestTooLarge  Rule = "request.too_large"
	RuleRequestParameter Rule = "request.parameter"
	RuleRequestMissing   Rule = "request.missing"
	RuleDataText         Rule = "data.text"

	RuleCloudForm       Rule = "cloud.form"
	RuleCloudCall       Rule = "cloud.call"
	RuleCloudPermission Rule = "cloud.permission"
	RuleCloudApp        Rule = "cloud.app"
	RuleCloudSource     Rule = "cloud.source"

	RuleRecipientMissing Rule = "recipient.missing"
	RuleRecipientUnknown Rule = "recipient.unknown"
	RuleTemplateMissing  Rule = "template.missing"
	RuleTemplateUnknown  Rule = "template.unknown"
	RuleTemplateLimit    Rule = "template.limit"
	RulePageUnknown      Rule = "page.unknown"
	RulePushAllowed      Rule = "push.allowed"
	RulePushDelegated    Rule = "push.delegated"
	RuleDailyLimit       Rule = "limit.daily"
	RuleAppLinked        Rule = "app.linked"

	RuleRecipientFollows   Rule = "recipient.follows"
	RuleDataArgument       Rule = "data.argument"
	RuleMiniProgramUnknown Rule = "miniprogram.unknown"
	RuleMiniProgramPage    Rule = "miniprogram.page"
	RuleClientMsgIDSize    Rule = "client_msg_id.size"
	RuleIndustryMissing    Rule = "industry.missing"
	RuleIndustryUnknown    Rule = "industry.unknown"
	RuleIndustryMonth      Rule = "industry.month"
	RuleTemplateNumber     Rule = "template.number"
	RuleTemplateIndustry   Rule = "template.industry"
	RuleKeywordName        Rule = "keyword.name"

	RuleGrantMissing   Rule = "grant.missing"
	RuleGrantUnknown   Rule = "grant.unknown"
	RuleGrantMock      Rule = "grant.mock"
	RuleGrantExpired   Rule = "grant.expired"
	RuleGrantSpent     Rule = "grant.spent"
	RuleGrantOwner     Rule = "grant.owner"
	RuleGrantApp       Rule = "grant.app"
	RuleGrantSceneType Rule = "grant.scene_type"
	RuleGrantLogin     Rule = "grant.login"
	RuleGrantDigit     Rule = "grant.login_digit"

	RuleListOffset      Rule = "list.offset"
	RuleListCount       Rule = "list.count"
	RuleTitleUnknown    Rule = "title.unknown"
	RuleKeywordCount    Rule = "keyword.count"
	RuleKeywordUnknown  Rule = "keyword.unknown"
	RuleKeywordRepeated Rule = "keyword.repeated"

	RuleRequestDecided Rule = "keyword_request.decided"

	RuleSignatureWrong       Rule = "signature.wrong"
	RuleSignatureKey         Rule = "signature.no_key"
	RuleContentKey           Rule = "content.no_key"
	RuleContentUnreadable    Rule = "content.unreadable"
	RuleAuthorizationUnknown Rule = "authorization.unknown"
	RuleAuthorizationExpired Rule = "authorization.expired"
	RuleCertificateUnknown   Rule = "certificate.unknown"
	RuleKeywordsMatch        Rule = "keywords.match"
	RuleKeywordLength        Rule = "keyword.length"

	RuleBusy Rule = "system.busy"

	RuleInvalid        Rule = "request.invalid"
	RuleNotFound       Rule = "object.unknown"
	RuleConflict       Rule = "object.conflict"
	RuleNotOnPlatform  Rule = "platform.unsupported"
	RuleClockBackwards Rule = "clock.backwards"
	RulePlaceholder    Rule = "template.placeholder"
)

// ruleFacts says of each rule which kind of refusal it makes, what it says in
// words and which document it comes from; places has the documents of further
// platforms. {name} stands for a value.
var ruleFacts = map[Rule]struct {
	kind Kind
	text string
	see  string
}{
	RuleTokenMissing:    {KindTokenMissing, "the request has no access_token; fetch one and send it in the query", "docs/protocol.md §1.3, 41001"},
	RuleTokenUnknown:    {KindTokenInvalid, "this access token is not known here: it was never issued, it was revoked, or it expired over 7 days ago; fetch a new one", "docs/protocol.md §1.3, 40001"},
	RuleTokenRevoked:    {KindTokenInvalid, "this access token was issued to app {app_id} and is no longer good: it was revoked, or it expired over 7 days ago; fetch a new one", "docs/protocol.md §1.3, 40001"},
	RuleTokenSuperseded: {KindTokenInvalid, "this access token was replaced: a newer one was issued and the old one lived on until {dead_at}; use the newest token", "docs/protocol.md §1.1"},
	RuleTokenExpired:    {KindTokenExpired, "this access token expired at {expires_at} (it is {now} now); fetch a new one", "docs/protocol.md §1.3, 42001"},
	RuleTokenPlatform:   {KindAPIUnauthorized, "app {app_id} is on {platform}; this call belongs to {wanted}", "docs/protocol.md §1.3, 48001"},
	RuleTokenStranger:   {KindTokenInvalid, "this access token was issued to app {app_id} on {platform}; this call belongs to {wanted}", "docs/protocol.md §1.3, 40001"},
	RuleTokenUse:        {KindTokenInvalid, "this token was issued as {issued} and sent as {sent}; each is good as itself only", "docs/dialects/cloudcall.md"},
	RuleAuthGrantType:   {KindGrantTypeInvalid, "grant_type is {grant_type}; it must be {wanted}", "docs/protocol.md §1.1"},
	RuleAuthAppMissing:  {KindAppMissing, "the request does not name its app: {parameter} is missing", "docs/protocol.md §1.3, 41002"},
	RuleAuthAppUnknown:  {KindAppUnknown, "there is no app {app_id} on this platform here; create it or correct the id", "docs/protocol.md §1.3, 40013"},
	RuleAuthNoSecret:    {KindSecretMissing, "the request has no secret: {parameter} is missing", "docs/protocol.md §1.3, 41004"},
	RuleAuthSecret:      {KindSecretWrong, "the secret sent for app {app_id} is not the app's", "docs/protocol.md §1.3, 40125"},

	RuleSignatureForm: {KindSignatureInvalid, "the request is not signed as a cloud call must be: {problem}", "docs/dialects/cloudcall.md"},
	RuleSignature:     {KindSignatureInvalid, "the signature is not what app {app_id}'s secret makes of this request: the secret is another, or something on the way changed the host, the path or a header", "docs/dialects/cloudcall.md"},
	RuleSignatureTime: {KindSignatureExpired, "the request was signed at {signed_at} and it is now {now}; a signature is good for {seconds} seconds", "docs/dialects/cloudcall.md"},

	RuleLoginMissing:   {KindLoginCodeMissing, "the request has no login code: {parameter} is missing or empty", "docs/protocol.md §1.7"},
	RuleLoginUnknown:   {KindLoginCodeInvalid, "app {app_id} has no such login code; it was never issued, or to another app", "docs/protocol.md §1.7"},
	RuleLoginExpired:   {KindLoginCodeInvalid, "this login code was issued at {issued_at} and expired at {expires_at} (it is {now} now); login codes live 5 minutes", "docs/protocol.md §1.7"},
	RuleLoginUsed:      {KindLoginCodeUsed, "this login code was used at {used_at}; it is good once", "docs/protocol.md §1.7"},
	RuleLoginGuest:     {KindInvalid, "user {user} is a guest, who has not logged in; give the user an open_id first", "Baidu sendTemplateMessage (seed 000), Q&A 2"},
	RuleRefreshMissing: {KindRefreshInvalid, "the request has no refresh token: {parameter} is missing or empty", "docs/protocol.md §1.7"},
	RuleRefreshUnknown: {KindRefreshInvalid, "app {app_id} has no such refresh_token; it was never issued, or to another app", "docs/protocol.md §1.7"},
	RuleRefreshExpired: {KindRefreshExpired, "this refresh_token was issued at {issued_at} and expired at {expires_at} (it is {now} now); refresh tokens live 30 days", "docs/protocol.md §1.7"},
	RuleRefreshUsed:    {KindRefreshUsed, "this refresh_token was used at {used_at}; each call answers a new one for the next", "docs/protocol.md §1.7"},

	RuleRequestGet:       {KindNeedsGet, "this call was made with {method}; it must be GET", "docs/protocol.md §1.3, 43001"},
	RuleRequestPost:      {KindNeedsPost, "this call was made with {method}; it must be POST", "docs/protocol.md §1.3, 43002"},
	RuleRequestMethod:    {KindNeedsPost, "this call was made with {method}; it must be GET or POST", "docs/protocol.md §10"},
	RuleRequestPath:      {KindUnknownPath, "there is no call at {path}", "docs/decisions.md"},
	RuleRequestEmpty:     {KindBodyEmpty, "the request has no body", "docs/protocol.md §1.3, 44002"},
	RuleRequestMalformed: {KindBodyMalformed, "the request's body cannot be read: {problem}", "docs/protocol.md §1.3, 47001"},
	RuleRequestTooLarge:  {KindBodyTooLarge, "the request's body is over {limit} bytes", "docs/decisions.md"},
	RuleRequestParameter: {KindParameter, "parameter {parameter} is {value}; it must be {wanted}", ""},
	RuleRequestMissing:   {KindParameter, "the request lacks {parameter}; it must be {wanted}", ""},
	RuleDataText:         {KindBodyMalformed, "data.{key} is {value}; template messages carry text only: {\"value\":\"…\"}", "docs/decisions.md, data"},

	RuleCloudForm:       {KindParameter, "the cloud call cannot be read: {problem}", "docs/dialects/cloudcall.md"},
	RuleCloudCall:       {KindUnknownPath, "there is no cloud call {call} here; there are {known}", "docs/dialects/cloudcall.md"},
	RuleCloudPermission: {KindCallForbidden, "app {app_id} may not make the cloud call {call}: its cloud_permissions are {permissions}", "WeChat templateMessage.send (seed 002), config.json"},
	RuleCloudApp:        {KindAPIUnauthorized, "app {app_id} cannot call for app {other}, which is not one of its linked_apps", "docs/dialects/cloudcall.md"},
	RuleCloudSource:     {KindTokenMissing, "the request has no access_token; only programs on this machine or in a private network may leave it out, not through a proxy and not from a web page: {problem}", "docs/dialects/cloudcall.md"},

	RuleRecipientMissing: {KindRecipientUnknown, "the send names no recipient: {parameter} is missing or empty", "WeChat templateMessage.send (seed 002), touser"},
	RuleRecipientUnknown: {KindRecipientUnknown, "app {app_id} has no user {user}", "docs/protocol.md §2.2, 40003"},
	RuleTemplateMissing:  {KindTemplateMissing, "the send names no template: template_id is missing or empty", "docs/protocol.md §2.2, 40036"},
	RuleTemplateUnknown:  {KindTemplateUnknown, "app {app_id} has no template {template_id}; it may have been deleted or belong to another app", "WeChat templateMessage.send (seed 002), 40037"},
	RuleTemplateLimit:    {KindTemplateLimit, "app {app_id} already holds {held} templates, its limit is {limit}; delete one first", "docs/protocol.md §2.2, 45026"},
	RulePageUnknown:      {KindPageUnknown, "page {page} is not one of the app's pages: {pages}", "WeChat templateMessage.send (seed 002), 41030; docs/decisions.md, page"},
	RulePushAllowed:      {KindPushForbidden, "app {app_id} has no push permission; set push_allowed", ""},
	RulePushDelegated:    {KindPushForbidden, "app {app_id}, for which {agent} acts, has no push permission; set its push_allowed", "docs/protocol.md §5.4, 40006"},
	RuleDailyLimit:       {KindDailyLimit, "app {app_id} has sent {sent} messages on {day} (UTC+8), its limit is {limit}", "WeChat templateMessage.send (seed 002), 45009"},
	RuleAppLinked:        {KindAppNotLinked, "app {app_id} is not linked to {other}", "docs/protocol.md §2.3, 40013"},

	RuleRecipientFollows:   {KindNotFollowing, "user {user} does not follow official account {app_id}; who does not follow cannot be sent to", "docs/protocol.md §3.4, 43004"},
	RuleDataArgument:       {KindDataArgument, "data.{key} is {value}; template messages carry text only: {\"value\":\"…\"}", "docs/protocol.md §3.4, 47003"},
	RuleMiniProgramUnknown: {KindMiniProgramUnknown, "there is no mini program {mini_program} here to which the message could lead; miniprogram.appid must be the app_id of one", "docs/protocol.md §3.4, 40166"},
	RuleMiniProgramPage:    {KindMiniProgramPage, "miniprogram.pagepath {page} is not one of the pages of mini program {mini_program}: {pages}", "docs/protocol.md §3.4, 40165; docs/decisions.md, page"},
	RuleClientMsgIDSize:    {KindClientMsgIDSize, "client_msg_id has {bytes} bytes; at most {most} are taken", "docs/dialects/wechat.md"},
	RuleIndustryMissing:    {KindIndustryMissing, "{parameter} is missing; an official account has two industries", "docs/protocol.md §3.4, 40103"},
	RuleIndustryUnknown:    {KindIndustryUnknown, "{parameter} is {value}; it must be the code of an industry, 1 to 41", "docs/protocol.md §3.4, 40102"},
	RuleIndustryMonth:      {KindIndustryTooOften, "the industries of app {app_id} were set at {set_at}; they can be set once in a calendar month (UTC+8), next from {next} (it is {now} now)", "docs/protocol.md §3.3, 43100"},
	RuleTemplateNumber:     {KindTemplateUnknown, "the template library of official accounts has no number {template_id_short}", "docs/protocol.md §3.4, 40037"},
	RuleTemplateIndustry:   {KindTemplateIndustry, "template {template_id_short} belongs to the industry {industry}; the industries of app {app_id} are {primary} and {secondary}", "docs/protocol.md §3.4, 45027"},
	RuleKeywordName:        {KindKeywordName, "keyword_name_list {problem}; template {template_id_short} has the keywords {keywords}", "docs/protocol.md §3.3, 40246"},

	RuleGrantMissing:   {KindGrantUnknown, "the send has no right to send: {parameter} is missing or empty", "WeChat templateMessage.send (seed 002), form_id"},
	RuleGrantUnknown:   {KindGrantUnknown, "app {app_id} has no grant {grant_id}; it was never issued, or to another app", "WeChat templateMessage.send (seed 002), 41028"},
	RuleGrantMock:      {KindGrantUnknown, "{grant_id} is what the developer tools give in place of a form id; only a real submit on a phone (here: a minted grant) gives one that can be sent with", "docs/protocol.md §7"},
	RuleGrantExpired:   {KindGrantExpired, "grant {grant_id} was issued at {issued_at} and expired at {expires_at} (it is {now} now); grants live 7 days", "WeChat templateMessage.send (seed 002), 41028"},
	RuleGrantSpent:     {KindGrantSpent, "grant {grant_id} ({kind}) is used up (uses: {uses}); it was spent by message {spent_by}", "WeChat templateMessage.send (seed 002), 41029"},
	RuleGrantOwner:     {KindGrantMismatch, "grant {grant_id} was issued to user {owner}, the send is addressed to {user}", "WeChat templateMessage.send (seed 002), 41028"},
	RuleGrantApp:       {KindGrantMismatch, "grant {grant_id} was issued to another app than {app_id}", "WeChat templateMessage.send (seed 002), 41028"},
	RuleGrantSceneType: {KindGrantMismatch, "grant {grant_id} is of kind {kind}, which is scene_type {wanted}; the send says scene_type {scene_type}", "Baidu sendTemplateMessage (seed 000), scene_type"},
	RuleGrantLogin:     {KindGrantMismatch, "scene {grant_id} was issued to a {issued} user; the send is addressed by {parameter}, which is for a {addressed} user (logged-in: touser_openId; guest: touser)", "Baidu sendTemplateMessage (seed 000), Q&A 2"},
	RuleGrantDigit:     {KindGrantMismatch, "scene {grant_id} ends in {digit}, which says that it was issued to a {says} user; it was minted for {user}, a {issued} user. The own id of such a scene must end in {right}, or in neither 0 nor 1; mint another one", "Baidu sendTemplateMessage (seed 000), Q&A 2"},

	RuleListOffset:      {KindOffset, "offset is {offset}; it must be a whole number from 0", "uni-app templates (seed 003), getTemplateList"},
	RuleListCount:       {KindCount, "count is {count}; it must be a whole number from 1 to {most}", "uni-app templates (seed 003), getTemplateList"},
	RuleTitleUnknown:    {KindTitleUnknown, "the template library has no title {library_id}", "uni-app templates (seed 003), getTemplateLibraryById"},
	RuleKeywordCount:    {KindKeywordCount, "the number of keywords chosen is {count}; a template takes {least} to {most}", "uni-app templates (seed 003), addTemplate"},
	RuleKeywordUnknown:  {KindKeywordInvalid, "title {library_id} has no keyword {keyword_id}", "docs/protocol.md §2.2, 45075"},
	RuleKeywordRepeated: {KindKeywordInvalid, "keyword {keyword_id} was chosen more than once", "docs/protocol.md §2.2, 45075"},

	RuleSignatureWrong:       {KindSignatureInvalid, "sign is not the signature of this request by app {app_id}: {advice}. The string that was verified is in the values, as signed", "docs/protocol.md §5.3; of V3 §5.8"},
	RuleSignatureKey:         {KindSignatureKey, "app {app_id} has no key to verify its requests with; set app_public_key, or app_cert in certificate mode", "docs/protocol.md §5.4, isv.missing-signature-config"},
	RuleContentKey:           {KindContent, "the content is encrypted and app {app_id} has no content_key that is base64 of an AES key; set it", "docs/protocol.md §5.6"},
	RuleContentUnreadable:    {KindContent, "the content cannot be decrypted with app {app_id}'s content_key: {problem}", "docs/protocol.md §5.6"},
	RuleAuthorizationUnknown: {KindTokenInvalid, "this app_auth_token was never issued to app {agent}; make one with an authorization of the app to act for", "docs/protocol.md §5.4, 20001"},
	RuleAuthorizationExpired: {KindTokenExpired, "this app_auth_token expired at {expires_at} (it is {now} now); make a new authorization", "docs/protocol.md §5.4, 20001"},
	RuleCertificateUnknown:   {KindNotFound, "app {app_id} is answered under the certificate {known}; there is none numbered {alipay_cert_sn}", "docs/protocol.md §5.6"},
	RuleKeywordsMatch:        {KindKeywords, "data must have exactly the keywords of template {template_id}: missing are {missing}, too many are {unknown}", "docs/protocol.md §5.4, USER_TEMPLATE_LACK_KEYWORD"},
	RuleKeywordLength:        {KindKeywordLength, "data.{key} has {length} characters; at most {most} fit", "docs/protocol.md §5.4, USER_KEYWORD_LENGTH_ERROR"},

	RuleBusy: {KindBusy, "the server cannot take the request just now; nothing was stored, try again", "docs/protocol.md §1.3, -1"},

	RuleRequestDecided: {KindConflict, "keyword request {id} was {state} at {decided_at}; a request is decided once", ""},
	RuleInvalid:        {KindInvalid, "{field} is {value}; it must be {wanted}", ""},
	RuleNotFound:       {KindNotFound, "there is no {object} {id}", ""},
	RuleConflict:       {KindConflict, "{object} {id} already exists", ""},
	RuleNotOnPlatform:  {KindNotOnPlatform, "{platform} has no {object}", ""},
	RuleClockBackwards: {KindClockBackwards, "the clock is at {now} and cannot go back to {wanted}", ""},
	RulePlaceholder:    {KindInvalid, "content has the placeholder {placeholder}; placeholders are written {{name.DATA}}", "WeChat OA template messages (seed 004), 模板参数"},
}
