package muban_test

import (
	"testing"

	"github.com/muban-dev/muban"
)

// BenchmarkRender makes a message's text from its template, as every reading of
// a message does.
func BenchmarkRender(b *testing.B) {
	template := muban.Template{Content: "购买地点{{keyword1.DATA}}\n购买时间{{keyword2.DATA}}\n物品名称{{keyword3.DATA}}\n"}
	data := map[string]muban.Value{
		"keyword1": {Text: "TIT造舰厂"}, "keyword2": {Text: "2016年6月6日"}, "keyword3": {Text: "咖啡"},
	}
	b.ReportAllocs()
	for b.Loop() {
		if template.Render(data) == "" {
			b.Fatal("nothing was rendered")
		}
	}
}
