package wechat

import (
	"bytes"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The account of the platform's samples.
var sampleSettings = CallbackSettings{AppID: sampleAppID, Token: "pamtest", AESKey: sampleKey}

func newCodec(tb testing.TB, mode Mode, edit ...func(*CallbackSettings)) *Codec {
	tb.Helper()
	settings := sampleSettings
	settings.Mode = mode
	for _, e := range edit {
		e(&settings)
	}
	c, err := NewCodec(settings)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func withoutKey(s *CallbackSettings) { s.AESKey = "" }

func sampleStamp() Stamp {
	return Stamp{Timestamp: 1395658920, Nonce: "1372623149", Random: random("aaaabbbbccccdddd")}
}

func sampleEvent() TemplateSendJobFinish { return seed004Events()["success.xml"] }

func TestNewCodecRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		settings CallbackSettings
		want     string
	}{
		{CallbackSettings{}, "token is empty"},
		{CallbackSettings{Token: "t", Mode: "secure"}, `there is no mode "secure"`},
		{CallbackSettings{Token: "t", Mode: ModeSafe}, "mode safe needs the EncodingAESKey"},
		{CallbackSettings{Token: "t", Mode: ModeCompat}, "mode compat needs the EncodingAESKey"},
		{CallbackSettings{Token: "t", AESKey: sampleKey}, "appid is empty"},
		{CallbackSettings{Token: "t", AppID: "wx1", AESKey: "short"}, "5 characters"},
	} {
		if c, err := NewCodec(test.settings); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("NewCodec(%+v): %v, error %v; want %q", test.settings, c, err, test.want)
		}
	}
}

// The bytes of a push do not change: users' tests may rely on them.
func TestPushIsDeterministic(t *testing.T) {
	t.Parallel()
	const (
		// printf '%s\n' pamtest 1395658920 1372623149 | sort | tr -d '\n' | sha1sum
		signature = "7cb7e1561b240c541806c0f0a7cab037e72952a2"
		stamp     = "nonce=1372623149&openid=oia2TjuEGTNoeX76QEjQNrcURxG8&signature=" + signature + "&timestamp=1395658920"
	)
	document := seed004(t, "success.xml")
	encrypted := newCrypt(t, sampleAppID, sampleKey).Encrypt([]byte(document), random("aaaabbbbccccdddd"))
	secured := "encrypt_type=aes&msg_signature=" + Signature("pamtest", "1395658920", "1372623149", encrypted) + "&" + stamp
	for mode, want := range map[Mode]struct{ query, body string }{
		ModePlain:  {stamp, document},
		ModeSafe:   {secured, "<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName>\n<Encrypt><![CDATA[" + encrypted + "]]></Encrypt>\n</xml>"},
		ModeCompat: {secured, strings.TrimSuffix(document, "</xml>") + "<Encrypt><![CDATA[" + encrypted + "]]></Encrypt>\n</xml>"},
	} {
		for range 2 {
			push := newCodec(t, mode).Push(sampleEvent(), sampleStamp())
			if got := push.Query.Encode(); got != want.query {
				t.Errorf("%s: query %s\nwant %s", mode, got, want.query)
			}
			if string(push.Body) != want.body {
				t.Errorf("%s: body\n%s\nwant\n%s", mode, push.Body, want.body)
			}
		}
	}
}

func TestNewStampsDiffer(t *testing.T) {
	t.Parallel()
	now := time.Unix(1395658920, 999)
	one, two := NewStamp(now), NewStamp(now)
	if one.Timestamp != 1395658920 || one.Nonce == two.Nonce || one.Random == two.Random {
		t.Errorf("%+v and %+v", one, two)
	}
	if _, err := strconv.ParseUint(one.Nonce, 10, 64); err != nil || len(one.Nonce) != 10 {
		t.Errorf("nonce %q is no number of 10 digits", one.Nonce)
	}
}

