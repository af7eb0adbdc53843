package docstest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
	"github.com/muban-dev/muban/wire/baidu"
	"github.com/muban-dev/muban/wire/wechat"
)

// What a dialect's page lists under Refusals is the platform's table in wire:
// every code that is answered, with its text, and no other.
func TestPagesListEveryRefusal(t *testing.T) {
	t.Parallel()
	tests := []struct {
		page, heading, head string
		cells               int
		want                []string
	}{
		{"wechat.md", "## Refusals", "errcode", 2, ofWeChat()},
		{"baidu.md", "## Refusals", "code", 2, ofBaidu()},
		{"alipay.md", "## Refusals", "code", 3, ofAlipay()},
		{"alipay.md", "## OpenAPI V3", "status", 2, ofV3()},
	}
	for _, test := range tests {
		var got []string
		for _, row := range table(t, root+"/docs/dialects/"+test.page, test.heading, test.head) {
			got = append(got, each(row[:test.cells])...)
		}
		slices.Sort(got)
		for _, row := range test.want {
			if !slices.Contains(got, row) {
				t.Errorf("%s, %s: lacks the row %s", test.page, test.heading, row)
			}
		}
		for i, row := range got {
			if !slices.Contains(test.want, row) {
				t.Errorf("%s, %s: %s is not answered so", test.page, test.heading, row)
			}
			if i > 0 && got[i-1] == row {
				t.Errorf("%s, %s: has %s twice", test.page, test.heading, row)
			}
		}
	}
}

func ofWeChat() (rows []string) {
	for _, row := range wechat.Errors() {
		// Code 0 is no refusal, and 85107 is cloud hosting's, which has a page of its own.
		if row.Answered && row.Code != 0 && row.Code != 85107 {
			rows = append(rows, fmt.Sprintf("%d | %s", row.Code, strings.Replace(row.Text, "{key}", "KEY", 1)))
		}
	}
	return rows
}

func ofBaidu() (rows []string) {
	for _, row := range baidu.Errors() {
		shape := "errno"
		if row.Gateway {
			shape = "error_code"
		}
		if !row.Elsewhere {
			rows = append(rows, fmt.Sprintf("%s %d | %s", shape, row.Code, row.Text))
		}
	}
	for _, kind := range []muban.Kind{muban.KindLoginCodeInvalid, muban.KindLoginCodeUsed} {
		failure, _ := baidu.OAuthFailureOf(string(kind))
		rows = append(rows, fmt.Sprintf("errno %d | %s", baidu.ErrnoParameter, failure.ErrorDescription))
	}
	return rows
}

func ofAlipay() (rows []string) {
	for _, row := range alipay.Errors() {
		text := row.SubMsg
		if row.SubCode == "isv.invalid-signature" {
			// What was verified follows, so that the gateway has another text there.
			text = "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为："
		}
		if !row.Elsewhere {
			rows = append(rows, fmt.Sprintf("%s | %s | %s", row.Code, row.SubCode, text))
		}
	}
	return rows
}

func ofV3() (rows []string) {
	for _, row := range alipay.V3Errors() {
		rows = append(rows, strconv.Itoa(row.Status)+" | "+row.Code)
	}
	return rows
}

// each joins the cells of a row, once for each code where the second cell has
// several. What follows ", then " is not the same in every answer.
func each(cells []string) (rows []string) {
	codes := []string{cells[1]}
	if strings.HasPrefix(cells[1], "`") {
		codes = strings.Split(cells[1], ", ")
	}
	for _, code := range codes {
		row := append([]string{cells[0], strings.Trim(code, "`")}, cells[2:]...)
		last := len(row) - 1
		row[last], _, _ = strings.Cut(row[last], ", then ")
		rows = append(rows, strings.Join(row, " | "))
	}
	return rows
}

// table reads the rows of the first table below a heading whose first column
// has that head.
func table(t *testing.T, file, heading, head string) (rows [][]string) {
	t.Helper()
	_, section, found := strings.Cut("\n"+read(t, file).prose, "\n"+heading+"\n")
	if !found {
		t.Fatalf("%s has no %s", file, heading)
	}
	_, section, found = strings.Cut(section, "\n| "+head+" |")
	if !found {
		t.Fatalf("%s, %s: has no table of %s", file, heading, head)
	}
	lines := strings.Split(section, "\n")[2:]
	for _, line := range lines {
		if !strings.HasPrefix(line, "| ") {
			break
		}
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if len(cells) < 2 {
			t.Fatalf("%s, %s: %s is no row", file, heading, line)
		}
		rows = append(rows, cells)
	}
	if len(rows) == 0 {
		t.Fatalf("%s, %s: the table of %s is empty", file, heading, head)
	}
	return rows
}
