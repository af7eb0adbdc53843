package client_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/mubantest"
	"github.com/muban-dev/muban/wire/wechat"
)

// pages answers library/list with the pages that it is given, by offset.
func pages(total int, ids func(offset int) []string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(body)
		req, _ := wechat.DecodeList(body)
		var list []string
		for _, id := range ids(int(req.Offset.Value)) {
			list = append(list, fmt.Sprintf(`{"id":%q,"title":"t"}`, id))
		}
		say(200, `{"errcode":0,"errmsg":"ok","list":[`+strings.Join(list, ",")+`],"total_count":`+strconv.Itoa(total)+`}`)(w, r)
	}
}

func numbered(from, to int) (ids []string) {
	for n := from; n < to; n++ {
		ids = append(ids, "AT"+strconv.Itoa(n))
	}
	return ids
}

func TestAllLibraryTitles(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer   http.HandlerFunc
		titles   int
		requests int64
		kind     muban.Kind
	}{
		"three pages":           {pages(45, func(o int) []string { return numbered(o, min(o+20, 45)) }), 45, 3, ""},
		"full to the last":      {pages(40, func(o int) []string { return numbered(o, o+20) }), 40, 2, ""},
		"empty":                 {pages(0, func(int) []string { return nil }), 0, 1, ""},
		"shorter than promised": {pages(100, func(o int) []string { return numbered(o, min(o+20, 30)) }), 30, 3, ""},
		// Titles that are added at the front move the others to the next page.
		"it grows meanwhile": {pages(45, func(o int) []string { return numbered(max(0, o-5), min(o+15, 40)) }), 40, 3, ""},
		// A platform that does not look at offset would never come to an end.
		"it stands still": {pages(1000, func(int) []string { return numbered(0, 20) }), 20, 2, client.KindUnreachable},
		"it fails":        {say(200, `{"errcode":40037,"errmsg":"invalid template_id"}`), 0, 1, muban.KindTemplateUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newImpostor(t, test.answer)
			titles, err := collect(i.client(t, muban.WeChatMini).AllLibraryTitles(t.Context()))
			if len(titles) != test.titles || client.KindOf(err) != test.kind || i.calls.Load() != test.requests {
				t.Errorf("%d titles, error %v, %d requests", len(titles), err, i.calls.Load())
			}
		})
	}
	t.Run("left early", func(t *testing.T) {
		t.Parallel()
		i := newImpostor(t, pages(45, func(o int) []string { return numbered(o, min(o+20, 45)) }))
		seen := 0
		for _, err := range i.client(t, muban.WeChatMini).AllLibraryTitles(t.Context()) {
			must(t, err)
			if seen++; seen == 5 {
				break
			}
		}
		if n := i.calls.Load(); n != 1 {
			t.Errorf("%d requests for five titles", n)
		}
	})
}

// Lists over several pages, of the real thing.
func TestTemplatesOverPages(t *testing.T) {
	t.Parallel()
	server := mubantest.Start(t)
	for _, p := range []muban.Platform{muban.WeChatMini, muban.Baidu} {
		w := newWorld(t, server, p)
		for n := range 22 {
			w.app.NewTemplate("t"+strconv.Itoa(n), "x{{keyword1.DATA}}")
		}
		list, err := collect(w.client.Templates(t.Context()))
		if err != nil || len(list) != 23 {
			t.Errorf("%s: %d templates, error %v", p, len(list), err)
		}
		page, err := w.client.LibraryTitles(t.Context(), muban.Range{Offset: 60, Count: client.MostAtOnce})
		if err != nil || page.Total != 68 || len(page.Titles) != 8 {
			t.Errorf("%s: the last page is %+v, error %v", p, page, err)
		}
		_, err = w.client.LibraryTitles(t.Context(), muban.Range{Count: client.MostAtOnce + 1})
		if kind := client.KindOf(err); kind != muban.KindCount && kind != muban.KindParameter {
			t.Errorf("%s: too much at once: %v", p, err)
		}
	}
}

// Adding is not repeated where its answer was lost; deleting is, and what is
// gone is no error then.
func TestTemplatesUnderFaults(t *testing.T) {
	t.Parallel()
	server := mubantest.Start(t)
	for p, request := range map[muban.Platform]client.AddTemplateRequest{
		muban.WeChatOA:   {LibraryID: "TM00015"},
		muban.WeChatMini: {LibraryID: "AT0002", KeywordIDs: []int{3, 5}},
		muban.Baidu:      {LibraryID: "BD0016", KeywordIDs: []int{1, 2}},
	} {
		w := newWorld(t, server, p)
		w.warmUp()
		w.proxy.fail("add", drop)
		_, err := w.client.AddTemplate(t.Context(), request)
		if e := errorOf(t, err); e.Kind != client.KindOutcomeUnknown || e.Retry.Can || w.proxy.requests("add") != 1 {
			t.Errorf("%s: %v after %d requests", p, err, w.proxy.requests("add"))
		}
		list, err := collect(w.client.Templates(t.Context()))
		must(t, err)
		if len(list) != 2 { // with the world's own
			t.Errorf("%s: templates %+v", p, list)
		}
		w.proxy.fail("del", drop, drop)
		must(t, w.client.DeleteTemplate(t.Context(), list[0].ID))
		if n := w.proxy.requests("del"); n != 3 {
			t.Errorf("%s: %d requests to delete", p, n)
		}
		if client.KindOf(w.client.DeleteTemplate(t.Context(), list[0].ID)) != muban.KindTemplateUnknown {
			t.Errorf("%s: it can be deleted twice", p)
		}
		w.proxy.fail("del", drop, drop, drop)
		if e := errorOf(t, w.client.DeleteTemplate(t.Context(), list[1].ID)); e.Kind != client.KindOutcomeUnknown || !e.Retry.Can {
			t.Errorf("%s: %v", p, e)
		}
		w.proxy.fail("/", drop, page)
		must(t, w.read())
	}
}