// A push as the platform sent it in mode compat: of its own sample for Python.
func TestReadALivePush(t *testing.T) {
	t.Parallel()
	c, err := NewCodec(CallbackSettings{AppID: "wx2c2769f8efd9abc2", Token: "spamtest", AESKey: sampleKey, Mode: ModeCompat})
	if err != nil {
		t.Fatal(err)
	}
	const body = `<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName><FromUserName><![CDATA[oyORnuP8q7ou2gfYjqLzSIWZf0rs]]></FromUserName><CreateTime>1409735668</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[abcdteT]]></Content><MsgId>6054768590064713728</MsgId><Encrypt><![CDATA[hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE=]]></Encrypt></xml>`
	query := url.Values{
		"timestamp": {"1409735669"}, "nonce": {"1320562132"}, "encrypt_type": {"aes"},
		"msg_signature": {"5d197aaffba7e9b25a30732f161a50dee96bd5fa"},
	}
	event, err := c.Read(query, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	want := "<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName>\n<FromUserName><![CDATA[oyORnuP8q7ou2gfYjqLzSIWZf0rs]]></FromUserName>\n" +
		"<CreateTime>1409735668</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[abcdteT]]></Content>\n<MsgId>6054768590064713728</MsgId>\n</xml>"
	if string(event.XML()) != want || event.Base().FromUserName != "oyORnuP8q7ou2gfYjqLzSIWZf0rs" {
		t.Errorf("read %+v", event)
	}
}

func TestReadUndoesPush(t *testing.T) {
	t.Parallel()
	other := Other{
		Header{"gh_1", "o1", 7, "text", ""},
		"<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>7</CreateTime><MsgType>text</MsgType></xml>",
	}
	for _, mode := range []Mode{"", ModePlain, ModeCompat, ModeSafe} {
		c := newCodec(t, mode)
		events := slices.Collect(maps.Values(seed004Events()))
		for _, event := range []Event{events[0], events[1], events[2], other} {
			push := c.Push(event, NewStamp(time.Unix(1395658920, 0)))
			got, err := c.Read(push.Query, push.Body)
			if err != nil || got != event {
				t.Errorf("mode %q: %+v, error %v; want %+v", mode, got, err, event)
			}
			if push.Query.Get("openid") != event.Base().FromUserName {
				t.Errorf("mode %q: openid %q", mode, push.Query.Get("openid"))
			}
		}
	}
}

// Which settings read which pushes.
func TestReadInOtherModes(t *testing.T) {
	t.Parallel()
	const refused = "the push is not encrypted, although the settings say mode"
	for _, test := range []struct {
		sent     Mode
		settings *Codec
		want     string // of the error; none where it is read
	}{
		{ModePlain, newCodec(t, ModePlain, withoutKey), ""},
		{ModePlain, newCodec(t, ModePlain), ""},
		{ModePlain, newCodec(t, ModeCompat), refused},
		{ModePlain, newCodec(t, ModeSafe), refused},
		{ModeCompat, newCodec(t, ModePlain, withoutKey), ""},
		{ModeCompat, newCodec(t, ModePlain), ""},
		{ModeCompat, newCodec(t, ModeSafe), ""},
		{ModeSafe, newCodec(t, ModePlain, withoutKey), "it is encrypted, and the settings have no EncodingAESKey"},
		{ModeSafe, newCodec(t, ModePlain), ""},
		{ModeSafe, newCodec(t, ModeCompat), ""},
	} {
		push := newCodec(t, test.sent).Push(sampleEvent(), sampleStamp())
		got, err := test.settings.Read(push.Query, push.Body)
		if test.want == "" {
			if err != nil || got != Event(sampleEvent()) {
				t.Errorf("%s read in mode %s: %+v, error %v", test.sent, test.settings.mode, got, err)
			}
			continue
		}
		if got != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s read in mode %s: %+v, error %v; want %q", test.sent, test.settings.mode, got, err, test.want)
		}
	}
}

