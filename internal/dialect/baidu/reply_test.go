package baidu_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
)

// The structs below have the members of those that the official Go SDK
// decodes answers into (baidu/smartapp-openapi-go openapi/*.go). Each answer
// is decoded into its struct strictly, failures too: a data that does not fit
// would hide errno from the SDK's user (protocol.md §4.2).
type sdkAnswer[T any] struct {
	Data      T      `json:"data"`
	Errno     int64  `json:"errno"`
	ErrMsg    string `json:"msg"`
	ErrorCode int64  `json:"error_code"`
	ErrorMsg  string `json:"error_msg"`
}

type sdkLibraryList struct {
	TotalCount int64 `json:"total_count"`
	List       []struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	} `json:"list"`
}

type sdkLibraryEntry struct {
	ID           string `json:"id"`
	Title        string `json:"title"`
	KeywordCount int64  `json:"keyword_count"`
	KeywordList  []struct {
		KeywordID int64  `json:"keyword_id"`
		Name      string `json:"name"`
		Example   string `json:"example"`
	} `json:"keyword_list"`
}

type sdkAdded struct {
	TemplateID string `json:"template_id"`
}

type sdkTemplateList struct {
	TotalCount int64 `json:"total_count"`
	List       []struct {
		TemplateID string `json:"template_id"`
		Title      string `json:"title"`
		Content    string `json:"content"`
		Example    string `json:"example"`
	} `json:"list"`
}

type sdkSent struct {
	MsgKey int64 `json:"msg_key"`
}

// sdkToken is the SDK's with the members that the documents have besides.
type sdkToken struct {
	AccessToken      string `json:"access_token"`
	Error            string `json:"error"`
	ErrorDescription string `json:"error_description"`
	ExpiresIn        int64  `json:"expires_in"`
	ErrorCode        int64  `json:"error_code"`
	ErrorMsg         string `json:"error_msg"`

	RefreshToken  string  `json:"refresh_token"`
	Scope         string  `json:"scope"`
	SessionKey    *string `json:"session_key"`
	SessionSecret *string `json:"session_secret"`
}

// reply is an answer of the dialect.
type reply struct {
	t      *testing.T
	Header http.Header
	Body   string
	Rule   muban.Rule // from the sandbox's explanation
	Detail string
	See    string
	// Members are the names of the answer's members.
	Members map[string]json.RawMessage
}

func newReply(t *testing.T, header http.Header, body []byte) reply {
	t.Helper()
	r := reply{t: t, Header: header, Body: string(body)}
	if len(body) == 0 {
		return r // to HEAD
	}
	if strings.ContainsFunc(r.Body, func(c rune) bool { return c < ' ' }) {
		t.Errorf("control characters in %q", r.Body)
	}
	if err := json.Unmarshal(body, &r.Members); err != nil {
		t.Fatalf("answer %q: %v", r.Body, err)
	}
	var explained httpx.RefusalDoc
	if doc := header.Get(httpx.RefusalHeader); doc != "" {
		must(t, json.Unmarshal([]byte(doc), &explained))
	}
	r.Rule, r.Detail, r.See = explained.Rule, explained.Detail, explained.See
	return r
}

// decode reads an answer as the SDK does, and fails on members that the SDK
// does not have.
func decode[T any](r reply) T {
	r.t.Helper()
	var answer T
	strict := json.NewDecoder(bytes.NewReader([]byte(r.Body)))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&answer); err != nil {
		r.t.Fatalf("the SDK cannot decode %s: %v", r.Body, err)
	}
	return answer
}

// has reports which of the names the answer has.
func (r reply) has(names ...string) (found []string) {
	for _, name := range names {
		if _, has := r.Members[name]; has {
			found = append(found, name)
		}
	}
	return found
}

// texts are msg and error_msg of the codes: the seeds' 错误码, and the open
// platform's OpenAPI错误码列表.
func texts() map[int]string {
	return map[int]string{
		0:     "success",
		2:     "Service temporarily unavailable",
		3:     "Unsupported openapi method",
		17:    "Open api daily request limit reached",
		110:   "Access token invalid or no longer valid",
		111:   "Access token expired",
		2002:  "参数错误",
		2003:  "模板超过限额，无法添加",
		4001:  "template_id 不正确",
		4002:  "消息推送接口调用失败",
		4003:  "表单无效",
		4004:  "场景id无效",
		6001:  "无 push 权限",
		30001: "参数错误",
	}
}

