package wechat

import (
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// The three samples of seed 004, 事件推送, each in a file: with its typing
// error (protocol.md §0 row 9) corrected, and a line for each element as live
// pushes have it.
func seed004Events() map[string]TemplateSendJobFinish {
	event := func(at, id int64, status string) TemplateSendJobFinish {
		return TemplateSendJobFinish{
			Header: Header{
				ToUserName: "gh_7f083739789a", FromUserName: "oia2TjuEGTNoeX76QEjQNrcURxG8", CreateTime: at,
				MsgType: MsgTypeEvent, Event: EventTemplateSendJobFinish,
			},
			MsgID: id, Status: status,
		}
	}
	return map[string]TemplateSendJobFinish{
		"success.xml":       event(1395658920, 200163836, SendStatusSuccess),
		"user-block.xml":    event(1395658984, 200163840, SendStatusUserBlock),
		"system-failed.xml": event(1395658984, 200163840, SendStatusSystemFailed),
	}
}

func seed004(tb testing.TB, file string) string {
	tb.Helper()
	document, err := os.ReadFile(filepath.Join("testdata", "seed004", file))
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSuffix(string(document), "\n")
}

func TestEventsAreTheDocuments(t *testing.T) {
	t.Parallel()
	for file, event := range seed004Events() {
		want := seed004(t, file)
		if got := string(event.XML()); got != want {
			t.Errorf("%s: wrote\n%s\nwant\n%s", file, got, want)
		}
		got, err := ParseEvent([]byte(want))
		if err != nil || got != Event(event) {
			t.Errorf("%s: read %+v, error %v; want %+v", file, got, err, event)
		}
		if event.Succeeded() != (file == "success.xml") {
			t.Errorf("%s: Succeeded is %v", file, event.Succeeded())
		}
		// MsgType and Event need not be filled in to be written.
		event.MsgType, event.Event = "", ""
		if got := string(event.XML()); got != want {
			t.Errorf("%s: without MsgType and Event:\n%s", file, got)
		}
	}
	// The document's samples themselves, which have spaces for line ends.
	flat := strings.ReplaceAll(seed004(t, "success.xml"), "\n", " ")
	if got, err := ParseEvent([]byte(flat)); err != nil || got != Event(seed004Events()["success.xml"]) {
		t.Errorf("on one line: %+v, error %v", got, err)
	}
}

// A 64-bit id keeps its digits, and texts come back whatever is in them, but
// for what XML cannot hold.
func TestEventKeepsItsTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"o<&>\"'":               "o<&>\"'",
		"a]]>b]]]>c]]":          "a]]>b]]]>c]]",
		"中文 😀\n\t":              "中文 😀\n\t",
		"\x00\x1b\uFFFEz\uFFFF": "\uFFFD\uFFFD\uFFFDz\uFFFD",
		"broken \xff":           "broken \uFFFD",
	} {
		event := TemplateSendJobFinish{Header: Header{FromUserName: text}, MsgID: 1<<63 - 1, Status: text}
		got, err := ParseEvent(event.XML())
		finished, ok := got.(TemplateSendJobFinish)
		if err != nil || !ok || finished.FromUserName != want || finished.Status != want || finished.MsgID != 1<<63-1 {
			t.Errorf("%q came back as %+v, error %v", text, got, err)
		}
		// The standard library reads the same, as Go receivers do.
		var standard struct{ FromUserName string }
		if err := xml.Unmarshal(event.XML(), &standard); err != nil || standard.FromUserName != want {
			t.Errorf("%q: the standard library reads %q, error %v", text, standard.FromUserName, err)
		}
	}
}

// What is no TEMPLATESENDJOBFINISH is handed on as it came.
func TestOtherPushes(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"a text":                   `<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>7</CreateTime><MsgType>text</MsgType><Content>hi</Content></xml>`,
		"another event":            `<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>7</CreateTime><MsgType>event</MsgType><Event>subscribe</Event></xml>`,
		"a list":                   `<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>7</CreateTime><MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent><List><TemplateId>a</TemplateId></List><List><TemplateId>b</TemplateId></List></SubscribeMsgPopupEvent></xml>`,
		"with a declaration":       `<?xml version="1.0" encoding="utf-8"?>` + "\n" + `<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime> 7 </CreateTime><MsgType>link</MsgType></xml>` + "\n",
		"with comments and spaces": ` <!-- a --> <xml> <!-- b --> <ToUserName>gh<!-- c -->_1</ToUserName> <FromUserName>o<![CDATA[1]]></FromUserName> <CreateTime>7</CreateTime> <MsgType>x</MsgType> </xml> `,
	} {
		got, err := ParseEvent([]byte(document))
		other, ok := got.(Other)
		if err != nil || !ok || other.ToUserName != "gh_1" || other.FromUserName != "o1" || other.CreateTime != 7 || string(other.XML()) != document {
			t.Errorf("%s: %+v, error %v", name, got, err)
		}
	}
}