// Requests that do not come from the platform, or were changed on the way.
func TestReadRefusesForgeries(t *testing.T) {
	t.Parallel()
	type request struct {
		query url.Values
		body  string
	}
	drop := func(name string) func(*request) { return func(r *request) { r.query.Del(name) } }
	set := func(name, value string) func(*request) { return func(r *request) { r.query.Set(name, value) } }
	replace := func(from, to string) func(*request) {
		return func(r *request) { r.body = strings.Replace(r.body, from, to, 1) }
	}
	crypt := newCrypt(t, sampleAppID, sampleKey)
	// sealed puts something else into the envelope, signed as it must be.
	sealed := func(encrypted string) func(*request) {
		return func(r *request) {
			r.body = "<xml><Encrypt>" + encrypted + "</Encrypt></xml>"
			r.query.Set("msg_signature", Signature("pamtest", "1395658920", "1372623149", encrypted))
		}
	}
	for _, test := range []struct {
		name  string
		modes []Mode
		edit  func(*request)
		want  string
	}{
		{"no signature", []Mode{ModePlain}, drop("signature"), "signature is missing or wrong"},
		{"an empty signature", []Mode{ModePlain}, set("signature", ""), "signature is missing or wrong"},
		{"another signature", []Mode{ModePlain, ModeSafe}, set("signature", strings.Repeat("0", 40)), "signature is missing or wrong"},
		{"another timestamp", []Mode{ModePlain, ModeSafe}, set("timestamp", "1395658921"), "signature is missing or wrong"},
		{"another nonce", []Mode{ModePlain, ModeSafe}, set("nonce", "1"), "signature is missing or wrong"},
		{"no timestamp", []Mode{ModePlain, ModeSafe}, drop("timestamp"), "timestamp is missing"},
		{"a timestamp that is no number", []Mode{ModePlain, ModeSafe}, set("timestamp", "now"), "timestamp is missing or no number"},
		{"no nonce", []Mode{ModePlain, ModeSafe}, drop("nonce"), "nonce is missing"},
		{"no msg_signature", []Mode{ModeSafe, ModeCompat}, drop("msg_signature"), "msg_signature is missing or wrong"},
		{"another message", []Mode{ModeSafe, ModeCompat}, replace("<![CDATA[j", "<![CDATA[k"), "msg_signature is missing or wrong"},
		{"no message", []Mode{ModeSafe, ModeCompat}, replace("Encrypt>", "Decrypt>"), "well-formed"},
		{"said to be plain", []Mode{ModeSafe, ModeCompat}, set("encrypt_type", "raw"), "not encrypted, although"},
		{"not said to be encrypted", []Mode{ModeSafe, ModeCompat}, drop("encrypt_type"), "not encrypted, although"},
		{"of another encryption", []Mode{ModePlain, ModeSafe}, set("encrypt_type", "\x1b[2J"), `encrypt_type is "\x1b[2J"`},
		{"another recipient outside", []Mode{ModeSafe, ModeCompat}, replace("gh_7f083739789a", "gh_000000000000"), "ToUserName is not that of the message within"},
		{"a document type outside", []Mode{ModeSafe}, replace("<xml>", "<!DOCTYPE xml><xml>"), "declares a document type"},
		{"no XML", []Mode{ModePlain, ModeSafe}, func(r *request) { r.body = "{}" }, "text outside of <xml>"},
		{"no XML within", []Mode{ModeSafe}, sealed(crypt.Encrypt([]byte("success"), random("r"))), "text outside of <xml>"},
		{"nothing within", []Mode{ModeSafe}, sealed(crypt.Encrypt(nil, random("r"))), "no element <xml>"},
		{"a signed frame that is none", []Mode{ModeSafe}, sealed("AAAA"), "the encrypted message cannot be read"},
	} {
		for _, mode := range test.modes {
			c := newCodec(t, mode)
			push := c.Push(sampleEvent(), sampleStamp())
			r := request{push.Query, string(push.Body)}
			test.edit(&r)
			event, err := c.Read(r.query, []byte(r.body))
			var (
				signature *SignatureError
				unread    *PushError
				frame     *FrameError
			)
			if event != nil || !errors.As(err, &signature) && !errors.As(err, &unread) && !errors.As(err, &frame) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s, mode %s: %+v, error %v; want %q", test.name, mode, event, err, test.want)
			}
		}
	}
	// Without the platform's other signature, as an encrypted push may come by way of a gateway.
	push := newCodec(t, ModeSafe).Push(sampleEvent(), sampleStamp())
	push.Query.Del("signature")
	if event, err := newCodec(t, ModeSafe).Read(push.Query, push.Body); err != nil || event != Event(sampleEvent()) {
		t.Errorf("msg_signature alone: %+v, error %v", event, err)
	}
}

func TestVerification(t *testing.T) {
	t.Parallel()
	for _, mode := range []Mode{ModePlain, ModeCompat, ModeSafe} {
		c := newCodec(t, mode)
		query := c.Verification(sampleStamp(), "5919714356250853418")
		if query.Has("encrypt_type") || query.Has("msg_signature") { // protocol.md §3.7: WeCom's, not WeChat's
			t.Errorf("mode %s: %v", mode, query)
		}
		if echo, err := c.ReadVerification(query); err != nil || echo != "5919714356250853418" {
			t.Errorf("mode %s: %q, error %v", mode, echo, err)
		}
		query.Set("nonce", "2")
		var signature *SignatureError
		if echo, err := c.ReadVerification(query); echo != "" || !errors.As(err, &signature) {
			t.Errorf("mode %s, another nonce: %q, error %v", mode, echo, err)
		}
	}
}