// placeholder is a value that the explanation of a refusal lacks.
var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

// wants checks code, text and shape of an answer, and the rule behind it
// where one is given. Codes up to 111 are the gateway's.
func (r reply) wants(code int, rule muban.Rule) reply {
	r.t.Helper()
	r.citesItsOwn()
	var answer sdkAnswer[json.RawMessage]
	must(r.t, json.Unmarshal([]byte(r.Body), &answer))
	gateway := code > 0 && code <= 111
	got, text := answer.Errno, answer.ErrMsg
	if gateway {
		got, text = answer.ErrorCode, answer.ErrorMsg
	}
	if got != int64(code) || text != texts()[code] || rule != "" && r.Rule != rule {
		r.t.Errorf("answer %s by rule %q (%s), want code %d %q by rule %q", r.Body, r.Rule, r.Detail, code, texts()[code], rule)
		return r
	}
	switch wrong := r.has("error_code", "error_msg", "error", "data"); {
	case gateway && len(r.has("errno", "msg", "data", "error")) > 0:
		r.t.Errorf("a gateway's answer has %q: %s", r.has("errno", "msg", "data", "error"), r.Body)
	case !gateway && code != 0 && len(wrong) > 0:
		r.t.Errorf("a failure has %q: %s", wrong, r.Body)
	case code != 0:
		if placeholder.MatchString(r.Detail) {
			r.t.Errorf("the explanation %q is not filled in", r.Detail)
		}
		decode[sdkAnswer[struct{}]](r)
	}
	return r
}

// is checks the whole answer.
func (r reply) is(want string) {
	r.t.Helper()
	if r.Body != want {
		r.t.Errorf("answer %s\nwant   %s", r.Body, want)
	}
}

// sent checks that a send was accepted, and answers its msg_key.
func (r reply) sent() int64 {
	r.t.Helper()
	r.wants(0, "")
	key := decode[sdkAnswer[sdkSent]](r).Data.MsgKey
	if key <= 0 || key >= 1<<53 {
		r.t.Errorf("msg_key %d in %s", key, r.Body)
	}
	return key
}

// wantsToken checks the shape of an answer of the token call.
func (r reply) wantsToken() sdkToken {
	r.t.Helper()
	token := decode[sdkToken](r)
	if token.AccessToken == "" || token.Error != "" || len(r.Members) != 6 ||
		token.SessionKey == nil || token.SessionSecret == nil || token.RefreshToken == "" {
		r.t.Fatalf("answer %s is not a token", r.Body)
	}
	return token
}

// elsewhere are other platforms' documents.
var elsewhere = regexp.MustCompile(`WeChat|Alipay|alipay|seed 00[24]|protocol\.md §(1\.[1-4]|[2356])\b`)

// citesItsOwn checks that a refusal names a document of Baidu's or of ours.
func (r reply) citesItsOwn() {
	r.t.Helper()
	if elsewhere.MatchString(r.See) || r.See == "" && r.Rule != "" {
		r.t.Errorf("rule %s is explained by %q, which is no document of Baidu or of ours", r.Rule, r.See)
	}
}

// wantsOAuth checks a failure of the token call.
func (r reply) wantsOAuth(code, description string, rule muban.Rule) {
	r.t.Helper()
	r.citesItsOwn()
	failed := decode[sdkToken](r)
	if failed.Error != code || failed.ErrorDescription != description || rule != "" && r.Rule != rule {
		r.t.Errorf("answer %s by rule %q, want %q %q by rule %q", r.Body, r.Rule, code, description, rule)
	}
	if len(r.Members) != 2 || r.Header.Get("Cache-Control") != "no-store" {
		r.t.Errorf("answer %s with Cache-Control %q", r.Body, r.Header.Get("Cache-Control"))
	}
}
