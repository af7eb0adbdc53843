package api

import (
	"context"
	"net/http"
	"time"

	"github.com/muban-dev/muban"
)

// Inspector keeps the calls of the platforms.
type Inspector interface {
	// Call returns the call with the id; muban.RuleNotFound where none is kept.
	Call(id string) (muban.Call, error)
	// Calls lists the calls that a filter selects, newest first; it ends with
	// the context.
	Calls(ctx context.Context, filter muban.CallFilter, page muban.Page) (muban.List[muban.Call], error)
	// Explain tells of a refused call what its refusal does not say.
	Explain(ctx context.Context, c muban.Call) (muban.Explanation, error)
}

func (a *api) callRoutes() {
	handle(a, "GET /api/v1/calls", doc{
		id: "listCalls", tag: "calls", summary: "List platform calls", answer: "A part of the list.",
		text: "All parameters must match. The last 10,000 calls or 64 MB are kept, in memory; a call that is too old is gone. 404 `inspector_off` where nothing is kept: `muban serve` without `--inspect`.", needs: a.hasInspector,
	}, a.listCalls)
	handle(a, "GET /api/v1/calls/{id}", doc{
		id: "getCall", tag: "calls", summary: "Show a platform call", answer: "The call.",
		text: "By the id that its answer had in the header `Muban-Call`, which WeChat's errmsg shows as rid and Alipay's answer as trace_id or alipay-trace-id. 404 `inspector_off` where nothing is kept.", needs: a.hasInspector,
	}, a.getCall)
}

// CallFilter selects calls.
type CallFilter struct {
	AppID     string    `query:"app_id" doc:"Only this app's, or those that named it."`
	RID       string    `query:"rid" doc:"Only the one with this id." example:"6385c6c1-0fcadca1-22c1fc91"`
	Code      string    `query:"code" doc:"Only those answered with this code: errcode, errno, error_code, error, code or sub_code." example:"41028"`
	User      string    `query:"user" doc:"Only sends to this user. With app_id any of its ids finds those by all of its ids."`
	MessageID MessageID `query:"message_id" doc:"Only the send that became this message." example:"1234567890"`
	GrantID   string    `query:"grant_id" doc:"Only sends with this grant."`
	Refused   string    `query:"refused" enum:"true,false" doc:"Only those that were refused, or only those that were not."`
	Q         string    `query:"q" doc:"Only those in which this text stands anywhere, whatever its case. A whole token or secret finds the calls in which it was masked."`
	From      Moment    `query:"from" doc:"Only those that came then or later, in sandbox time." example:"2026-11-21T00:00:00Z"`
	To        Moment    `query:"to" doc:"Only those that came before, in sandbox time." example:"2026-11-22T00:00:00Z"`
	After     string    `query:"after" doc:"Only those newer than the call with this id; one that is not kept any more leaves out nothing."`
	Paging
}

// Call is one platform request and its answer. Secrets and access tokens are
// masked: the beginning of a long one, ***, and a mark by which equal ones are
// recognised. What it does not have is absent.
type Call struct {
	ID          string           `json:"id" doc:"The call's id." example:"6385c6c1-0fcadca1-22c1fc91"`
	RID         string           `json:"rid" doc:"The same, as WeChat names it." example:"6385c6c1-0fcadca1-22c1fc91"`
	At          Timestamp        `json:"at" doc:"When it came, by the clock that governs the rules."`
	DurationMS  float64          `json:"duration_ms" doc:"How long the answer took, in milliseconds of real time." example:"0.412"`
	Dialect     string           `json:"dialect" enum:"wechat,cloudcall,baidu,alipay" doc:"How it was called: cloudcall is WeChat's cloud call."`
	Call        string           `json:"call" doc:"What was called, in fixed words; unknown where there is no such call." example:"message/wxopen/template/send"`
	AppID       string           `json:"app_id,omitempty" doc:"The app that called or was named; absent where neither can be told." example:"wx3f7a9c0d5e8b2146"`
	Platform    muban.Platform   `json:"platform,omitempty" enum:"wechat-mini,wechat-oa,baidu,alipay" doc:"The app's platform; absent where there is no such app."`
	User        string           `json:"user,omitempty" doc:"Whom a send was addressed to, as it was sent; of a login who logged in."`
	TemplateID  string           `json:"template_id,omitempty" doc:"The template of a send, as it was sent."`
	GrantID     string           `json:"grant_id,omitempty" doc:"The grant of a send, as it was sent."`
	MessageID   string           `json:"message_id,omitempty" doc:"The message that a send became; absent where it became none." example:"1234567890"`
	Code        string           `json:"code,omitempty" doc:"What the answer says: errcode, errno, error_code, error, code or sub_code; absent where there was no answer." example:"41028"`
	Refused     bool             `json:"refused" doc:"Whether the call was refused; explanation says why."`
	Request     CallRequest      `json:"request" doc:"What was asked."`
	Answer      *CallAnswer      `json:"answer,omitempty" doc:"What was answered; absent where the connection was closed without an answer."`
	Explanation *CallExplanation `json:"explanation,omitempty" doc:"Why it was refused; absent where it was not."`
}