// What counts as taken (protocol.md §3.7, reply rules), and what real receivers
// answer.
func TestReadReply(t *testing.T) {
	t.Parallel()
	c := newCodec(t, ModeSafe)
	stamp := sampleStamp()
	sealed := func(message string) string { return string(c.Reply([]byte(message), stamp)) }
	text := "<xml><ToUserName>o1</ToUserName><MsgType>text</MsgType><Content>hi</Content></xml>"
	// npm wechat 2.1.0 writes milliseconds and no CDATA around its Nonce.
	encrypted := newCrypt(t, sampleAppID, sampleKey).Encrypt([]byte(text), stamp.Random)
	npm := "<xml><Encrypt><![CDATA[" + encrypted + "]]></Encrypt><MsgSignature><![CDATA[" +
		Signature("pamtest", "1395658920123", "99", encrypted) + "]]></MsgSignature><TimeStamp>1395658920123</TimeStamp><Nonce><![CDATA[99]]></Nonce></xml>"
	// silenceper/wechat 2.1.9 has no CDATA at all, and a reply that says nothing where
	// the program has none; wechatpy 1.8.18 has line ends between the elements.
	empty := newCrypt(t, sampleAppID, sampleKey).Encrypt(nil, stamp.Random)
	silenceper := "<xml><Encrypt>" + empty + "</Encrypt><MsgSignature>" + Signature("pamtest", "1395658920", "99", empty) +
		"</MsgSignature><TimeStamp>1395658920</TimeStamp><Nonce>99</Nonce></xml>"
	wechatpy := "<xml>\n<Encrypt><![CDATA[" + encrypted + "]]></Encrypt>\n<MsgSignature><![CDATA[" +
		Signature("pamtest", "1395658920", "99", encrypted) + "]]></MsgSignature>\n<TimeStamp>1395658920</TimeStamp>\n<Nonce><![CDATA[99]]></Nonce>\n</xml>"
	for body, want := range map[string]string{
		"":                        "",
		silenceper:                "",
		wechatpy:                  "",
		"success":                 "",
		sealed("success"):         "",
		sealed(""):                "",
		sealed(text):              "",
		npm:                       "",
		"ok":                      `the answer is "ok"; it must be empty, "success" or an encrypted reply`,
		"SUCCESS":                 `the answer is "SUCCESS"`,
		"success\n":               `the answer is "success\n"`,
		"\xef\xbb\xbfsuccess":     "the answer is",
		text:                      "the answer is",
		"{}":                      "the answer is",
		"<html>" + text:           "the answer is",
		strings.Repeat("ö", 1000): "the answer is",
		strings.Replace(npm, "1395658920123", "1", 1):     "MsgSignature is missing or wrong",
		strings.Replace(npm, "MsgSignature", "MsgSig", 2): "MsgSignature is missing or wrong",
		sealed("ok"):       "the encrypted reply holds no message",
		sealed("<xml><a>"): "the encrypted reply holds no message",
		string(newCodec(t, ModeSafe, func(s *CallbackSettings) { s.Token = "other" }).Reply(nil, stamp)):             "MsgSignature",
		string(newCodec(t, ModeSafe, func(s *CallbackSettings) { s.AppID = "wx1" }).Reply([]byte("success"), stamp)): `it is for "wx1"`,
	} {
		err := c.ReadReply([]byte(body))
		var replyError *ReplyError
		if want == "" && err != nil || want != "" && (!errors.As(err, &replyError) || !strings.Contains(err.Error(), want) || len(err.Error()) > 300) {
			t.Errorf("%.80q: error %v, want %q", body, err, want)
		}
	}
	plain := newCodec(t, ModePlain, withoutKey)
	if err := plain.ReadReply([]byte(sealed("success"))); err == nil || !strings.Contains(err.Error(), "no EncodingAESKey") {
		t.Errorf("encrypted where there is no key: %v", err)
	}
	if got := plain.Reply([]byte("success"), stamp); !bytes.Equal(got, []byte("success")) {
		t.Errorf("without a key: %q", got)
	}
}

// FuzzRead: whatever the request, Read and ReadReply end with one of their
// errors, and nothing is read that is not signed.
func FuzzRead(f *testing.F) {
	for _, mode := range []Mode{ModePlain, ModeCompat, ModeSafe} {
		push := newCodec(f, mode).Push(sampleEvent(), sampleStamp())
		f.Add(push.Query.Encode(), push.Body)
	}
	f.Add("%zz&timestamp=1", []byte("<xml><Encrypt>AAAA</Encrypt></xml>"))
	codecs := []*Codec{newCodec(f, ModePlain), newCodec(f, ModePlain, withoutKey), newCodec(f, ModeCompat), newCodec(f, ModeSafe)}
	f.Fuzz(func(t *testing.T, rawQuery string, body []byte) {
		query, err := url.ParseQuery(rawQuery)
		if err != nil {
			query = url.Values{}
		}
		for _, c := range codecs {
			var (
				signature *SignatureError
				unread    *PushError
				frame     *FrameError
				reply     *ReplyError
			)
			event, err := c.Read(query, body)
			if (err == nil) == (event == nil) || err != nil && !errors.As(err, &signature) && !errors.As(err, &unread) && !errors.As(err, &frame) {
				t.Fatalf("%+v, error %v", event, err)
			}
			if err == nil && query.Get("nonce") != sampleStamp().Nonce {
				t.Fatalf("read %+v, which was not signed", event)
			}
			if err := c.ReadReply(body); err != nil && !errors.As(err, &reply) {
				t.Fatalf("error %v", err)
			}
		}
	})
}