func TestParseEventRefuses(t *testing.T) {
	t.Parallel()
	finished := func(from, to string) string {
		event := string(seed004Events()["success.xml"].XML())
		if !strings.Contains(event, from) {
			t.Fatalf("the sample has no %s", from)
		}
		return strings.Replace(event, from, to, 1)
	}
	const bomb = `<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>`
	for name, test := range map[string]struct{ document, want string }{
		"nothing":                {"", "no element <xml>"},
		"white space":            {" \n", "no element <xml>"},
		"a text":                 {"success", "text outside of <xml>"},
		"JSON":                   {`{"ToUserName":"gh_1"}`, "text outside"},
		"another root":           {"<root/>", "it has <root>"},
		"two documents":          {string(seed004Events()["success.xml"].XML()) + "<xml/>", "one element <xml>"},
		"something behind":       {string(seed004Events()["success.xml"].XML()) + "x", "text outside"},
		"half a document":        {"<xml><ToUserName>gh_1</ToUserName>", "not well-formed XML"},
		"tags that cross":        {"<xml><a><b></a></b></xml>", "not well-formed XML"},
		"a document type":        {`<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>`, "declares a document type"},
		"a bomb of entities":     {bomb + `<xml><ToUserName>&b;</ToUserName></xml>`, "declares a document type"},
		"a file as entity":       {`<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><ToUserName>&f;</ToUserName></xml>`, "declares a document type"},
		"an unknown entity":      {"<xml><ToUserName>&nbsp;</ToUserName></xml>", "not well-formed XML"},
		"the document's slip":    {strings.Replace(seed004(t, "success.xml"), "RxG8]]>", "RxG8]]&g;", 1), "not well-formed XML"}, // protocol.md §0 row 9
		"another encoding":       {`<?xml version="1.0" encoding="GBK"?><xml/>`, "not well-formed XML"},
		"no UTF-8":               {"<xml><ToUserName>\xff</ToUserName></xml>", "not well-formed XML"},
		"a control character":    {"<xml><ToUserName>\x01</ToUserName></xml>", "not well-formed XML"},
		"an element twice":       {"<xml><ToUserName>a</ToUserName><ToUserName>b</ToUserName></xml>", "two elements <ToUserName>"},
		"10,000 levels":          {"<xml>" + strings.Repeat("<a>", 10_000), "nested more than 32 levels"},
		"over a megabyte":        {"<xml>" + strings.Repeat(" ", 1<<20) + "</xml>", "over 1048576 bytes"},
		"empty":                  {"<xml/>", "no MsgType"},
		"no CreateTime":          {finished("<CreateTime>1395658920</CreateTime>", ""), "no CreateTime"},
		"CreateTime is no time":  {finished("1395658920", "now"), `CreateTime is "now"`},
		"no MsgID":               {finished("<MsgID>200163836</MsgID>", ""), "no MsgID"},
		"MsgID in other letters": {strings.ReplaceAll(seed004(t, "success.xml"), "MsgID", "MsgId"), "no MsgID"}, // protocol.md §3.6
		"MsgID past 64 bits":     {finished("200163836", "9223372036854775808"), "must be a whole number"},
		"MsgID is negative":      {finished("200163836", "-1"), "must be a whole number"},
		"no Status":              {finished("<![CDATA[success]]>", ""), "no Status"},
		"hostile text":           {finished("1395658920", "\u202e"+strings.Repeat("中", 100)), "CreateTime is"},
	} {
		got, err := ParseEvent([]byte(test.document))
		var pushError *PushError
		if got != nil || !errors.As(err, &pushError) || !strings.Contains(err.Error(), test.want) || len(err.Error()) > 400 {
			t.Errorf("%s: %+v, error %v; want %q", name, got, err, test.want)
		}
	}
}

// FuzzParseEvent: the reader ends with an event or a PushError, agrees with
// the standard library, and what was read and is written again reads the same.
func FuzzParseEvent(f *testing.F) {
	for _, event := range seed004Events() {
		f.Add(event.XML())
	}
	for _, seed := range []string{
		"", "<xml/>", `<!DOCTYPE xml [<!ENTITY a "b">]><xml><a>&a;</a></xml>`, "<xml><a><b>c</b>d</a><a/></xml>",
		"<xml><MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><CreateTime>1</CreateTime><MsgID>2</MsgID><Status>a]]&gt;b</Status></xml>",
		`<?xml version="1.0"?><x:xml xmlns:x="y"><x:MsgType z="1">text</x:MsgType><CreateTime>0</CreateTime></x:xml>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		before := string(document)
		event, err := ParseEvent(document)
		if string(document) != before {
			t.Fatal("the document was changed")
		}
		var pushError *PushError
		if err != nil {
			if event != nil || !errors.As(err, &pushError) || !utf8.ValidString(err.Error()) {
				t.Fatalf("%+v, error %q", event, err)
			}
			return
		}
		var standard struct{ ToUserName, FromUserName, MsgType string }
		if err := xml.Unmarshal(document, &standard); err != nil {
			t.Fatalf("accepted what the standard library does not: %v", err)
		}
		header := event.Base()
		if standard.ToUserName != header.ToUserName || standard.FromUserName != header.FromUserName || standard.MsgType != header.MsgType {
			t.Fatalf("read %+v, the standard library %+v", header, standard)
		}
		again, err := ParseEvent(event.XML())
		if err != nil || again.Base() != header {
			t.Fatalf("%+v became %+v, error %v", event, again, err)
		}
		if finished, ok := event.(TemplateSendJobFinish); ok && again != Event(finished) {
			t.Fatalf("%+v became %+v", event, again)
		}
	})
}