// CallRequest is what was asked.
type CallRequest struct {
	Method  string            `json:"method" doc:"The HTTP method." example:"POST"`
	Path    string            `json:"path" doc:"As it came, percent-encoded." example:"/cgi-bin/message/wxopen/template/send"`
	Query   string            `json:"query,omitempty" doc:"As it came, percent-encoded." example:"access_token=77_a***9f3c1d20"`
	Headers map[string]string `json:"headers" doc:"Those that matter to a call."`
	CallBody
}

// CallAnswer is what was answered.
type CallAnswer struct {
	Status  int               `json:"status" doc:"The HTTP status." example:"200"`
	Headers map[string]string `json:"headers" doc:"Those that matter to a call."`
	CallBody
}

// CallBody is the body of a request or an answer.
type CallBody struct {
	Body      string `json:"body" doc:"The body, or its first 65,536 bytes, as text."`
	Encoding  string `json:"encoding,omitempty" enum:"base64" doc:"base64 where body is base64, because what was sent is no text; else absent."`
	Decoded   string `json:"decoded,omitempty" doc:"What was asked or answered as JSON, where the body does not show it: encrypted, in another charset, or a protocol buffer. Of a request the parameters of its query are in it too."`
	BodySize  int    `json:"body_size" doc:"The whole body's length, in bytes." example:"214"`
	Truncated bool   `json:"truncated" doc:"Whether the body is longer than what is shown."`
}

// CallExplanation is why a call was refused.
type CallExplanation struct {
	Kind       muban.Kind        `json:"kind" doc:"The class of the refusal." example:"grant_spent"`
	Rule       muban.Rule        `json:"rule" doc:"The rule that refused, by its stable name." example:"grant.spent"`
	Detail     string            `json:"detail" doc:"What was wrong, with which value, and what would be right."`
	DetailZh   string            `json:"detail_zh" doc:"The same in Chinese."`
	Values     map[string]string `json:"values" doc:"What the rule compared, by name."`
	See        string            `json:"see,omitempty" doc:"The document and place that says so; absent where it is our own."`
	Accepted   string            `json:"accepted,omitempty" doc:"What would be accepted now, with this installation's own ids; absent where detail says it all. Only where one call is shown."`
	AcceptedZh string            `json:"accepted_zh,omitempty" doc:"The same in Chinese."`
	Story      []CallEvent       `json:"story,omitempty" nullable:"false" doc:"The life of the grant or token concerned up to now, oldest first, with this call in its place; absent where there is none or nothing is known. Only where one call is shown."`
}

// CallEvent is something that happened to a grant or a token.
type CallEvent struct {
	At        Timestamp `json:"at" doc:"When."`
	Text      string    `json:"text" doc:"What happened." example:"minted for user o6_bmjrPTlm6_2sgVt7hMZOPfL2M: form, 1 use, good until 2026-11-28 10:14:00.000 +0800"`
	TextZh    string    `json:"text_zh" doc:"The same in Chinese."`
	MessageID string    `json:"message_id,omitempty" doc:"The message that it happened by." example:"1234567890"`
	CallID    string    `json:"call_id,omitempty" doc:"The call that it happened by, where it is kept." example:"6385c6c1-0fcadca1-22c1fc91"`
}

