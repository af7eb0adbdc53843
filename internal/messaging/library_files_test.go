package messaging_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/library"
)

// What the store takes can be exported and imported again, and of a file that
// is imported the store takes all: the file is checked before the first title is
// added, and by another package.
func TestFilesHoldWhatTheLibraryHolds(t *testing.T) {
	t.Parallel()
	texts := []string{
		"", " ", "\u3000", "通知", ".", "..", "...", "a\nb", "a\rb", "a\tb", "a\u0000b", "a\u0007b", "a\u0085b", "a\u2028b", "a\u2029b",
		"a\u200bb", "a\u202eb", "\ufeffa", "{a}", "{{a.DATA}}", "{{a}}",
		strings.Repeat("号", 64), strings.Repeat("号", 65), strings.Repeat("知", 128), strings.Repeat("知", 129), strings.Repeat("长", 3000),
	}
	for _, text := range texts {
		finished := func(change func(*muban.Title)) muban.Title {
			title := muban.Title{Platform: muban.WeChatOA, ID: "TM1", Title: "通知", Content: "{{first.DATA}}"}
			change(&title)
			return title
		}
		numbered := func(change func(*muban.Title)) muban.Title {
			title := muban.Title{
				Platform: muban.Baidu, ID: "BD1", Title: "通知",
				Keywords: []muban.Keyword{{ID: 1, Name: "时间", Origin: muban.OriginMuban}},
			}
			change(&title)
			return title
		}
		for member, title := range map[string]muban.Title{
			"id":               numbered(func(t *muban.Title) { t.ID = text }),
			"title":            numbered(func(t *muban.Title) { t.Title = text }),
			"keyword name":     numbered(func(t *muban.Title) { t.Keywords[0].Name = text }),
			"keyword example":  numbered(func(t *muban.Title) { t.Keywords[0].Example = text }),
			"content":          finished(func(t *muban.Title) { t.Content = text }),
			"example":          finished(func(t *muban.Title) { t.Example = text }),
			"primary_industry": finished(func(t *muban.Title) { t.PrimaryIndustry = text }),
			"deputy_industry":  finished(func(t *muban.Title) { t.DeputyIndustry = text }),
		} {
			var out bytes.Buffer
			if err := library.Encode(&out, []muban.Title{title}); err != nil {
				t.Fatal(err)
			}
			_, file := library.Decode(title.Platform, &out)
			if store := messaging.CheckTitle(title); (store == nil) != (file == nil) {
				t.Errorf("%s %.20q: the store says %v, a file %v", member, text, store, file)
			}
		}
	}
}
