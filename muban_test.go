package muban_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
)

// TestComposedTemplates: the two formats that the documents show.
func TestComposedTemplates(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		source           string
		platform         muban.Platform
		keywords         []muban.Keyword
		content, example string
	}{
		{
			"seed 003, getTemplateList", muban.WeChatMini,
			[]muban.Keyword{{Name: "购买地点", Example: "TIT造舰厂"}, {Name: "购买时间", Example: "2016年6月6日"}, {Name: "物品名称", Example: "咖啡"}},
			"购买地点{{keyword1.DATA}}\n购买时间{{keyword2.DATA}}\n物品名称{{keyword3.DATA}}\n",
			"购买地点:TIT造舰厂\n购买时间:2016年6月6日\n物品名称:咖啡\n",
		},
		{
			"seed 001, getTemplateList", muban.Baidu,
			[]muban.Keyword{{Name: "购买时间", Example: "2016年6月6日"}, {Name: "物品名称", Example: "奶茶"}},
			"购买时间{{keyword1.DATA}}\n物品名称{{keyword2.DATA}}",
			"购买时间: 2016年6月6日\n物品名称: 奶茶",
		},
	} {
		content, example, _ := muban.RulesOf(test.platform).Compose(test.keywords)
		if content != test.content || example != test.example {
			t.Errorf("%s: %q and %q, want %q and %q", test.source, content, example, test.content, test.example)
		}
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	template := muban.Template{Content: "地点{{keyword1.DATA}}\n时间{{keyword2.DATA}}\n"}
	for _, test := range []struct {
		name string
		data map[string]muban.Value
		want string
	}{
		{"full", map[string]muban.Value{"keyword1": {Text: "广州"}, "keyword2": {Text: "今天"}}, "地点广州\n时间今天\n"},
		{"missing key", map[string]muban.Value{"keyword2": {Text: "今天"}}, "地点\n时间今天\n"},
		{"key without a place", map[string]muban.Value{"keyword9": {Text: "x"}}, "地点\n时间\n"},
		{"text that looks like a place", map[string]muban.Value{"keyword1": {Text: "{{keyword2.DATA}}"}, "keyword2": {Text: "y"}}, "地点{{keyword2.DATA}}\n时间y\n"},
		{"nothing", nil, "地点\n时间\n"},
	} {
		if got := template.Render(test.data); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	keys, bad := muban.Placeholders("{{first.DATA}}\n订单号：{{keyword1.DATA}} 金额:{{keyword2.DATA}}\n{{remark.DATA}}")
	want := []muban.TemplateKeyword{{Key: "first"}, {Key: "keyword1", Name: "订单号"}, {Key: "keyword2", Name: "金额"}, {Key: "remark"}}
	if bad != "" || !slices.Equal(keys, want) {
		t.Errorf("got %v, %q", keys, bad)
	}
	for _, content := range []string{"{{keyword1}}", "{{.DATA}}", "{{a b.DATA}}", "{{a.DATA", "a.DATA}}", "{{a\n.DATA}}"} {
		if _, bad := muban.Placeholders(content); bad == "" {
			t.Errorf("%q was accepted (seed 004: names end in .DATA)", content)
		}
	}
}

// The placeholder that is wrong is named as it stands there, and alone.
func TestBadPlaceholdersAreNamed(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"甲{{a.DATA}}\n{{ b.DATA }}{{a.DATA}}": "{{ b.DATA }}",
		"{{a}}{{b.DATA}}":                     "{{a}}",
		"{{a.DATA}}乙{{b.DATA":                 "{{b.DATA",
		"{{{{a.DATA}}}}":                      "{{{{a.DATA}}",
		"{{a.DATA}} b.DATA}} ":                "b.DATA}}",
	} {
		if _, bad := muban.Placeholders(content); bad != want {
			t.Errorf("%q: named %q, want %q", content, bad, want)
		}
	}
}

func FuzzPlaceholders(f *testing.F) {
	for _, content := range []string{"地点{{keyword1.DATA}}\n", "{{first.DATA}}", "{{", "}}", "{{{{a.DATA}}}}"} {
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content string) {
		keys, bad := muban.Placeholders(content)
		if bad != "" {
			return
		}
		data := make(map[string]muban.Value)
		for _, key := range keys {
			data[key.Key] = muban.Value{Text: "x"}
		}
		if rendered := (muban.Template{Content: content}).Render(data); strings.Contains(rendered, ".DATA}}") && strings.Contains(rendered, "{{") {
			t.Errorf("%q renders as %q: a placeholder is left", content, rendered)
		}
	})
}

func TestMessageIDs(t *testing.T) {
	t.Parallel()
	for _, seq := range []int64{1, 12345, 1<<53 - 1} {
		for _, platform := range muban.Platforms() {
			id := muban.NewMessageID(platform, seq)
			large := id >= 1<<53
			if id <= 0 || id.Seq() != seq || large != (platform == muban.WeChatOA) {
				t.Errorf("%s, sequence %d: id %d, sequence %d", platform, seq, id, id.Seq())
			}
			if again, ok := muban.ParseMessageID(id.String()); !ok || again != id {
				t.Errorf("%s reads back as %d, %t", id, again, ok)
			}
		}
	}
	for _, text := range []string{"", "0", "-1", "01", "1.0", "x", "9223372036854775808", " 1"} {
		if id, ok := muban.ParseMessageID(text); ok {
			t.Errorf("%q was read as %d", text, id)
		}
	}
}

func TestDaysBeginInUTC8(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]muban.Day{"2026-03-01T15:59:59Z": 20260301, "2026-03-01T16:00:00Z": 20260302} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := muban.DayOf(at); got != want {
			t.Errorf("%s is on %d, want %d", text, got, want)
		}
	}
}

func TestEveryRuleSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, rule := range muban.RuleNames() {
		if rule.Kind() == "" {
			t.Errorf("%s has no kind", rule)
		}
		if text := muban.Refuse(rule).Error(); len(text) < 20 || text == string(rule) {
			t.Errorf("%s says %q", rule, text)
		}
	}
	refusal := muban.Refuse(muban.RulePageUnknown, "page", strings.Repeat("页", 500), "pages", "a, b")
	if text := refusal.Error(); !strings.Contains(text, "…") || !strings.Contains(text, "a, b") || len(text) > 400 {
		t.Errorf("a long value is shown as %q", text)
	}
}

func TestPrivateKeysDoNotPrint(t *testing.T) {
	t.Parallel()
	key := muban.PrivateKey("KEY")
	holder := struct{ Key muban.PrivateKey }{key}
	var logged bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&logged, nil), slog.NewTextHandler(&logged, nil)} {
		slog.New(handler).Info("x", "key", key, "holder", holder)
	}
	marshalled, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	printed := key.String() + string(marshalled) + logged.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o"} {
		printed += fmt.Sprintf(verb, key) + fmt.Sprintf(verb, holder) + fmt.Sprintf(verb, &holder)
	}
	for _, form := range []string{"KEY", "S0VZ", "4b4559", "4B4559", "75 69 89", "113 105 131", "0x4b"} {
		if strings.Contains(printed, form) {
			t.Errorf("the key is printed as %s:\n%s", form, printed)
		}
	}
}