func showCall(c muban.Call) Call {
	shown := Call{
		ID: c.ID, RID: c.ID, At: Timestamp{c.At}, DurationMS: float64(c.Took/time.Microsecond) / 1000,
		Dialect: c.Dialect, Call: c.Name, AppID: c.AppID, Platform: c.Platform,
		User: c.User, TemplateID: c.TemplateID, GrantID: c.GrantID, Code: c.Code, Refused: c.Refusal != nil,
		Request: CallRequest{c.Request.Method, c.Request.Path, c.Request.Query, c.Request.Headers, showBody(c.Request.Body)},
	}
	if c.MessageID != 0 {
		shown.MessageID = c.MessageID.String()
	}
	if c.Answer.Status != 0 {
		shown.Answer = &CallAnswer{c.Answer.Status, c.Answer.Headers, showBody(c.Answer.Body)}
	}
	if r := c.Refusal; r != nil {
		shown.Explanation = &CallExplanation{Kind: r.Kind, Rule: r.Rule, Detail: r.Error(), DetailZh: r.Chinese(), Values: r.Values, See: r.See}
	}
	return shown
}

func showBody(b muban.CallBody) CallBody {
	shown := CallBody{Body: b.Text, Decoded: b.Decoded, BodySize: b.Size, Truncated: b.Truncated}
	if b.Base64 {
		shown.Encoding = "base64"
	}
	return shown
}

// hasInspector is the problem where nothing keeps calls.
func (a *api) hasInspector() error {
	if a.options.Inspector == nil {
		return newProblem(http.StatusNotFound, CodeInspectorOff, "this server keeps no calls; start it with --inspect to have the last ones kept in memory, as muban dev does")
	}
	return nil
}

func (a *api) listCalls(ctx context.Context, in *CallFilter) (*Answer[List[Call]], error) {
	filter := muban.CallFilter{
		AppID: in.AppID, ID: in.RID, Code: in.Code, MessageID: in.MessageID.id, GrantID: in.GrantID, Text: in.Q, After: in.After,
		Users: a.idsOf(ctx, in.AppID, in.User), From: in.From.Time, To: in.To.Time,
	}
	if in.Refused != "" {
		refused := in.Refused == "true"
		filter.Refused = &refused
	}
	found, err := a.options.Inspector.Calls(ctx, filter, in.page())
	if err != nil {
		return nil, err
	}
	return &Answer[List[Call]]{listOf(found, showCall)}, nil
}

// idsOf are the ids of a user, by any of them. Calls also name users that do
// not exist, so that a user who is not found is looked for as it was written.
func (a *api) idsOf(ctx context.Context, appID, user string) []string {
	if user == "" {
		return nil
	}
	ids := []string{user}
	if appID == "" {
		return ids
	}
	if known, err := a.service.User(ctx, appID, user); err == nil {
		for _, id := range []string{known.OpenID, known.SwanID, known.AlipayOpenID} {
			if id != "" && id != user {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func (a *api) getCall(ctx context.Context, in *struct {
	ID string `path:"id" doc:"The call's id." example:"6385c6c1-0fcadca1-22c1fc91"`
},
) (*Answer[Call], error) {
	call, err := a.options.Inspector.Call(in.ID)
	if err != nil {
		return nil, err
	}
	explanation, err := a.options.Inspector.Explain(ctx, call)
	if err != nil {
		return nil, err
	}
	shown := showCall(call)
	if e := shown.Explanation; e != nil {
		e.Accepted, e.AcceptedZh = explanation.Accepted.English, explanation.Accepted.Chinese
		e.Story = each(explanation.Story, showEvent)
	}
	return &Answer[Call]{shown}, nil
}

func showEvent(e muban.StoryEvent) CallEvent {
	shown := CallEvent{At: Timestamp{e.At}, Text: e.English, TextZh: e.Chinese, CallID: e.CallID}
	if e.MessageID != 0 {
		shown.MessageID = e.MessageID.String()
	}
	return shown
}
