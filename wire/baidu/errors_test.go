package baidu_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/muban-dev/muban/wire/baidu"
)

func TestErrorTable(t *testing.T) {
	t.Parallel()
	table := baidu.Errors()
	if !slices.IsSortedFunc(table, func(a, b baidu.Error) int { return a.Code - b.Code }) || len(table) == 0 {
		t.Errorf("the rows are not in order: %v", table)
	}
	for i, row := range table {
		found, ok := baidu.ErrorOf(row.Code)
		if !ok || found.Text != row.Text || row.Text == "" || row.Meaning == "" || row.See == "" || i > 0 && table[i-1].Code == row.Code {
			t.Errorf("row %+v, found %+v", row, found)
		}
	}
	if _, ok := baidu.ErrorOf(4005); ok {
		t.Error("4005 is in the table")
	}
	table[0].Text = "changed"
	if row, _ := baidu.ErrorOf(table[0].Code); row.Text == "changed" {
		t.Error("the table can be changed from outside")
	}
}

// The members of answers, in their documented order.
func TestAnswers(t *testing.T) {
	t.Parallel()
	invalid, _ := baidu.ErrorOf(2002)
	expired, _ := baidu.ErrorOf(111)
	for want, answer := range map[string]any{
		`{"errno":2002,"msg":"参数错误"}`:                                                   invalid.Answer(), // protocol.md §4.2: without data
		`{"error_code":111,"error_msg":"Access token expired"}`:                         expired.Answer(), // protocol.md §1.6
		`{"errno":0,"msg":"success","data":{"msg_key":4330862}}`:                        baidu.Success(baidu.Sent{MsgKey: 4330862}),
		`{"errno":0,"msg":"success","data":[]}`:                                         baidu.Success(baidu.Deleted{}),
		`{"error":"invalid_client","error_description":"unknown client id"}`:            baidu.OAuthFailure{Error: "invalid_client", ErrorDescription: "unknown client id"},
		`{"errno":0,"msg":"success","data":{"total_count":0,"list":[]}}`:                baidu.Success(baidu.LibraryList{List: []baidu.LibraryTitle{}}),
		`{"errno":0,"msg":"success","data":{"template_id":"f34178cd598201d9dc8dNwmP"}}`: baidu.Success(baidu.Added{TemplateID: "f34178cd598201d9dc8dNwmP"}),
		// protocol.md §1.7
		`{"data":{"session_key":"e033","open_id":"k0mH"},"errmsg":"succ","errno":0,"request_id":"3951118341","timestamp":1640140013}`: baidu.SessionAnswer{
			Data: &baidu.Session{SessionKey: "e033", OpenID: "k0mH"}, ErrMsg: baidu.SessionSuccess, RequestID: "3951118341", Timestamp: 1640140013,
		},
		`{"errmsg":"parameter is invalid","errno":10010100,"request_id":"1","timestamp":2}`: baidu.SessionAnswer{
			ErrMsg: baidu.OAuthParameter, Errno: baidu.ErrnoParameter, RequestID: "1", Timestamp: 2,
		},
	} {
		got, err := json.Marshal(answer)
		if err != nil || string(got) != want {
			t.Errorf("%s, want %s (%v)", got, want, err)
		}
	}
}
