package library_test

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/library"
)

const (
	oneKeyword = `{"keyword_id":9001,"name":"金额","example":"300元","origin":"muban"}`
	oneTitle   = `{"id":"AT9001","title":"预约成功通知","keywords":[` + oneKeyword + `]}`
)

// withKeyword is a file of one title whose second keyword is the given JSON.
func withKeyword(keyword string) string {
	return `[{"id":"AT9001","title":"预约成功通知","keywords":[` + oneKeyword + `,` + keyword + `]}]`
}

func decode(platform muban.Platform, file string) ([]muban.Title, error) {
	return library.Decode(platform, strings.NewReader(file))
}

func TestDecode(t *testing.T) {
	t.Parallel()
	keyword := muban.Keyword{ID: 9001, Name: "金额", Example: "300元", Origin: muban.OriginMuban}
	numbered := muban.Title{ID: "AT9001", Title: "预约成功通知", Keywords: []muban.Keyword{keyword}}
	on := func(platform muban.Platform) []muban.Title {
		title := numbered
		title.Platform = platform
		return []muban.Title{title}
	}
	tests := []struct {
		name, file string
		platform   muban.Platform
		want       []muban.Title
	}{
		{"no titles", `[]`, muban.Baidu, nil},
		{"WeChat Mini", "[" + oneTitle + "]", muban.WeChatMini, on(muban.WeChatMini)},
		{"Alipay", "[" + oneTitle + "]", muban.Alipay, on(muban.Alipay)},
		{"byte order mark and line breaks", "\uFEFF\r\n[" + oneTitle + "\r\n]\r\n", muban.Baidu, on(muban.Baidu)},
		{"origin left out is ours", strings.ReplaceAll("["+oneTitle+"]", `,"origin":"muban"`, ""), muban.Baidu, on(muban.Baidu)},
		{
			"official account",
			`[{"id":"OPENTM1","title":"通知","content":"{{first.DATA}}\n时间：{{keyword1.DATA}}","example":"您好\n时间：今天","primary_industry":"IT科技","deputy_industry":"互联网|电子商务"}]`,
			muban.WeChatOA,
			[]muban.Title{{
				Platform: muban.WeChatOA, ID: "OPENTM1", Title: "通知",
				Content: "{{first.DATA}}\n时间：{{keyword1.DATA}}", Example: "您好\n时间：今天",
				PrimaryIndustry: "IT科技", DeputyIndustry: "互联网|电子商务",
			}},
		},
		{
			"longest id and title",
			`[{"id":"` + strings.Repeat("号", 64) + `","title":"` + strings.Repeat("知", 128) + `","content":"a"}]`,
			muban.WeChatOA,
			[]muban.Title{{Platform: muban.WeChatOA, ID: strings.Repeat("号", 64), Title: strings.Repeat("知", 128), Content: "a"}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := decode(test.platform, test.file)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, want string }{
		{"nothing", ``, "line 1 is not JSON: unexpected end"},
		{"half a file", "[\n" + oneTitle + ",\n", "line 3 is not JSON: unexpected end"},
		{"a missing comma", "[\n" + oneTitle + "\n" + oneTitle + "]", "line 3 is not JSON: invalid character '{'"},
		{"something behind", "[]\n[]", "line 2 is not JSON"},
		{"deep nesting", strings.Repeat("[", 1<<20), "exceeded max depth"},
		{"GBK", "[{\"id\":\"AT9001\",\"title\":\"\xb6\xa9\xb5\xa5\"}]", "not UTF-8; save it as UTF-8"},
		{"null", `null`, "titles have to be a JSON array"},
		{"an object", oneTitle, "titles have to be a JSON array: [{…}, {…}]"},
		{"a title that is no object", `[` + oneTitle + `,7]`, "title 2: it has to be an object"},
		{"unknown member", `[{"id":"AT9001","titel":"x"}]`, `title 1: unknown member "titel"; known are id, title, keywords, content,`},
		{"other letter case", `[{"ID":"AT9001"}]`, `title 1: unknown member "ID"`},
		{"member twice", `[{"id":"AT9001","id":"AT9002"}]`, `title 1: member "id" is there twice`},
		{"title of a wrong kind", `[{"id":"AT9001","title":5}]`, `title 1: "title" is a number; it has to be a string`},
		{"id missing", `[{"title":"通知"}]`, `title 1: id "": id is empty`},
		{"id too long", `[{"id":"` + strings.Repeat("A", 65) + `"}]`, "id has 65 characters; at most 64 fit"},
		{"control character in the id", `[{"id":"AT\u00009001"}]`, `id "AT\x009001" has a control character`},
		{"an id that turns the text around", `[{"id":"AT\u202e9001","title":"通知"}]`, `id "AT\u202e9001" has a character that is not printed`},
		{"title blank", `[{"id":"AT9001","title":" "}]`, `title 1: id "AT9001": title is empty`},
		{"title too long", `[{"id":"AT9001","title":"` + strings.Repeat("知", 129) + `"}]`, "title has 129 characters; at most 128 fit"},
		{"line break in the title", `[{"id":"AT9001","title":"a\nb"}]`, `title "a\nb" has a control character`},
		{"title id twice", `[` + oneTitle + `,` + oneTitle + `]`, `title 2: id "AT9001": title 1 has that id already`},
		{"no keywords", `[{"id":"AT9001","title":"通知"}]`, `title 1: id "AT9001": keywords are missing; want at least one`},
		{"keywords null", `[{"id":"AT9001","title":"通知","keywords":null}]`, "title 1: keywords have to be a JSON array"},
		{"content on a numbered platform", `[{"id":"AT9001","title":"通知","content":"{{first.DATA}}"}]`, "content, example and industries are not for wechat-mini; give keywords"},
		{"keyword that is no object", withKeyword(`"金额"`), "title 1: keyword 2: it has to be an object"},
		{"unknown member of a keyword", withKeyword(`{"id":5}`), `title 1: keyword 2: unknown member "id"; known are keyword_id, name, example, origin`},
		{"two keywords grown together", withKeyword(`{"keyword_id":1,"name":"a","keyword_id":2}`), `title 1: keyword 2: member "keyword_id" is there twice`},
		{"number as text", withKeyword(`{"keyword_id":"5"}`), `keyword 2: "keyword_id" is a string; it has to be a whole number from 1 to 2147483647`},
		{"number with a fraction", withKeyword(`{"keyword_id":1.5}`), `"keyword_id" is a number 1.5; it has to be a whole number`},
		{"number missing", withKeyword(`{"name":"时间","example":"今天"}`), `title 1: id "AT9001": keyword 2 (keyword_id 0): keyword_id has to be from 1 to 2147483647`},
		{"negative number", withKeyword(`{"keyword_id":-1,"name":"时间","example":"今天"}`), "keyword_id has to be from 1"},
		{"number too large", withKeyword(`{"keyword_id":2147483648,"name":"时间","example":"今天"}`), "keyword 2 (keyword_id 2147483648): keyword_id has to be from 1 to 2147483647"},
		{"number of 2^63", withKeyword(`{"keyword_id":9223372036854775808}`), "it has to be a whole number from 1 to 2147483647"},
		{"number twice", withKeyword(`{"keyword_id":9001,"name":"时间","example":"今天"}`), "keyword 2 (keyword_id 9001): keyword 1 has that number already"},
		{"name missing", withKeyword(`{"keyword_id":5,"example":"今天"}`), "keyword 2 (keyword_id 5): name is empty"},
		{"name with a placeholder", withKeyword(`{"keyword_id":5,"name":"{{a.DATA}}","example":"今天"}`), `name "{{a.DATA}}" has a brace; leave it out`},
		{"name with a line break", withKeyword(`{"keyword_id":5,"name":"时\n间","example":"今天"}`), "has a control character; leave it out"},
		{"example of two lines", withKeyword(`{"keyword_id":5,"name":"时间","example":"a\nb"}`), `keyword 2 (keyword_id 5): example "a\nb" has a control character; leave it out`},
		{"example with a line break", withKeyword(`{"keyword_id":5,"name":"时间","example":"今\n天"}`), "has a control character"},
		{"unknown origin", withKeyword(`{"keyword_id":5,"name":"时间","example":"今天","origin":"wechat"}`), `origin is "wechat"; want "platform" or "muban"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wantError(t, muban.WeChatMini, test.file, test.want)
		})
	}
}

func TestDecodeRefusesOfficialAccountTitles(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, want string }{
		{"keywords", "[" + oneTitle + "]", "keywords are not for wechat-oa; give its text as content"},
		{"no content", `[{"id":"TM1","title":"通知"}]`, "content is empty; want a text"},
		{"control character", `[{"id":"TM1","title":"通知","content":"a\u0007"}]`, "only line breaks and tabs may be there"},
		{"placeholder", `[{"id":"TM1","title":"通知","content":"{{first}}"}]`, "want one such as {{keyword1.DATA}}"},
		{"industry", `[{"id":"TM1","title":"通知","content":"a","deputy_industry":"\n"}]`, `deputy_industry "\n" has a control character; leave it out`},
		{"blank industry", `[{"id":"TM1","title":"通知","content":"a","primary_industry":" "}]`, "primary_industry is blank; leave it out"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wantError(t, muban.WeChatOA, test.file, test.want)
		})
	}
}

func wantError(t *testing.T, platform muban.Platform, file, want string) {
	t.Helper()
	titles, err := decode(platform, file)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error is  %v\nwant in it %s", err, want)
	}
	if titles != nil {
		t.Errorf("titles came with the error: %+v", titles)
	}
}

func TestDecodeRefusesUnknownPlatform(t *testing.T) {
	t.Parallel()
	wantError(t, "qq", "[]", `there is no platform "qq"; there are ["wechat-mini" "wechat-oa" "baidu" "alipay"]`)
}

// endless reads as spaces for ever, and counts them.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

func TestDecodeReadsNoMoreThan16MiB(t *testing.T) {
	t.Parallel()
	in := new(endless)
	_, err := library.Decode(muban.Baidu, in)
	if err == nil || !strings.Contains(err.Error(), "over 16 MiB; split it") {
		t.Errorf("error is %v", err)
	}
	if in.read > 17<<20 {
		t.Errorf("%d bytes were read", in.read)
	}
	just := "[]" + strings.Repeat(" ", 16<<20-2)
	if _, err := decode(muban.Baidu, just); err != nil {
		t.Errorf("16 MiB are refused: %v", err)
	}
}

func TestDecodeReportsTheReadersError(t *testing.T) {
	t.Parallel()
	if _, err := library.Decode(muban.Baidu, iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error is %v, want the reader's", err)
	}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		titles []muban.Title
		want   string
	}{
		{"none", nil, "[]\n"},
		{
			"numbered, with a character that HTML would escape",
			[]muban.Title{{Platform: muban.Baidu, ID: "BD1", Seq: 7, Title: "满<100>&减", Keywords: []muban.Keyword{{ID: 1, Name: "金额", Example: "300元", Origin: muban.OriginPlatform}}}},
			`[
  {
    "id": "BD1",
    "title": "满<100>&减",
    "keywords": [
      {
        "keyword_id": 1,
        "name": "金额",
        "example": "300元",
        "origin": "platform"
      }
    ]
  }
]
`,
		},
		{
			"official account",
			[]muban.Title{{Platform: muban.WeChatOA, ID: "TM1", Title: "通知", Content: "{{first.DATA}}\n完", PrimaryIndustry: "IT科技"}},
			`[
  {
    "id": "TM1",
    "title": "通知",
    "content": "{{first.DATA}}\n完",
    "primary_industry": "IT科技"
  }
]
`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			if err := library.Encode(&out, test.titles); err != nil {
				t.Fatal(err)
			}
			if out.String() != test.want {
				t.Errorf("got\n%s\nwant\n%s", out.String(), test.want)
			}
		})
	}
}

func TestEncodeRefusesTwoPlatforms(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := library.Encode(&out, []muban.Title{{Platform: muban.Baidu, ID: "BD1"}, {Platform: muban.WeChatMini, ID: "AT1"}})
	if err == nil || !strings.Contains(err.Error(), "titles of baidu and wechat-mini in one file; write a file for each") {
		t.Errorf("error is %v", err)
	}
	if out.Len() > 0 {
		t.Errorf("wrote %q", out.String())
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestEncodeReportsTheWritersError(t *testing.T) {
	t.Parallel()
	if err := library.Encode(failingWriter{}, nil); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("error is %v, want the writer's", err)
	}
}

// Decode never panics, and what it accepts is written so that it reads the
// same.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		``, `[]`, `null`, `[null]`, `{}`, `[[`, "\uFEFF[]", "\xff",
		`[` + oneTitle + `]`,
		`[` + oneTitle + `,` + oneTitle + `]`,
		withKeyword(`{"keyword_id":1,"name":"<b>&\u2028","example":"\ud800"}`),
		withKeyword(`{"keyword_id":1e3,"name":"a","example":"b","origin":null}`),
		`[{"id":"TM1","title":"通知","keywords":[],"content":"{{first.DATA}}\r\n\t{{remark.DATA}}","example":"a","primary_industry":"IT科技"}]`,
	} {
		for i := range muban.Platforms() {
			f.Add(uint8(i), []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, file []byte) {
		platforms := muban.Platforms()
		platform := platforms[int(which)%len(platforms)]
		titles, err := library.Decode(platform, bytes.NewReader(file))
		if err != nil {
			if titles != nil {
				t.Fatalf("titles came with the error %v", err)
			}
			return
		}
		var out bytes.Buffer
		if err := library.Encode(&out, titles); err != nil {
			t.Fatalf("Encode: %v", err)
		}
		again, err := library.Decode(platform, &out)
		if err != nil {
			t.Fatalf("what was written does not decode: %v", err)
		}
		if !reflect.DeepEqual(again, titles) {
			t.Fatalf("decoded again: %+v\nbefore: %+v", again, titles)
		}
	})
}
