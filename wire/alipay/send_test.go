package alipay_test

import (
	"encoding/json"
	"errors"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/muban-dev/muban/wire"
	"github.com/muban-dev/muban/wire/alipay"
)

// seed003 is the sample of seed 003, for one user.
const seed003 = `{"to_user_id":"2088102122458832","form_id":"MjA4ODMwMjEyMjQ1ODgzMl8xNTQ3MTcyMTU0MDAwXzEyMw==",` +
	`"user_template_id":"MDI4YzIxMDE2M2I5YTQzYjUxNWE4MjA4NmU1MTIyYmM=","page":"pages/index/index",` +
	`"data":"{\"keyword1\": {\"value\" : \"12:00\"},\"keyword2\": {\"value\" : \"20180808\"},\"keyword3\": {\"value\" : \"支付宝\"}}"}`

// quoted is a JSON text that holds another.
func quoted(text string) string {
	raw, _ := json.Marshal(text)
	return string(raw)
}

// withData is a content with this data.
func withData(raw string) string { return `{"to_user_id":"2088","data":` + raw + `}` }

func TestDecodeSend(t *testing.T) {
	t.Parallel()
	sample := map[string]wire.Keyword{"keyword1": {Value: "12:00"}, "keyword2": {Value: "20180808"}, "keyword3": {Value: "支付宝"}}
	for name, content := range map[string]string{
		"the sample":                 seed003,
		"the sample as text":         quoted(seed003),
		"with white space":           " \r\n" + seed003 + "\t",
		"the sample, data an object": strings.Replace(seed003, seed003[strings.Index(seed003, `"{`):len(seed003)-1], `{"keyword1":{"value":"12:00"},"keyword2":{"value":20180808},"keyword3":{"value":"\u652f付宝"}}`, 1),
		"members that nobody knows":  strings.Replace(seed003, `{`, `{"scene":{"a":[1]},`, 1),
		"members that are null":      strings.Replace(seed003, `{`, `{"to_open_id":null,`, 1),
	} {
		got, err := alipay.DecodeSend([]byte(content))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !maps.Equal(got.Data, sample) {
			t.Errorf("%s: data %v, want %v", name, got.Data, sample)
		}
		got.Data = nil
		if want := (alipay.SendRequest{
			ToUserID: "2088102122458832", FormID: "MjA4ODMwMjEyMjQ1ODgzMl8xNTQ3MTcyMTU0MDAwXzEyMw==",
			UserTemplateID: "MDI4YzIxMDE2M2I5YTQzYjUxNWE4MjA4NmU1MTIyYmM=", Page: "pages/index/index",
		}); got.ToUserID != want.ToUserID || got.FormID != want.FormID || got.UserTemplateID != want.UserTemplateID || got.Page != want.Page || got.ToOpenID != "" {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	got, err := alipay.DecodeSend([]byte(`{"to_user_id":2088102122458832,"to_open_id":"0","form_id":1.50,"data":[]}`))
	if err != nil || got.ToUserID != "2088102122458832" || got.ToOpenID != "0" || got.FormID != "1.50" || got.Data == nil {
		t.Errorf("numbers: %+v, error %v", got, err)
	}
}

func TestSendContentsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, content, parameter, problem string }{
		{"nothing", "", "biz_content", "missing or empty"},
		{"white space", " \n", "biz_content", "missing or empty"},
		{"no JSON", `{"to_user_id"`, "biz_content", "not readable (at byte"},
		{"a list", `[]`, "biz_content", "not an object"},
		{"a number", `1`, "biz_content", "not an object"},
		{"a text that holds a list", `"[]"`, "biz_content", "not an object"},
		{"null", `null`, "biz_content", "not an object"},
		{"a text that holds none", `"x"`, "biz_content", "not readable"},
		{"another charset", "{\"page\":\"\xc3\xc0\"}", "biz_content", "not in the charset that the request names"},
		{"a recipient that is a list", `{"to_user_id":[]}`, "to_user_id", "no text"},
		{"a recipient that is true", `{"to_user_id":true}`, "to_user_id", "no text"},
		{"a character that cannot be stored", `{"form_id":"\u0000"}`, "form_id", "no text"},
		{"a long recipient", `{"to_user_id":"` + strings.Repeat("2", 21) + `"}`, "to_user_id", "21 characters long"},
		{"a long open id", `{"to_open_id":"` + strings.Repeat("2", 129) + `"}`, "to_open_id", "129 characters long"},
		{"a long form", `{"form_id":"` + strings.Repeat("2", 65) + `"}`, "form_id", "65 characters long"},
		{"a long template", `{"user_template_id":"` + strings.Repeat("2", 65) + `"}`, "user_template_id", "65 characters long"},
		{"a long page", `{"page":"` + strings.Repeat("页", 129) + `"}`, "page", "129 characters long"},
		{"no data", `{"to_user_id":"2088"}`, "data", "missing or empty"},
		{"data that is null", withData(`null`), "data", "missing or empty"},
		{"data that is an empty text", withData(`" "`), "data", "missing or empty"},
		{"data that is a text of null", withData(`"null"`), "data", "missing or empty"},
		{"data that is no object", withData(`"x"`), "data", "not readable"},
		{"data that is a number", withData(`7`), "data", "not readable"},
		{"data that is too long", withData(quoted(`{"a":{"value":"` + strings.Repeat("长", 2040) + `"}}`)), "data", "2058 characters long"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := alipay.DecodeSend([]byte(tc.content))
			problem, ok := errors.AsType[*alipay.ParamError](err)
			if !ok || problem.Parameter != tc.parameter || !strings.HasPrefix(problem.Problem, tc.problem) || problem.Wanted == "" {
				t.Errorf("error %v, want of %s that it is %s", err, tc.parameter, tc.problem)
			}
			if got.ToUserID != "" || got.Data != nil {
				t.Errorf("with the error came %+v", got)
			}
		})
	}
	for _, value := range []string{`null`, `true`, `["x"]`, `{"value":"x"}`} {
		_, err := alipay.DecodeSend([]byte(withData(quoted(`{"keyword1":{"value":` + value + `}}`))))
		if wrong, ok := errors.AsType[*wire.KeywordError](err); !ok || wrong.Key != "keyword1" || wrong.Value != value {
			t.Errorf("value %s: error %v", value, err)
		}
	}
	if _, err := alipay.DecodeSend([]byte(withData(quoted(`{"a":{"value":"` + strings.Repeat("长", 2030) + `"}}`)))); err != nil {
		t.Errorf("data of 2048 characters: %v", err)
	}
}

func TestDecodeCertDownload(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		`{"alipay_cert_sn":"0f"}`: "0f", `"{\"alipay_cert_sn\":\"0f\"}"`: "0f", `{}`: "",
		``: "error", `[]`: "error", `{"alipay_cert_sn":{}}`: "error", `{"alipay_cert_sn":"` + strings.Repeat("0", 65) + `"}`: "error",
	} {
		got, err := alipay.DecodeCertDownload([]byte(content))
		if (err != nil) != (want == "error") || err == nil && got != want {
			t.Errorf("%s: %q, error %v", content, got, err)
		}
	}
}

// What the client writes the server reads.
func TestSendContent(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(alipay.SendContent{ToUserID: "2088", FormID: "f", UserTemplateID: "t", Data: `{"keyword1":{"value":"<x>"}}`})
	if err != nil {
		t.Fatal(err)
	}
	got, err := alipay.DecodeSend(raw)
	if err != nil || got.ToUserID != "2088" || got.FormID != "f" || got.UserTemplateID != "t" || got.Data["keyword1"].Value != "<x>" {
		t.Errorf("%s was read as %+v, error %v", raw, got, err)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	illegal, _ := alipay.ErrorOf("USER_TEMPLATE_ILLEGAL")
	for want, response := range map[string]any{
		`{"code":"10000","msg":"Success"}`: alipay.OK(),
		`{"code":"40004","msg":"Business Failed","sub_code":"USER_TEMPLATE_ILLEGAL","sub_msg":"模板非法"}`: illegal.Failure(),
		`{"code":"10000","msg":"Success","alipay_cert_content":"LS0="}`:                                alipay.CertDownload{alipay.OK(), "LS0="},
		`{"code":"1","msg":"\\\/\/{}"}`:                       alipay.Success{"1", `\//{}`},
		`{"code":"1","msg":"<&> {\"\\\"{}}"}`:                 alipay.Success{"1", `<&> {"\"{}}`},
		`{"code":"\u007d{}","msg":"\u007b\"\\\\\"{} \u007b"}`: alipay.Success{`}{}`, `{"\\"{} {`},
	} {
		got, err := alipay.EncodeContent(response)
		if err != nil || string(got) != want {
			t.Errorf("%s, want %s (%v)", got, want, err)
		}
	}
	if got, err := alipay.EncodeContent(make(chan int)); err == nil {
		t.Errorf("a channel is written as %s", got)
	}
	whole := alipay.Envelope{Name: alipay.ResponseName(alipay.MethodSend), Content: []byte(`{"code":"10000"}`), CertSN: "0f", Sign: "eA=="}
	if got, want := string(whole.Bytes()), `{"alipay_open_app_mini_templatemessage_send_response":{"code":"10000"},"alipay_cert_sn":"0f","sign":"eA=="}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	bare := alipay.Envelope{Name: alipay.ErrorResponse, Content: []byte(`{}`)}
	if got, want := string(bare.Bytes()), `{"error_response":{}}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for name, want := range map[string]bool{
		alipay.MethodSend: true, "x_Y.2": true, "": false, "a-b": false, `a"b`: false, "方法": false, "a b": false,
		strings.Repeat("a", 128): true, strings.Repeat("a", 129): false,
	} {
		if got := alipay.PlausibleMethod(name); got != want {
			t.Errorf("method %s is plausible: %v", strconv.Quote(name), got)
		}
	}
}

func TestErrorTable(t *testing.T) {
	t.Parallel()
	table := alipay.Errors()
	for i, row := range table {
		found, ok := alipay.ErrorOf(row.SubCode)
		if !ok || found.Code != row.Code || row.SubMsg == "" || row.Meaning == "" || row.See == "" || len(row.Kinds) == 0 {
			t.Errorf("row %+v, found %+v", row, found)
		}
		if f := row.Failure(); f.Code != row.Code || f.Msg == "" || f.SubCode != row.SubCode || f.SubMsg != row.SubMsg {
			t.Errorf("row %+v fails as %+v", row, f)
		}
		if i > 0 && (table[i-1].Code > row.Code || table[i-1].Code == row.Code && table[i-1].SubCode >= row.SubCode) {
			t.Errorf("%s comes after %s", row.SubCode, table[i-1].SubCode)
		}
	}
	if _, ok := alipay.ErrorOf("isv.nothing"); ok {
		t.Error("isv.nothing is in the table")
	}
	table[0].SubMsg = "changed"
	if row, _ := alipay.ErrorOf(table[0].SubCode); row.SubMsg == "changed" {
		t.Error("the table can be changed from outside")
	}
}
